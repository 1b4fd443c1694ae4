package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.SmtpDialog;

/** Plugins that take every processor there is. */
@Timeout(180)
@Tag("alone")
class LoopingPluginTest {

    @TempDir
    Path root;

    @Test
    void onesThatLoopOnEveryCoreAreCutOffForGoodAndAReplacementServes() throws Exception {
        var hostile = Hostile.start(root);
        try (var instance = hostile.instance()) {
            isCutOff(hostile, instance);
        }
    }

    private static void isCutOff(Hostile hostile, Instance instance) throws Exception {
        hostile.install(Hostile.jar("1.0.0"));
        long before = instance.log().length();
        int cores = Runtime.getRuntime().availableProcessors();
        var victims = new ArrayList<SmtpDialog>();
        try {
            for (int i = 0; i < 2 * cores; i++) {
                victims.add(SmtpDialog.hello(instance.smtpPort()));
            }
            for (var victim : victims) {
                victim.send("MAIL FROM:<loops@client.example>");
            }
            for (var victim : victims) {
                victim.expect("45");
            }
            await("a line that names the stuck call")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> !instance.logged(before, " ERROR ", "hostile", "Hostile.onMail")
                            .isEmpty());

            // It is out of the chain: mail that does without it is taken, mail that must not is refused for now.
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> hostile.honest("user").startsWith("250 2."));
            assertThat(hostile.found("user"))
                    .isNotEmpty()
                    .allSatisfy(found -> assertThat(found.fields()).doesNotContainKey("X-Hostile"));
            instance.configure(Instance.CHAIN, "plugins=[ \"hostile\" ]");
            try (var fresh = new SmtpDialog(instance.smtpPort())) {
                fresh.expect("421 4.3.2");
            }

            hostile.install(Hostile.jar("1.0.1"));
            assertThat(hostile.honest("other")).startsWith("250 2.");
            assertThat(hostile.found("other"))
                    .singleElement()
                    .satisfies(found -> assertThat(found.fields()).containsKey("X-Hostile"));
            assertThat(instance.cli("status").code()).isZero();
        } finally {
            for (var victim : victims) {
                victim.close();
            }
        }
    }
}
