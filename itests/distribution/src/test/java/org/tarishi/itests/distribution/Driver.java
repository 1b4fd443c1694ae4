package org.tarishi.itests.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Drives a distribution from outside: as processes, by its command. */
@Timeout(120)
abstract class Driver {

    static final Path HOME = Path.of(Objects.requireNonNull(System.getProperty("tarishi.distribution")));

    /** No port of the shipped settings: mail at free ones, and no console, which takes a third of the processor time of a start. */
    static final List<String> ANY_PORT = List.of(
            "--set",
            "org.tarishi.core.boot:http.enabled=false",
            "--set",
            "org.tarishi.core.server.listener~smtp:port=0",
            "--set",
            "org.tarishi.core.server.listener~submission:port=0");

    @TempDir
    Path root;

    private final List<Process> processes = Collections.synchronizedList(new ArrayList<>());

    /** What a command printed, both streams, and its exit code. */
    record Result(int code, String out) {}

    @AfterEach
    void nothingIsLeftRunning() throws Exception {
        tarishi(List.of("stop"));
        for (var process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Returns the distribution to drive. */
    Path home() {
        return HOME;
    }

    Path base() {
        return root.resolve("a base");
    }

    String log() throws IOException {
        return Files.readString(base().resolve("logs/tarishi.log"));
    }

    static List<String> with(String first, List<String> rest) {
        return Stream.concat(Stream.of(first), rest.stream()).toList();
    }

    static List<String> with(List<String> rest, String... first) {
        return Stream.concat(Stream.of(first), rest.stream()).toList();
    }

    Process run(List<String> arguments) throws IOException {
        var process = builder(
                        Stream.concat(Stream.of("run", "--base", base().toString()), arguments.stream())
                                .toList(),
                        Map.of())
                .redirectOutput(root.resolve("run.out").toFile())
                .start();
        processes.add(process);
        return process;
    }

    void untilReady() {
        await().atMost(Duration.ofSeconds(60))
                // The log is cheap to look at; the command then has the last word.
                .until(() -> Files.exists(base().resolve("logs/tarishi.log"))
                        && log().contains(" ready")
                        && tarishi(List.of("status")).code() == 0);
    }

    Result tarishi(List<String> arguments) throws IOException, InterruptedException {
        return command(
                Stream.concat(arguments.stream(), Stream.of("--base", base().toString()))
                        .toList(),
                Map.of());
    }

    Result command(List<String> arguments, Map<String, String> environment) throws IOException, InterruptedException {
        var out = Files.createTempFile(root, "command", ".out");
        var process =
                builder(arguments, environment).redirectOutput(out.toFile()).start();
        processes.add(process);
        assertThat(process.waitFor(90, TimeUnit.SECONDS))
                .as(arguments.toString())
                .isTrue();
        return new Result(process.exitValue(), Files.readString(out));
    }

    private ProcessBuilder builder(List<String> arguments, Map<String, String> environment) {
        var line = new ArrayList<String>();
        line.add(home().resolve("bin/tarishi").toString());
        line.addAll(arguments);
        var builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("TARISHI_JAVA_HOME", System.getProperty("java.home"));
        // They live too briefly for their code to be worth optimising.
        builder.environment().put("TARISHI_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
        builder.environment().putAll(environment);
        return builder;
    }

    /** Copies a folder with all that is in it. */
    static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.sorted().toList()) {
                Files.createDirectories(to.resolveSibling("."));
                Files.copy(
                        file,
                        to.resolve(from.relativize(file).toString()),
                        java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
