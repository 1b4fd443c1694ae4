package org.tarishi.itests.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The cache that makes starts quick, made beside a distribution of its own: it must help, and never be noticed otherwise. */
class AotTest extends Driver {

    @Override
    Path home() {
        return root.resolve("a home");
    }

    @BeforeEach
    void aDistribution() throws IOException {
        for (var part : List.of("bin", "lib", "config", "features", "repository")) {
            copy(HOME.resolve(part), home().resolve(part));
        }
        for (var learned : learned(home(), "")) {
            delete(learned);
        }
    }

    @Test
    void theCacheIsUsedOnceItIsMadeAndLeavesNothingElseBehind() throws Exception {
        var before = files();

        // Two that want one at once have the same.
        List<Result> made;
        try (var both = Executors.newFixedThreadPool(2)) {
            var asked = List.of(both.submit(this::tarishiAot), both.submit(this::tarishiAot));
            made = List.of(asked.getFirst().get(), asked.getLast().get());
        }

        assertThat(made)
                .containsExactlyInAnyOrder(
                        new Result(0, "Learning from a start, so that the next ones are quick ...\n"),
                        new Result(0, ""));
        assertThat(caches()).hasSize(1);
        // loaded by nothing but a handshake
        assertThat(Files.readString(caches().getFirst(), StandardCharsets.ISO_8859_1))
                .contains("sun/security/ssl/SSLEngineImpl$DelegatedTask");
        assertThat(learned(home(), "")).hasSize(2);
        assertThat(files()).containsAll(before).hasSize(before.size() + 2);
        assertThat(tarishiAot()).isEqualTo(new Result(0, ""));

        var run = run(ANY_PORT);
        untilReady();
        assertThat(Files.readString(Path.of("/proc", Long.toString(run.pid()), "maps")))
                .contains(caches().getFirst().getFileName().toString());
        assertThat(log()).doesNotContain("bundles: ");
        nothingButTheLogWasPrinted();
    }

    @Test
    void aBrokenCacheChangesNothing() throws Exception {
        Files.writeString(home().resolve("lib").resolve(ofTheSameJars().getFileName()), "no cache at all");

        run(ANY_PORT);
        untilReady();

        assertThat(log()).contains(" installed, 0 updated, 0 removed");
        nothingButTheLogWasPrinted();
    }

    @Test
    void aSeedThatIsNotWholeIsToldAndTheFirstStartDoesWithoutIt() throws Exception {
        var cache = ofTheSameJars().getFileName().toString();
        Files.createDirectories(home().resolve("lib").resolve(cache.replace(".aot", ".seed") + "/cache/bundle1"));

        run(ANY_PORT);
        untilReady();

        assertThat(log())
                .contains(" WARN ", "the first start takes longer, what was prepared for it can't be had: ")
                .contains(" installed, 0 updated, 0 removed");
    }

    @Test
    void theCacheOfOtherJarsIsNotUsed() throws Exception {
        var cache = Files.copy(
                ofTheSameJars(), home().resolve("lib").resolve(ofTheSameJars().getFileName()));
        var sums = home().resolve("repository/SHA256SUMS");
        Files.writeString(sums, Files.readString(sums) + "\n");

        var run = run(ANY_PORT);
        untilReady();

        assertThat(Files.readString(Path.of("/proc", Long.toString(run.pid()), "maps")))
                .doesNotContain(cache.getFileName().toString());
    }

    /** What the distribution itself has learned. */
    private static Path ofTheSameJars() throws IOException, InterruptedException {
        var learned = new ProcessBuilder(HOME.resolve("bin/tarishi").toString(), "aot");
        learned.environment().put("TARISHI_JAVA_HOME", System.getProperty("java.home"));
        assertThat(learned.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor())
                .isZero();
        return caches(HOME).getFirst();
    }

    private Result tarishiAot() throws IOException, InterruptedException {
        return command(List.of("aot"), Map.of());
    }

    private void nothingButTheLogWasPrinted() throws IOException {
        assertThat(Files.readAllLines(root.resolve("run.out")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).matches("[0-9-]+T[0-9:.]+Z +(INFO|DEBUG) .*"));
    }

    private List<Path> caches() throws IOException {
        return caches(home());
    }

    private static List<Path> caches(Path home) throws IOException {
        return learned(home, ".aot");
    }

    private static List<Path> learned(Path home, String ending) throws IOException {
        try (var files = Files.list(home.resolve("lib"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("tarishi-")
                            && file.toString().endsWith(ending))
                    .toList();
        }
    }

    private static void delete(Path tree) throws IOException {
        try (var files = Files.walk(tree)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private List<Path> files() throws IOException {
        try (var files = Files.walk(home())) {
            return files.filter(file -> !file.toString().contains(".seed/")).toList();
        }
    }
}
