package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.itests.harness.PluginJar;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** Plugins that do what no plugin should: a line that says so, an answer for now, and the server goes on for all others. */
@Timeout(180)
@Tag("alone")
class HostilePluginsTest {

    @TempDir
    Path root;

    private Instance instance;

    @BeforeEach
    void start() throws Exception {
        instance = Instance.in(root.resolve("base"))
                .optimised()
                .set(Instance.CHAIN, "limits", "[ \"hostile=1s\" ]")
                .set(Instance.CHAIN, "stuckAfter", "1s")
                .set(Instance.CHAIN, "breakerPause", "1s")
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        instance.close();
    }

    @ParameterizedTest
    @CsvSource({
        "throws,  IllegalStateException",
        "null,    null",
        "linkage, NoClassDefFoundError",
        "memory,  OutOfMemoryError",
        "blocks,  1"
    })
    void aFaultIsOneLineAndARefusalForNowAndOthersAreServed(String fault, String named) throws Exception {
        install(hostile("1.0.0"));
        long before = instance.log().length();

        try (var victim = SmtpDialog.hello(instance.smtpPort());
                var honest = SmtpDialog.hello(instance.smtpPort())) {
            victim.send("MAIL FROM:<" + fault + "@client.example>");
            // While it is being asked, others are served.
            assertThat(transact(honest, "honest")).startsWith("250 2.");
            var reply = victim.reply();
            assertThat(reply).matches("(?s)45[01] 4\\..*").doesNotContain("Exception", "forged");
            // The session lives on, for the plugin too.
            assertThat(transact(victim, "honest")).startsWith("250 2.");
        }

        var lines = instance.logged(before, " ERROR ");
        assertThat(lines).singleElement().asString().contains("hostile", "mail", named);
        assertThat(instance.log().substring((int) before).lines()).noneMatch(line -> line.startsWith("220 forged"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"throws", "null", "blocks"})
    void whereTheOperatorSaysSoAFaultIsNoOpinionAndWhatItChangedIsUndone(String fault) throws Exception {
        instance.configure(Instance.CHAIN, "onFault=[ \"hostile=CONTINUE\" ]");
        install(hostile("1.0.0"));
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            assertThat(transact(dialog, fault)).startsWith("250 2.");
        }
        assertThat(instance.maildir("example.com", "user").found())
                .singleElement()
                .satisfies(found -> assertThat(found.fields()).doesNotContainKey("X-Hostile"));
    }

    @Test
    void afterTooManyFaultsItIsNotCalledForAWhileAndThenTriedAgain() throws Exception {
        install(hostile("1.0.0"));
        long before = instance.log().length();
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            for (int i = 0; i < 5; i++) {
                dialog.send("MAIL FROM:<throws@client.example>").expect("45");
            }
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> instance.logged(before, " ERROR ", "hostile").size() == 6);
            dialog.send("MAIL FROM:<honest@client.example>").expect("45");

