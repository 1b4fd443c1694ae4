package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.Load;
import org.tarishi.itests.harness.PluginJar;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** Parts of the server are replaced while mail flows. */
@Timeout(300)
class CoreSwapTest {

    private static final String CORE = "org.tarishi.core.";
    private static final int CLIENTS = 3;

    private static final List<String> PARTS =
            List.of("hooks", "client", "dns", "delivery", "admin", "server", "scheduler", "queue");

    /** What the HTTP service keeps of each that is registered with it. */
    private static final String HTTP = "org.apache.felix.http.base.internal.runtime.";

    private static final String HTTP_CONTEXT = HTTP + "ServletContextHelperInfo";
    private static final String HTTP_FILTER = HTTP + "FilterInfo";

    @TempDir
    Path root;

    @Test
    void eachPartIsReplacedUnderTraffic() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).withConsole().start()) {
            long contexts = instance.objects(HTTP_CONTEXT);
            var load = Load.start(instance.smtpPort(), CLIENTS, "user@example.com", 500);
            await().until(() -> load.accepted() > CLIENTS);
            for (var part : PARTS) {
                for (int version = 1; version <= 2; version++) {
                    update(instance, part, version);
                    long before = load.accepted();
                    await(part + " has been replaced")
                            .atMost(Duration.ofSeconds(20))
                            .until(() -> load.accepted() > before + 10 * CLIENTS);
                    try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
                        assertThat(dialog.transact(
                                        "me@client.example",
                                        "other@example.com",
                                        TestMail.of("v" + version, 10).bytes()))
                                .as(part)
                                .startsWith("250");
                    }
                }
                assertThat(instance.ask("status").out()).as(part).doesNotContain("not ready");
            }
            var tally = load.stop();
            assertThat(tally.troubles()).isEmpty();
            var stored = new HashSet<String>();
            for (var found : instance.maildir("example.com", "user").found()) {
                stored.add(found.id());
            }
            assertThat(stored).isEqualTo(tally.accepted());
            await("the former versions have gone")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> instance.ask("plugin", "list")
                            .out()
                            .lines()
                            .noneMatch(line -> line.contains("drains") || line.contains("draining")));
            assertThat(instance.log())
                    .doesNotContain(" ERROR ")
                    // Its maps have the names that core/boot looks them up by.
                    .doesNotContain("what the platform keeps of bundles that are gone");
            assertThat(contexts).isPositive();
            await("the HTTP service has forgotten the former consoles")
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> {
                        assertThat(instance.objects(HTTP_CONTEXT)).isPositive().isLessThanOrEqualTo(contexts);
                        assertThat(instance.objects(HTTP_FILTER)).isEqualTo(1);
                    });
        }
    }

    @Test
    void anotherApiSaysWhatItNeedsAndEndsSessionsButRefusesNoConnection() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).start();
                var idle = SmtpDialog.hello(instance.smtpPort())) {
            var file = new PluginJar(Setup.shipped("org.tarishi.api"))
                    .header("Bundle-Version", "0.2.0")
                    .write(root.resolve("api.jar"));
            var plan = instance.ask("plugin", "update", file.toString());
            assertThat(plan.code()).isEqualTo(1);
            assertThat(plan.out())
                    .startsWith("replaces org.tarishi.api 0.1.0.SNAPSHOT by 0.2.0; touches ")
                    .contains("org.tarishi.core.server", "which use it and start anew")
                    .contains("ends all sessions with 421", "refuses no connection", "--yes");
            idle.send("NOOP").expect("250");

            assertThat(instance.ask("plugin", "update", file.toString(), "--yes")
                            .code())
                    .isZero();
            idle.expect("421 4.3.2");
            // Nobody accepts yet: the client waits, and is served.
            try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
                assertThat(dialog.transact(
                                "me@client.example",
                                "user@example.com",
                                TestMail.of("afterwards", 10).bytes()))
                        .startsWith("250");
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> instance.ask("status").code() == 0);
            assertThat(instance.ask("plugin", "history").out()).contains("org.tarishi.api 0.2.0 takes the place");
            assertThat(instance.log()).doesNotContain(" ERROR ");

            instance.stop();
            instance.start();
            assertThat(instance.ask("plugin", "update", file.toString(), "--dry-run")
                            .out())
                    .startsWith("replaces org.tarishi.api 0.2.0 by 0.2.0");
        }
    }

    @Test
    void aPartThatDoesNotStartChangesNothing() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).start();
                var dialog = SmtpDialog.hello(instance.smtpPort())) {
            var file = new PluginJar(Setup.shipped(CORE + "server"))
                    .header("Bundle-Version", "0.2.0")
                    .header("Require-Capability", "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=99))\"")
                    .write(root.resolve("server.jar"));
            var result = instance.ask("plugin", "update", file.toString());
            assertThat(result.code()).isEqualTo(1);
            assertThat(result.out()).contains("needs Java 99");
            assertThat(dialog.transact(
                            "me@client.example",
                            "user@example.com",
                            TestMail.of("as-before", 10).bytes()))
                    .startsWith("250");
        }
    }

    @Test
    void whatIsInForceSurvivesARestartAndCanBeGoneBackFrom() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).start()) {
            for (var part : List.of("hooks", "server", "queue")) {
                update(instance, part, 1);
            }
            assertThat(instance.stop()).isZero();
            instance.start();
            for (var part : List.of("hooks", "server", "queue")) {
                assertThat(instance.ask("plugin", "why", CORE + part).out()).contains("0.2.1 is in force");
                assertThat(instance.ask("plugin", "rollback", CORE + part).out())
                        .contains("is in force again");
            }
            try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
                assertThat(dialog.transact(
                                "me@client.example",
                                "user@example.com",
                                TestMail.of("back", 10).bytes()))
                        .startsWith("250");
            }
            assertThat(instance.ask("status").code()).isZero();
            assertThat(instance.log()).doesNotContain(" ERROR ");
        }
    }

    private void update(Instance instance, String part, int version) throws IOException {
        var jar = new PluginJar(Setup.shipped(CORE + part))
                .header("Bundle-Version", "0.2." + version)
                .bytes();
        var file = Files.write(root.resolve(part + "-" + version + ".jar"), jar);
        var result = instance.ask("plugin", "update", file.toString());
        assertThat(result.code()).as(result.out()).isZero();
    }
}
