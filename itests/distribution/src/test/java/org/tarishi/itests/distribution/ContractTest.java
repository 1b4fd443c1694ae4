package org.tarishi.itests.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tarishi.core.boot.Repository;

/** What the launcher gives bundles and takes from them, tried by one that uses it all and by two that cannot start. */
class ContractTest extends Driver {

    @Override
    Path home() {
        return root.resolve("home");
    }

    @BeforeEach
    void aSmallDistributionWithTheProbe() throws Exception {
        for (var part : List.of("bin", "lib", "config")) {
            copy(HOME.resolve(part), home().resolve(part));
        }
        Files.createDirectories(home().resolve("features"));
        Files.writeString(
                home().resolve("features/distribution.json"), "{\"class-path\": [], \"features\": [\"probe\"]}");
        Files.writeString(home().resolve("features/probe.json"), """
                {
                  "ready": ["listeners"],
                  "framework-properties": {"probe.property": "from the feature"},
                  "bundles": [
                    {"id": "t:broken:1", "start-order": 6},
                    {"id": "t:unresolved:1", "start-order": 6},
                    {"id": "t:probe:1", "start-order": 7}
                  ]
                }""");
        bundle("broken", Map.of("Bundle-Activator", "no.such.Activator"));
        bundle("unresolved", Map.of("Import-Package", "no.such.package"));
        bundle("probe", Map.of("Bundle-Activator", Probe.class.getName(), "Import-Package", "org.osgi.framework"));
        Files.writeString(home().resolve("repository/SHA256SUMS"), "");
    }

    @Test
    void startTellsTheLinesAndTheFirstPasswordWhichNoLogHolds() throws Exception {
        var started = tarishi(List.of("start"));

        assertThat(started.code()).isZero();
        assertThat(started.out())
                .startsWith("ready: ")
                .containsPattern("listeners: smtp on 127\\.0\\.0\\.1:[0-9]+\n")
                .contains("first password: s3cret");
        assertThat(tarishi(List.of("status")).out())
                .contains("listeners: smtp on")
                .doesNotContain("s3cret");
        assertThat(log())
                .containsPattern("ready: .*listeners: smtp on .*\\([0-9]+ ms")
                .doesNotContain("s3cret");
        try (var files = Files.walk(base().resolve("logs"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                assertThat(file).content().doesNotContain("s3cret");
            }
        }
    }

    @Test
    void theWelcomeOfRunHoldsThePasswordAndALineForAFirstMail() throws Exception {
        run(List.of("--welcome"));
        untilReady();

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(Files.readString(root.resolve("run.out")))
                        .contains("first password: s3cret")
                        .containsPattern("curl -sS smtp://127\\.0\\.0\\.1:[0-9]+ --mail-from"));
        assertThat(log()).doesNotContain("s3cret");
    }

    @Test
    void aBundlesCommandGetsTheClientsFolderFirstAndItsCodeComesBack() throws Exception {
        tarishi(List.of("start"));

        assertThat(tarishi(List.of("probe", "echo", "a b", "--x", "")))
                .isEqualTo(new Result(7, Path.of("").toAbsolutePath() + "|echo|a b|--x|\n"));
        assertThat(tarishi(List.of("probe", "nonsense")))
                .isEqualTo(new Result(70, "probe failed: java.lang.IllegalArgumentException: nonsense\n"));
        assertThat(tarishi(List.of("help")).out()).endsWith("  probe        tries the launcher\n");
    }

    @Test
    void bundlesFindTheirFoldersInFrameworkProperties() throws Exception {
        tarishi(List.of("start"));

        for (var property : Map.of(
                        "tarishi.home",
                        home().toRealPath().toString(),
                        "tarishi.base",
                        base().toString(),
                        "tarishi.conf",
                        base() + "/conf",
                        "tarishi.data",
                        base() + "/data",
                        "tarishi.deploy",
                        base() + "/deploy",
                        "tarishi.logs",
                        base() + "/logs",
                        "tarishi.ready",
                        "listeners",
                        "probe.property",
                        "from the feature",
                        "org.apache.felix.http.host",
                        "127.0.0.1")
                .entrySet()) {
            assertThat(tarishi(List.of("probe", "property", property.getKey())).out())
                    .as(property.getKey())
                    .isEqualTo(property.getValue() + "\n");
        }
    }

    @Test
    void aBundleThatCannotStartGetsOneLineAndTheOthersGoOn() throws Exception {
        assertThat(tarishi(List.of("start")).code()).isZero();

        assertThat(log().lines().filter(line -> line.contains(" ERROR ")))
                .hasSize(2)
                .anyMatch(line -> line.contains("broken 1.0.0 did not start: ") && line.contains("no.such.Activator"))
                .anyMatch(
                        line -> line.contains("unresolved 1.0.0 did not start: ") && line.contains("no.such.package"));
        assertThat(tarishi(List.of("status")).out())
                .contains("bundles: broken 1.0.0 did not start: ", "bundles: unresolved 1.0.0 did not start: ");
    }

    @Test
    void aBundleThatDoesNotStopCannotHoldTheProcess() throws Exception {
        var run = run(List.of("--set", "org.tarishi.core.boot:stop.timeout=1"));
        untilReady();
        tarishi(List.of("probe", "block-stop"));

        run.destroy();

        assertThat(run.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(run.exitValue()).isEqualTo(1);
        assertThat(log())
                .contains("ERROR org.tarishi.core.boot.Instance - not stopped within 1 s"
                        + " (stop.timeout of org.tarishi.core.boot): leaving");
    }

    @Test
    void aRestartOfTheFrameworkBringsEverythingBackInTheSameProcess() throws Exception {
        var run = run(List.of());
        untilReady();

        tarishi(List.of("probe", "restart"));

        await().atMost(Duration.ofSeconds(30))
                .until(() -> log().lines()
                                .filter(line -> line.contains("Instance - ready: "))
                                .count()
                        == 2);
        assertThat(tarishi(List.of("probe", "echo")).code()).isEqualTo(7);
        run.destroy();
        assertThat(run.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(run.exitValue()).isZero();
    }

    private void bundle(String name, Map<String, String> headers) throws IOException {
        var manifest = new Manifest();
        var main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", name);
        main.putValue("Bundle-Version", "1.0.0");
        headers.forEach(main::putValue);
        var file = home().resolve("repository").resolve(Repository.place("t:" + name + ":1"));
        Files.createDirectories(file.resolveSibling("."));
        var path = Probe.class.getName().replace('.', '/') + ".class";
        try (var out = new JarOutputStream(Files.newOutputStream(file), manifest);
                var in = java.util.Objects.requireNonNull(
                        Probe.class.getClassLoader().getResourceAsStream(path))) {
            out.putNextEntry(new JarEntry(path));
            in.transferTo(out);
        }
    }
}
