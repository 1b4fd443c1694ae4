package org.tarishi.itests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Gives each target the inputs that are kept, and changed ones: briefly, and without an eye on what they reach, so that a target that has
 * come to fail is noticed. Who looks for faults lets {@code itests/fuzz/run} look for them.
 */
class ParsersTest {

    private static final Path FOLDER = Path.of(property("tarishi.fuzz.folder"));
    private static final Path SOURCES = FOLDER.resolve("src/test/java");
    private static final int RUNS = Integer.parseInt(property("tarishi.fuzz.runs"));

    static Stream<String> targets() throws IOException {
        try (var files = Files.walk(SOURCES)) {
            return files
                    .filter(file -> file.toString().endsWith("Fuzz.java"))
                    .map(file -> SOURCES.relativize(file).toString().replace('/', '.'))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("targets")
    @Timeout(value = 1, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void noInputBreaksItsRules(String target) throws Exception {
        var method = Class.forName(target).getMethod("fuzzerTestOneInput", byte[].class);
        var kept = kept(target.substring(target.lastIndexOf('.') + 1));
        for (var input : kept) {
            give(method, input);
        }

        // What it tries is the same each time: a red test is somebody's change.
        var mutations = new Mutations(kept, target.hashCode());
        for (int i = 0; i < RUNS; i++) {
            give(method, mutations.next());
        }
    }

    private static void give(Method target, byte[] input) throws IllegalAccessException {
        try {
            target.invoke(null, (Object) input.clone());
        } catch (InvocationTargetException e) {
            throw new AssertionError("breaks on " + HexFormat.of().formatHex(input), e.getCause());
        }
    }

    /** What somebody has written, and what was found and kept. */
    private static List<byte[]> kept(String target) throws IOException {
        var inputs = new ArrayList<byte[]>();
        var folder = FOLDER.resolve("corpus").resolve(target);
        if (Files.isDirectory(folder)) {
            try (var files = Files.list(folder)) {
                for (var file : files.sorted().toList()) {
                    inputs.add(Files.readAllBytes(file));
                }
            }
        }
        var found = FOLDER.resolve("corpus").resolve(target + ".zip");
        if (Files.exists(found)) {
            try (var zip = new ZipFile(found.toFile())) {
                for (var entry : zip.stream()
                        .filter(entry -> !entry.isDirectory())
                        .sorted(Comparator.comparing(ZipEntry::getName))
                        .toList()) {
                    inputs.add(zip.getInputStream(entry).readAllBytes());
                }
            }
        }
        assertThat(inputs).as("kept inputs of " + target).isNotEmpty();
        return List.copyOf(inputs);
    }

    /** The command of those who look for faults. */
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void theFuzzerRuns(@TempDir Path temporary) throws Exception {
        // Where the script looks for what to run; Surefire's own class path is one jar that names the others.
        Files.writeString(
                FOLDER.resolve("target/classpath"),
                Objects.requireNonNullElse(
                        System.getProperty("surefire.test.class.path"), System.getProperty("java.class.path")));
        var said = temporary.resolve("said");
        var builder = new ProcessBuilder(
                        FOLDER.resolve("run").toString(), "--seed", "1", "--runs", "500", "AddressFuzz")
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().put("TARISHI_JAVA_HOME", property("java.home"));
        var process = builder.start();
        try {
            assertThat(process.waitFor()).as(() -> read(said)).isZero();
        } finally {
            process.destroy();
        }
        assertThat(read(said)).contains("Done 500 runs");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), () -> name + ": the build has to set it");
    }
}
