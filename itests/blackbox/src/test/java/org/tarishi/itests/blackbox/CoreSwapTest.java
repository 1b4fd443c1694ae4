package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.itests.harness.Load;
import org.tarishi.itests.harness.PluginJar;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** Parts of the server are replaced while mail flows. */
@Timeout(300)
class CoreSwapTest {

    private static final String CORE = "org.tarishi.core.";
    private static final int CLIENTS = 3;

    @TempDir
    Path root;

    @ParameterizedTest
    @ValueSource(strings = {"hooks", "client", "dns", "delivery", "admin", "server", "scheduler", "queue"})
    void aPartIsReplacedUnderTraffic(String part) throws Exception {
        try (var instance = Instance.in(root.resolve("base")).start()) {
            var load = Load.start(instance.smtpPort(), CLIENTS, "user@example.com", 500);
            await().until(() -> load.accepted() > CLIENTS);
            for (int version = 1; version <= 2; version++) {
                update(instance, part, version);
                long before = load.accepted();
                await().atMost(Duration.ofSeconds(20)).until(() -> load.accepted() > before + 10 * CLIENTS);
                try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
                    assertThat(dialog.transact(
                                    "me@client.example",
                                    "other@example.com",
                                    TestMail.of("v" + version, 10).bytes()))
                            .startsWith("250");
                }
            }
            assertThat(instance.ask("status").out()).doesNotContain("not ready");
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
