package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.itests.harness.PluginJar;
import org.tarishi.itests.harness.SmtpDialog;

/** Plugins that do what no plugin should: a line that says so, an answer for now, and the server goes on for all others. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostilePluginsTest {

    private Hostile hostile;
    private String user;
    private int tests;

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        hostile = Hostile.start(root);
    }

    @AfterAll
    void stop() throws Exception {
        if (hostile != null) {
            hostile.instance().close();
        }
    }

    @BeforeEach
    void another() {
        user = "user" + ++tests;
    }

    @AfterEach
    void asItWas() throws Exception {
        hostile.forget();
        try (var left = Files.list(hostile.instance().deploy())) {
            for (var file : left.toList()) {
                Files.deleteIfExists(file);
            }
        }
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
        hostile.install(Hostile.jar("1.0.0"));
        long before = hostile.instance().log().length();

        try (var victim = SmtpDialog.hello(hostile.instance().smtpPort());
                var honest = SmtpDialog.hello(hostile.instance().smtpPort())) {
            victim.send("MAIL FROM:<" + fault + "@client.example>");
            // While it is being asked, others are served.
            assertThat(Hostile.transact(honest, "honest", user)).startsWith("250 2.");
            var reply = victim.reply();
            assertThat(reply).matches("(?s)45[01] 4\\..*").doesNotContain("Exception", "forged");
            // The session lives on, for the plugin too.
            assertThat(Hostile.transact(victim, "honest", user)).startsWith("250 2.");
        }

        var lines = hostile.instance().logged(before, " ERROR ");
        assertThat(lines).singleElement().asString().contains("hostile", "mail", named);
        assertThat(hostile.instance().log().substring((int) before).lines())
                .noneMatch(line -> line.startsWith("220 forged"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"throws", "null", "blocks"})
    void whereTheOperatorSaysSoAFaultIsNoOpinionAndWhatItChangedIsUndone(String fault) throws Exception {
        hostile.instance().configure(Instance.CHAIN, "onFault=[ \"hostile=CONTINUE\" ]");
        hostile.install(Hostile.jar("1.0.0"));
        try (var dialog = SmtpDialog.hello(hostile.instance().smtpPort())) {
            assertThat(Hostile.transact(dialog, fault, user)).startsWith("250 2.");
        }
        assertThat(hostile.found(user))
                .singleElement()
                .satisfies(found -> assertThat(found.fields()).doesNotContainKey("X-Hostile"));
    }

    @Test
    void afterTooManyFaultsItIsNotCalledForAWhileAndThenTriedAgain() throws Exception {
        hostile.install(Hostile.jar("1.0.0"));
        long before = hostile.instance().log().length();
        try (var dialog = SmtpDialog.hello(hostile.instance().smtpPort())) {
            for (int i = 0; i < 5; i++) {
                dialog.send("MAIL FROM:<throws@client.example>").expect("45");
            }
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> hostile.instance()
                                    .logged(before, " ERROR ", "hostile")
                                    .size()
                            == 6);
            dialog.send("MAIL FROM:<honest@client.example>").expect("45");

            await().atMost(Duration.ofSeconds(10))
                    .until(() -> Hostile.transact(dialog, "honest", user).startsWith("250 2."));
        }
    }

    @Test
    void oneWithItsOwnCopyOfTheApiIsRefusedInPlainWords() throws Exception {
        var jar = Hostile.jar("1.0.0").entriesOf(Setup.shipped("org.tarishi.api"), "org/tarishi/api/");
        refused(jar.header("Import-Package", withoutApi(jar)).bytes(), "copy of the API");
    }

    @Test
    void oneThatNeedsAnAbsentPackageIsRefusedInPlainWords() throws Exception {
        var jar = Hostile.jar("1.0.0");
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
        refused(Hostile.jar("1.0.0").entry("start.txt", "fails\n").bytes(), "hostile at start");

        hostile.install(Hostile.jar("1.0.1"));

        assertThat(hostile.honest(user)).startsWith("250 2.");
        assertThat(hostile.found(user))
                .singleElement()
                .satisfies(found -> assertThat(found.fields()).containsKey("X-Hostile"));
    }

    @Test
    void aBadUpdateLeavesTheVersionInForceThatServed() throws Exception {
        hostile.install(Hostile.jar("1.0.0"));
        refused(Hostile.jar("1.0.1").entry("start.txt", "fails\n").bytes(), "hostile at start");
        assertThat(hostile.honest(user)).startsWith("250 2.");
        assertThat(hostile.found(user))
                .singleElement()
                .satisfies(found -> assertThat(found.fields()).containsKey("X-Hostile"));
    }

    /** Presence: without one that the chain requires no mail is taken, and nobody is refused for good. */
    @Test
    void whileARequiredOneIsAbsentThereIsA421WithOneLineAndThenServiceAgain() throws Exception {
        try (var open = SmtpDialog.hello(hostile.instance().smtpPort())) {
            long before = hostile.instance().log().length();
            hostile.instance().configure(Instance.CHAIN, "plugins=[ \"hostile\" ]");

            for (int i = 0; i < 3; i++) {
                try (var fresh = new SmtpDialog(hostile.instance().smtpPort())) {
                    fresh.expect("421 4.3.2");
                    assertThat(fresh.isClosedByServer()).isTrue();
                }
            }
            open.send("MAIL FROM:<honest@client.example>").expect("451 4.3.2");
            assertThat(hostile.troubles(before)).singleElement().asString().contains(" ERROR ", "hostile");

            hostile.install(Hostile.jar("1.0.0"));
            assertThat(Hostile.transact(open, "honest", user)).startsWith("250 2.");
            assertThat(hostile.honest(user)).startsWith("250 2.");
        }
    }

    /** Refused through both doors that have words, and the server serves as before. */
    private void refused(byte[] jar, String reason) throws Exception {
        var file = Files.write(hostile.folder().resolve("refused.jar"), jar);
        long before = hostile.instance().log().length();
        var result = hostile.instance().ask("plugin", "install", file.toString());
        assertThat(result.code()).as(result.out()).isEqualTo(1);
        // The plan, where there could be one, and the reason: behind the plan, or in it where it can't be done.
        var lines = result.out().lines().toList();
        assertThat(lines).hasSizeBetween(1, 2);
        assertThat(lines.getLast()).contains(reason);
        assertThat(reason.isEmpty()
                        || result.out().indexOf(reason) == result.out().lastIndexOf(reason))
                .as(result.out())
                .isTrue();
        assertThat(hostile.troubles(before)).singleElement().asString().contains(reason);

        hostile.instance().drop(jar, "refused.jar");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(hostile.instance().deploy().resolve("refused.jar.refused.txt"))
                        .content()
                        .contains(reason));
        assertThat(hostile.honest("before")).startsWith("250 2.");
    }

    private static String withoutApi(PluginJar jar) throws IOException {
        // Clauses end at commas outside of quotes.
        return String.join(
                ",",
                List.of(jar.header("Import-Package").split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")).stream()
                        .filter(clause -> !clause.strip().startsWith("org.tarishi.api"))
                        .toList());
    }
}
