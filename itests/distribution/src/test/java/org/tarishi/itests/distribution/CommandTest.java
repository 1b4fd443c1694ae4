package org.tarishi.itests.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The assembled distribution, from outside: as processes, by its command. */
class CommandTest extends Driver {

    /** As distribution/run does; how one without a cache starts is seen by AotTest. */
    @BeforeEach
    void aCacheIsThere() throws Exception {
        assertThat(command(List.of("aot"), Map.of()).code()).isZero();
    }

    @Test
    void startReturnsWhenReadyAndStopWhenStopped() throws Exception {
        var started = tarishi(with("start", ANY_PORT));
        assertThat(started.out()).startsWith("ready: process ");
        assertThat(started.code()).isZero();

        var status = tarishi(List.of("status"));
        assertThat(status.out()).startsWith("ready: process ").contains("base " + base());
        assertThat(status.code()).isZero();

        var stopped = tarishi(List.of("stop"));
        assertThat(stopped.out()).startsWith("stopping process ").endsWith("stopped\n");
        assertThat(stopped.code()).isZero();

        assertThat(tarishi(List.of("status"))).isEqualTo(new Result(1, "tarishi: not running: " + base() + "\n"));
        assertThat(log())
                .containsSubsequence("starting: Tarishi ", "ready", "stopping, within 30 s", "stopped after ")
                .doesNotContain(" ERROR ");
    }

    @Test
    void aHangUpStopsNothingButSigtermDoesInOrderWithExitCodeZero() throws Exception {
        var run = run(ANY_PORT);
        untilReady();

        new ProcessBuilder("kill", "-HUP", Long.toString(run.pid())).start().waitFor();

        await().atMost(Duration.ofSeconds(20)).until(() -> log().contains("SIGHUP: "));
        assertThat(tarishi(List.of("status")).code()).isZero();
        assertThat(run.isAlive()).isTrue();

        run.destroy();

        assertThat(run.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(run.exitValue()).isZero();
        assertThat(log()).contains("stopped after ");
    }

    @Test
    void runShowsItsLogAndOnlyWithWelcomeTheFolders() throws Exception {
        run(with(ANY_PORT, "--welcome"));
        untilReady();

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(Files.readString(root.resolve("run.out")))
                        .contains(
                                "Instance - ready",
                                "Ctrl-C stops it.",
                                base().resolve("conf").toString()));
    }

    @Test
    void aSecondInstanceOnOneBaseIsRefusedAndTheFirstGoesOn() throws Exception {
        var first = run(ANY_PORT);
        untilReady();
        var refusal = "tarishi: " + base() + " is in use by process " + first.pid()
                + ": stop that instance, or choose another folder with --base DIR\n";

        assertThat(tarishi(with("run", ANY_PORT))).isEqualTo(new Result(75, refusal));
        assertThat(tarishi(with("start", ANY_PORT))).isEqualTo(new Result(75, refusal));

        assertThat(tarishi(List.of("status")).code()).isZero();
    }

    @Test
    void killedInTheMiddleItStartsAgain() throws Exception {
        var first = run(ANY_PORT);
        await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(base().resolve("data/cache")));
        first.destroyForcibly().waitFor();

        var second = tarishi(with("start", ANY_PORT));

