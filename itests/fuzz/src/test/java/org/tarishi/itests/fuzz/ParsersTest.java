package org.tarishi.itests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs {@code itests/fuzz/run} for each target: first on the inputs that are kept, then on new ones. Here briefly, so that a target that
 * has come to fail is noticed; who looks for faults runs it for long.
 */
class ParsersTest {

    private static final Path FOLDER = Path.of(property("tarishi.fuzz.folder"));

    static Stream<String> targets() throws IOException {
        try (var files = Files.walk(FOLDER.resolve("src/test/java"))) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Fuzz.java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    /** Where the script looks for what to run; Surefire's own class path is one jar that names the others. */
    @BeforeAll
    static void classPath() throws IOException {
        Files.writeString(
                FOLDER.resolve("target/classpath"),
                Objects.requireNonNullElse(
                        System.getProperty("surefire.test.class.path"), System.getProperty("java.class.path")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("targets")
    void noInputBreaksItsRules(String target, @TempDir Path temporary) throws Exception {
        var said = temporary.resolve("said");
        var builder = new ProcessBuilder(
                        FOLDER.resolve("run").toString(),
                        // What it tries is the same each time: a red test is somebody's change.
                        "--seed",
                        "1",
                        "--runs",
                        property("tarishi.fuzz.runs"),
                        target)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().put("TARISHI_JAVA_HOME", property("java.home"));
        var process = builder.start();
        try {
            assertThat(process.waitFor(24, TimeUnit.HOURS)).isTrue();
        } finally {
            process.destroy();
        }

        assertThat(process.exitValue()).as(() -> tail(said)).isZero();
    }

    private static String tail(Path file) {
        try {
            var lines = Files.readAllLines(file);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), () -> name + ": the build has to set it");
    }
}
