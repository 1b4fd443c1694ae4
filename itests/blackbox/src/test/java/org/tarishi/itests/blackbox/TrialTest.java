package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.PluginJar;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** A new version runs beside the one in force, in some sessions or without a say, and is promoted or dropped. */
@Timeout(180)
class TrialTest {

    @TempDir
    Path root;

    private Instance instance;
    private int mails;

    @BeforeEach
    void start() throws Exception {
        instance = Instance.in(root.resolve("base")).start();
    }

    @AfterEach
    void stop() throws Exception {
        instance.close();
    }

    private Path stamp(int version) throws IOException {
        return new PluginJar(Setup.plugin("stamp"))
                .header("Bundle-Version", "1.0." + version)
                .entry("stamp.txt", "v" + version + "\n")
                .write(root.resolve("stamp-" + version + ".jar"));
    }

    private Path hostile(String version) throws IOException {
        return new PluginJar(Setup.plugin("hostile"))
                .header("Bundle-Version", version)
                .write(root.resolve("hostile-" + version + ".jar"));
    }

    private String told(int code, String... words) throws IOException {
        var result = instance.ask(words);
        assertThat(result.code()).as(result.out()).isEqualTo(code);
        return result.out();
    }

    /** Sends two mails in one session, and returns the versions that have stamped them. */
    private Set<String> session() throws Exception {
        var users = new HashSet<String>();
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            for (int i = 0; i < 2; i++) {
                var user = "u" + mails++;
                users.add(user);
                assertThat(dialog.transact(
                                "me@client.example",
                                user + "@example.com",
                                TestMail.of(user, 10).bytes()))
                        .startsWith("250");
            }
        }
        var versions = new HashSet<String>();
        for (var user : users) {
            var fields =
                    instance.maildir("example.com", user).found().getFirst().fields();
            versions.add(fields.getOrDefault("X-Stamp-Mail", "none"));
            versions.add(fields.getOrDefault("X-Stamp-Data", "none"));
        }
        return versions;
    }

    @Test
    void someSessionsHaveTheCanaryWholeOnesAndPromotedAllOfThemHaveIt() throws Exception {
        told(0, "plugin", "install", stamp(0).toString());
        assertThat(told(0, "plugin", "canary", stamp(1).toString(), "--percent", "50"))
                .contains("tries org.tarishi.itests.stamp 1.0.1 (stamp) as a canary beside 1.0.0", "is on trial");
        var seen = new HashSet<String>();
        for (int i = 0; i < 30; i++) {
            var versions = session();
            assertThat(versions).hasSize(1);
            seen.addAll(versions);
        }
        assertThat(seen).containsExactlyInAnyOrder("v0", "v1");
        assertThat(told(0, "plugin", "canary", "report")).contains("transactions", "mail continue", "99 of 100 within");
        assertThat(told(0, "status")).contains("is on trial as a canary");

        told(0, "plugin", "canary", "drop");
        assertThat(session()).containsExactly("v0");

        told(0, "plugin", "canary", stamp(2).toString(), "--client", "127.0.0.0/8");
        assertThat(session()).containsExactly("v2");
        told(0, "plugin", "canary", "promote");
        assertThat(session()).containsExactly("v2");
        assertThat(told(0, "plugin", "list")).contains("org.tarishi.itests.stamp 1.0.2, since");
        await("the old one goes")
                .atMost(Duration.ofSeconds(20))
                .until(() -> !told(0, "plugin", "list").contains("org.tarishi.itests.stamp 1.0.0, "));
        assertThat(instance.logged(0, " ERROR ")).isEmpty();
    }

    @Test
    void aCanaryThatFaultsTooOftenIsDroppedByItself() throws Exception {
        told(0, "plugin", "install", hostile("1.0.0").toString());
        told(0, "plugin", "canary", hostile("1.1.0").toString(), "--client", "127.0.0.1");
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            for (int i = 0; i < 3; i++) {
                dialog.send("MAIL FROM:<throws@client.example>").expect("451");
            }
        }
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !instance.logged(0, " ERROR ", "1.1.0 (hostile) is dropped: faults 3 in ")
                        .isEmpty());
        assertThat(told(0, "plugin", "history")).contains("is dropped: faults 3 in ");
        assertThat(told(1, "plugin", "canary", "report")).startsWith("no version is on trial");
    }

    @Test
    void aShadowSeesEachSessionAndDecidesNothing() throws Exception {
        told(0, "plugin", "install", stamp(0).toString());
        told(0, "plugin", "shadow", stamp(1).toString());
        for (int i = 0; i < 5; i++) {
            assertThat(session()).containsExactly("v0");
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(told(0, "plugin", "shadow", "report"))
                        .containsPattern("transactions +10 +10\n")
                        .containsPattern("mail continue +10 \\(50.0 %\\) +10 \\(50.0 %\\)\n")
                        .containsPattern("data_post continue +10 \\(50.0 %\\) +10 \\(50.0 %\\)\n")
                        .containsPattern("same answer +20 \\(100.0 %\\)\n"));
        told(0, "plugin", "shadow", "promote");
        assertThat(session()).containsExactly("v1");

        assertThat(told(1, "plugin", "shadow", hostile("1.0.0").toString()))
                .contains("so there is nothing to try it beside");
        told(0, "plugin", "install", hostile("1.0.0").toString());
        assertThat(told(1, "plugin", "shadow", hostile("1.1.0").toString()))
                .contains("does not promise by @ShadowSafe");
        assertThat(instance.logged(0, " ERROR ")).isEmpty();
    }
}