        assertThat(second.code()).as(second.out()).isZero();
        assertThat(log()).doesNotContain("did not start", "cannot install");
    }

    @Test
    void aMalformedSettingIsRefusedInOneLineAndNothingIsStarted() throws Exception {
        assertThat(tarishi(List.of("run", "--set", "nonsense")))
                .isEqualTo(new Result(64, "tarishi: --set nonsense: want PID:key=value\n"));
        assertThat(tarishi(List.of("start", "--set", "../x:a=b")))
                .isEqualTo(new Result(64, "tarishi: --set ../x:a=b: not a PID: '../x'\n"));
        assertThat(base().resolve("conf")).doesNotExist();
    }

    @Test
    void settingsAreWrittenToTheInstanceAndItsFilesAreItsOwnersAlone() throws Exception {
        tarishi(with(ANY_PORT, "start", "--set", "org.tarishi.core.boot:stop.timeout=7"));

        assertThat(base().resolve("conf/org.tarishi.core.boot.cfg"))
                .content()
                .contains("# How long the bundles may take", "\nstop.timeout = 7\n", "\nhttp.enabled = false\n");
        try (var files = Files.walk(base())) {
            for (var file : files.filter(each -> !each.getFileName().toString().equals("control"))
                    .toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .endsWith("------");
            }
        }
    }

    @Test
    void aBadSettingOfBootAndACommandThatNobodyServesAreToldByName() throws Exception {
        var started = tarishi(with(ANY_PORT, "start", "--set", "org.tarishi.logging:level=LOUD"));

        assertThat(started.code()).isZero();
        assertThat(log())
                .contains(
                        "org.tarishi.logging.cfg:",
                        " level: want OFF, ERROR, WARN, INFO, DEBUG or TRACE: 'LOUD'; the defaults are in force");

        var result = tarishi(List.of("nonsense", "x"));

        assertThat(result.code()).isEqualTo(64);
        assertThat(result.out()).startsWith("no such command: nonsense\nusage: tarishi run|start");
    }

    @Test
    void aMachineWithoutJdk25GetsOneSentence() throws Exception {
        // Only what the script itself needs is on this path.
        var tools = Files.createDirectories(root.resolve("tools"));
        for (var tool : List.of("sh", "dirname", "readlink", "sed", "cat")) {
            Files.createSymbolicLink(tools.resolve(tool), find(tool));
        }
        var old = Files.createDirectories(root.resolve("jdk-17"));
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");

        var result = command(
                List.of("run", "--base", base().toString()),
                Map.of(
                        "PATH",
                        tools.toString(),
                        "JAVA_HOME",
                        old.toString(),
                        "TARISHI_JAVA_HOME",
                        "",
                        "TARISHI_JDK_FOLDERS",
                        ""));

        assertThat(result.code()).isEqualTo(69);
        assertThat(result.out().lines())
                .singleElement()
                .asString()
                .startsWith("tarishi: Tarishi needs a JDK 25 or newer: install one");
    }

    @Test
    void aSmallHeapHasTheCollectorThatNeedsLeastMemoryUnlessTheOperatorNamesOne() throws Exception {
        assertThat(options("", "")).contains("-Xmx512m", "-XX:+UseSerialGC");
        assertThat(options("999m", "-Xss1m")).contains("-Xmx999m", "-XX:+UseSerialGC", "-Xss1m");
        assertThat(options("2g", "")).contains("-Xmx2g").doesNotContain("-XX:+UseSerialGC");
        assertThat(options("4096m", "")).contains("-Xmx4096m").doesNotContain("-XX:+UseSerialGC");
        assertThat(options("512m", "-Xss1m -XX:+UseZGC"))
                .contains("-XX:+UseZGC")
                .doesNotContain("-XX:+UseSerialGC");
    }

    @Test
    void aJvmThatIsNewerThanTheOneThatIsNeededMayLackOptionsThatAreItsOwnAffair() throws Exception {
        var lenient = "-XX:+IgnoreUnrecognizedVMOptions";

        assertThat(options("", "")).doesNotContain(lenient);
        assertThat(options("26", "", "")).contains(lenient);
    }

    private List<String> options(String heap, String options) throws Exception {
        return options("25.0.1", heap, options);
    }

    /** What the script gives to a JVM of a version: here one that only says it. */
    private List<String> options(String version, String heap, String options) throws Exception {
        var jdk = root.resolve("jdk-" + version);
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        var java = Files.writeString(jdk.resolve("bin/java"), "#!/bin/sh\nfor word; do echo \"$word\"; done\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        var result = command(
                List.of("run", "--base", base().toString()),
                Map.of("TARISHI_JAVA_HOME", jdk.toString(), "TARISHI_HEAP", heap, "TARISHI_JAVA_OPTS", options));
        assertThat(result.code()).as(result.out()).isZero();
        return result.out().lines().toList();
    }

    @Test
    void twoInstancesOfOneDistributionRunSideBySide() throws Exception {
        var other = root.resolve("other").toString();
        assertThat(tarishi(with("start", ANY_PORT)).code()).isZero();
        try {
            assertThat(command(
                                    Stream.concat(Stream.of("start", "--base", other), ANY_PORT.stream())
                                            .toList(),
                                    Map.of())
                            .code())
                    .isZero();
            assertThat(tarishi(List.of("status")).code()).isZero();
        } finally {
            command(List.of("stop", "--base", other), Map.of());
        }
    }

    private static Path find(String tool) {
        return Stream.of("/usr/bin", "/bin")
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }
}