            await().atMost(Duration.ofSeconds(10))
                    .until(() -> transact(dialog, "honest").startsWith("250 2."));
        }
    }

    @Test
    void onesThatLoopOnEveryCoreAreCutOffForGoodAndAReplacementServes() throws Exception {
        install(hostile("1.0.0"));
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
            await().atMost(Duration.ofSeconds(10)).until(() -> honest("user").startsWith("250 2."));
            assertThat(instance.maildir("example.com", "user").found())
                    .isNotEmpty()
                    .allSatisfy(found -> assertThat(found.fields()).doesNotContainKey("X-Hostile"));
            instance.configure(Instance.CHAIN, "plugins=[ \"hostile\" ]");
            try (var fresh = new SmtpDialog(instance.smtpPort())) {
                fresh.expect("421 4.3.2");
            }

            install(hostile("1.0.1"));
            assertThat(honest("other")).startsWith("250 2.");
            assertThat(instance.maildir("example.com", "other").found())
                    .singleElement()
                    .satisfies(found -> assertThat(found.fields()).containsKey("X-Hostile"));
            assertThat(instance.cli("status").code()).isZero();
        } finally {
            for (var victim : victims) {
                victim.close();
            }
        }
    }

    @Test
    void oneWithItsOwnCopyOfTheApiIsRefusedInPlainWords() throws Exception {
        var jar = hostile("1.0.0").entriesOf(Setup.shipped("org.tarishi.api"), "org/tarishi/api/");
        refused(jar.header("Import-Package", withoutApi(jar)).bytes(), "copy of the API");
    }

    @Test
    void oneThatNeedsAnAbsentPackageIsRefusedInPlainWords() throws Exception {
        var jar = hostile("1.0.0");
        refused(
                jar.header("Import-Package", jar.header("Import-Package") + ",org.example.absent")
                        .bytes(),
                "org.example.absent");
    }

    @Test
    void whatIsNoBundleIsRefusedInPlainWords() throws Exception {
        refused("no jar".getBytes(java.nio.charset.StandardCharsets.US_ASCII), "");
    }

    @Test
    void oneThatFailsAtStartIsRefusedAndServesWhenItIsMended() throws Exception {
        refused(hostile("1.0.0").entry("start.txt", "fails\n").bytes(), "hostile at start");

        install(hostile("1.0.1"));

        assertThat(honest("user")).startsWith("250 2.");
        assertThat(instance.maildir("example.com", "user").found())
                .singleElement()
                .satisfies(found -> assertThat(found.fields()).containsKey("X-Hostile"));
    }

    @Test
    void aBadUpdateLeavesTheVersionInForceThatServed() throws Exception {
        install(hostile("1.0.0"));
        refused(hostile("1.0.1").entry("start.txt", "fails\n").bytes(), "hostile at start");
        assertThat(honest("user")).startsWith("250 2.");
        assertThat(instance.maildir("example.com", "user").found())
                .singleElement()
                .satisfies(found -> assertThat(found.fields()).containsKey("X-Hostile"));
    }

    /** Presence: without one that the chain requires no mail is taken, and nobody is refused for good. */
    @Test
    void whileARequiredOneIsAbsentThereIsA421WithOneLineAndThenServiceAgain() throws Exception {
        try (var open = SmtpDialog.hello(instance.smtpPort())) {
            long before = instance.log().length();
            instance.configure(Instance.CHAIN, "plugins=[ \"hostile\" ]");

            for (int i = 0; i < 3; i++) {
                try (var fresh = new SmtpDialog(instance.smtpPort())) {
                    fresh.expect("421 4.3.2");
                    assertThat(fresh.isClosedByServer()).isTrue();
                }
            }
            open.send("MAIL FROM:<honest@client.example>").expect("451 4.3.2");
            assertThat(troubles(before)).singleElement().asString().contains(" ERROR ", "hostile");

            install(hostile("1.0.0"));
            assertThat(transact(open, "honest")).startsWith("250 2.");
            assertThat(honest("user")).startsWith("250 2.");
        }
    }

    private String honest(String user) throws IOException {
        try (var dialog = new SmtpDialog(instance.smtpPort())) {
            dialog.expect("220").send("EHLO client.example").expect("250");
            return dialog.transact(
                    "honest@client.example",
                    user + "@example.com",
                    TestMail.of(user, 100).bytes());
        }
    }

    private static String transact(SmtpDialog dialog, String sender) throws IOException {
        var reply = dialog.transact(
                sender + "@client.example",
                "user@example.com",
                TestMail.of(sender, 100).bytes());
        if (!reply.startsWith("250")) {
            dialog.send("RSET").expect("250");
        }
        return reply;
    }

    /** Refused through both doors that have words, and the server serves as before. */
    private void refused(byte[] jar, String reason) throws Exception {
        var file = Files.write(root.resolve("refused.jar"), jar);
        long before = instance.log().length();
        var result = instance.cli("plugin", "install", file.toString());
        assertThat(result.code()).as(result.out()).isEqualTo(1);
        // The plan, where there could be one, and the reason: behind the plan, or in it where it can't be done.
        var lines = result.out().lines().toList();
        assertThat(lines).hasSizeBetween(1, 2);
        assertThat(lines.getLast()).contains(reason);
        assertThat(reason.isEmpty()
                        || result.out().indexOf(reason) == result.out().lastIndexOf(reason))
                .as(result.out())
                .isTrue();
        assertThat(troubles(before)).singleElement().asString().contains(reason);

        instance.drop(jar, "refused.jar");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(instance.deploy().resolve("refused.jar.refused.txt"))
                        .content()
                        .contains(reason));
        assertThat(honest("before")).startsWith("250 2.");
    }

    private List<String> troubles(long since) {
        return Stream.concat(instance.logged(since, " ERROR ").stream(), instance.logged(since, " WARN ").stream())
                .toList();
    }

    private void install(PluginJar jar) throws Exception {
        var file = jar.write(root.resolve("hostile-" + jar.header("Bundle-Version") + ".jar"));
        var result = instance.cli("plugin", "install", file.toString());
        assertThat(result.code()).as(result.out()).isZero();
    }

    private static String withoutApi(PluginJar jar) throws IOException {
        // Clauses end at commas outside of quotes.
        return String.join(
                ",",
                List.of(jar.header("Import-Package").split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")).stream()
                        .filter(clause -> !clause.strip().startsWith("org.tarishi.api"))
                        .toList());
    }

    private static PluginJar hostile(String version) throws IOException {
        return new PluginJar(Setup.plugin("hostile")).header("Bundle-Version", version);
    }
}
