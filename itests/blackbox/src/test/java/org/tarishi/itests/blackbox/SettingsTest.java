package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.Load;
import org.tarishi.itests.harness.SmtpDialog;

/** A good change of settings, by each door, while mail flows: it takes effect, stands in the file, and survives a restart. */
@Timeout(240)
class SettingsTest {

    private static final String NEW_DOMAIN = "changed.example";
    private static final String DOMAINS = "inline:localhost,example.com," + NEW_DOMAIN;

    @TempDir
    Path root;

    @FunctionalInterface
    private interface Door {
        void change(Instance instance) throws Exception;
    }

    @Test
    void inTheFelixConsole() throws Exception {
        changes(Instance.in(root.resolve("base")).withConsole(), instance -> {
            try (var console = ConsoleSession.login(instance)) {
                var values = new LinkedHashMap<String, List<String>>();
                values.put("domains", List.of(DOMAINS));
                values.put("hostname", List.of("true"));
                values.put("antiSpoof", List.of("false"));
                console.configure(Instance.HOST_LIST, values);
            }
        });
    }

    @Test
    void byTheCommand() throws Exception {
        changes(Instance.in(root.resolve("base")), instance -> {
            var result = instance.cli("config", "set", Instance.HOST_LIST, "domains=[ \"" + DOMAINS + "\" ]");
            assertThat(result.code()).as(result.out()).isZero();
        });
    }

    @Test
    void inTheFile() throws Exception {
        changes(
                Instance.in(root.resolve("base")),
                instance -> write(instance.conf(Instance.HOST_LIST), "domains = [ \"" + DOMAINS + "\" ]\n"));
    }

    private static void changes(Instance made, Door door) throws Exception {
        try (var instance = made.start()) {
            instance.forgetSettings();
            assertThat(answer(instance)).startsWith("550 ");
            var load = Load.start(instance.smtpPort(), 20, "user@example.com", 500);
            await().atMost(Duration.ofSeconds(60)).until(() -> load.accepted() > 100);

            door.change(instance);

            await().atMost(Duration.ofSeconds(10)).until(() -> answer(instance).startsWith("250 "));
            await().atMost(Duration.ofSeconds(10))
                    .until(() ->
                            Files.readString(instance.conf(Instance.HOST_LIST)).contains(NEW_DOMAIN));
            long before = load.accepted();
            await().atMost(Duration.ofSeconds(30)).until(() -> load.accepted() > before + 100);
            var tally = load.stop();
            assertThat(tally.failed() + tally.dropped())
                    .as(tally.troubles().toString())
                    .isZero();

            assertThat(instance.stop()).isZero();
            instance.start();
            assertThat(answer(instance)).startsWith("250 ");
            assertThat(Files.readString(instance.conf(Instance.HOST_LIST))).contains(NEW_DOMAIN);
            assertThat(instance.log()).doesNotContain(" ERROR ");
        }
    }

    @Test
    void aChangeCanBeTakenBack() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).start()) {
            instance.configure(Instance.HOST_LIST, "domains=[ \"" + DOMAINS + "\" ]");
            assertThat(answer(instance)).startsWith("250 ");
            var undo = instance.cli("config", "undo", Instance.HOST_LIST);
            assertThat(undo.code()).as(undo.out()).isZero();
            assertThat(answer(instance)).startsWith("550 ");
        }
    }

    /** As an editor does that is careful: a new file in the place of the old one. */
    static void write(Path file, String text) throws IOException {
        var beside = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), text);
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String answer(Instance instance) throws IOException {
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            dialog.send("MAIL FROM:<me@client.example>").expect("250");
            return dialog.send("RCPT TO:<user@" + NEW_DOMAIN + ">").reply();
        }
    }
}
