package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.Load;
import org.tarishi.itests.harness.PluginJar;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** A plugin is replaced while mail flows, through each door. */
@Timeout(900)
class SwapTest {

    private static final int CLIENTS = 50;
    private static final String STAMP = "org.tarishi.itests.stamp.Stamp";
    private static final int LEAST_LOOKS = 5;
    private static final Duration COLLECTED_WITHIN = Duration.ofSeconds(5);

    @TempDir
    Path root;

    /** Replaces the plugin, by one door; returns when that was done, or asked for. */
    @FunctionalInterface
    private interface Door {
        void install(int version, byte[] jar) throws Exception;
    }

    @Test
    void theDeployFolderReplacesAPluginUnderTraffic() throws Exception {
        try (var instance = startStamping(made())) {
            swaps(instance, (version, jar) -> instance.drop(jar, "stamp-" + version + ".jar"));
            try (var left = Files.list(instance.deploy())) {
                assertThat(left).isEmpty();
            }
        }
    }

    @Test
    void theCommandReplacesAPluginUnderTraffic() throws Exception {
        try (var instance = startStamping(made())) {
            swaps(instance, (version, jar) -> {
                var file = Files.write(root.resolve("stamp-" + version + ".jar"), jar);
                // The command is a JVM; what it says to the server is the same each time.
                var result = version == 1
                        ? instance.cli("plugin", "install", file.toString())
                        : instance.ask("plugin", "install", file.toString());
                assertThat(result.code()).as(result.out()).isZero();
            });
        }
    }

    @Test
    void theFelixConsoleReplacesAPluginUnderTraffic() throws Exception {
        try (var instance = startStamping(made().withConsole());
                var console = ConsoleSession.login(instance)) {
            swaps(instance, (version, jar) -> {
                var answer = console.upload(jar, "stamp-" + version + ".jar");
                assertThat(answer.statusCode()).as(answer.body()).isIn(200, 302, 303);
            });
        }
    }

    @Test
    void aTransactionKeepsTheVersionItBeganWithAndTheOldOneGoesAtItsEnd() throws Exception {
        try (var instance = startStamping(made());
                var dialog = SmtpDialog.hello(instance.smtpPort());
                var other = SmtpDialog.hello(instance.smtpPort())) {
            dialog.send("MAIL FROM:<me@client.example>").expect("250");
            instance.drop(stamp(1), "stamp.jar");
            untilInForce(instance, 1);

            assertThat(other.transact(
                            "me@client.example",
                            "other@example.com",
                            TestMail.of("other", 10).bytes()))
                    .startsWith("250");
            assertThat(instance.loaded(STAMP)).isEqualTo(2);
            dialog.send("RCPT TO:<held@example.com>").expect("250");
            dialog.send("DATA").expect("354");
            dialog.sendMessage(TestMail.of("held", 10).bytes()).expect("250");

            untilCollected(instance);
            assertStamped(instance.maildir("example.com", "held"), "v0");
            assertStamped(instance.maildir("example.com", "other"), "v1");
        }
    }

    @Test
    void whatIsInForceSurvivesARestart() throws Exception {
        try (var instance = startStamping(made())) {
            instance.drop(stamp(1), "stamp.jar");
            untilInForce(instance, 1);
            assertThat(instance.stop()).isZero();
            instance.start();
            try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
                assertThat(dialog.transact(
                                "me@client.example",
                                "user@example.com",
                                TestMail.of("restart", 10).bytes()))
                        .startsWith("250");
            }
            assertStamped(instance.maildir("example.com", "user"), "v1");
        }
    }

    private static void assertStamped(Maildir maildir, String text) throws IOException {
        assertThat(maildir.found()).hasSize(1).allSatisfy(found -> {
            assertThat(found.fields()).containsEntry("X-Stamp-Mail", text).containsEntry("X-Stamp-Data", text);
        });
    }

    private void swaps(Instance instance, Door door) throws Exception {
        int swaps = Setup.swaps();
        var load = Load.start(instance.smtpPort(), CLIENTS, "user@example.com", 500, Setup.swapPause());
        await().atMost(Duration.ofSeconds(60)).until(() -> load.greeted() == CLIENTS && load.accepted() > CLIENTS);
        for (int version = 1; version <= swaps; version++) {
            door.install(version, stamp(version));
            untilInForce(instance, version);
            // Mail has to flow between any two replacements.
            long before = load.accepted();
            await().atMost(Duration.ofSeconds(30)).until(() -> load.accepted() > before + CLIENTS);
            assertThat(load.trouble())
                    .as(() -> "failed or dropped; the log ends: " + tail(instance))
                    .isZero();
            if (version % 10 == 0) {
                untilCollected(instance);
            }
        }
        untilCollected(instance);
        var tally = load.stop();

        assertThat(tally.dropped()).as("dropped, " + tally.troubles()).isZero();
        assertThat(tally.failed()).as("failed, " + tally.troubles()).isZero();
        var stored = new HashSet<String>();
        var versions = new TreeSet<String>();
        for (var found : instance.maildir("example.com", "user").found()) {
            stored.add(found.id());
            assertThat(found.counts())
                    .as(found.id() + " passed the plugin once at each moment")
                    .containsEntry("X-Stamp-Mail", 1)
                    .containsEntry("X-Stamp-Data", 1);
            assertThat(found.fields().get("X-Stamp-Data"))
                    .as(found.id() + " saw one generation")
                    .isEqualTo(found.fields().get("X-Stamp-Mail"));
            versions.add(found.fields().get("X-Stamp-Mail"));
        }
        assertThat(stored).isEqualTo(tally.accepted());
        assertThat(versions).as("versions that mail has seen").hasSize(swaps + 1);
        assertThat(instance.log()).doesNotContain(" ERROR ");
    }

    private Instance made() {
        return Instance.in(root.resolve("base")).optimised();
    }

    /** Starts it with a plugin that stamps what comes. */
    private Instance startStamping(Instance instance) throws Exception {
        try {
            instance.set(Instance.CHAIN, "plugins", "[ \"stamp?\" ]").start();
            instance.drop(stamp(0), "stamp.jar");
            untilInForce(instance, 0);
            // From now on mail without it would be refused.
            instance.configure(Instance.CHAIN, "plugins=[ \"stamp\" ]");
            return instance.set(Instance.CHAIN, "plugins", "[ \"stamp\" ]");
        } catch (Exception | AssertionError e) {
            instance.close();
            throw e;
        }
    }

    private static void untilInForce(Instance instance, int version) {
        await("version " + version + " in force")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !instance.logged(0, "stamp 1.0." + version + " ", "is in force")
                        .isEmpty());
    }

    /**
     * Only the version in force is loaded any more, while mail flows. A look starts two processes, so that on a busy machine the time is over
     * before there were enough of them.
     */
    private static void untilCollected(Instance instance) throws IOException, InterruptedException {
        long began = System.nanoTime();
        long loaded;
        int looks = 0;
        do {
            loaded = instance.loaded(STAMP);
            looks++;
        } while (loaded != 1 && (looks < LEAST_LOOKS || System.nanoTime() - began < COLLECTED_WITHIN.toNanos()));
        assertThat(loaded).as("versions loaded, after " + looks + " looks").isEqualTo(1);
    }

    private static String tail(Instance instance) {
        var log = instance.log();
        return log.substring(Math.max(0, log.length() - 2000));
    }

    private static byte[] stamp(int version) throws IOException {
        return new PluginJar(Setup.plugin("stamp"))
                .header("Bundle-Version", "1.0." + version)
                .entry("stamp.txt", "v" + version + "\n")
                .bytes();
    }
}
