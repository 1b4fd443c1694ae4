package org.tarishi.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
        for (var cache : caches()) {
            Files.delete(cache);
        }
    }

    @Test
    void theCacheIsUsedOnceItIsMadeAndLeavesNothingElseBehind() throws Exception {
        var before = files();

        var made = tarishiAot();

        assertThat(made.code()).as(made.out()).isZero();
        assertThat(made.out()).isEqualTo("Learning from a start, so that the next ones are quick ...\n");
        assertThat(caches()).hasSize(1);
        assertThat(files()).containsAll(before).hasSize(before.size() + 1);
        assertThat(tarishiAot()).isEqualTo(new Result(0, ""));

        var run = run(ANY_PORT);
        untilReady();
        assertThat(Files.readString(Path.of("/proc", Long.toString(run.pid()), "maps")))
                .contains(caches().getFirst().getFileName().toString());
        nothingButTheLogWasPrinted();
    }

    @Test
    void aBrokenCacheChangesNothing() throws Exception {
        assertThat(tarishiAot().code()).isZero();
        Files.writeString(caches().getFirst(), "no cache at all");

        run(ANY_PORT);
        untilReady();

        nothingButTheLogWasPrinted();
    }

    @Test
    void theCacheOfOtherJarsIsNotUsed() throws Exception {
        assertThat(tarishiAot().code()).isZero();
        var cache = caches().getFirst();
        var sums = home().resolve("repository/SHA256SUMS");
        Files.writeString(sums, Files.readString(sums) + "\n");

        var run = run(ANY_PORT);
        untilReady();

        assertThat(Files.readString(Path.of("/proc", Long.toString(run.pid()), "maps")))
                .doesNotContain(cache.getFileName().toString());
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
        try (var files = Files.list(home().resolve("lib"))) {
            return files.filter(file -> file.toString().endsWith(".aot")).toList();
        }
    }

    private List<Path> files() throws IOException {
        try (var files = Files.walk(home())) {
            return files.toList();
        }
    }
}
