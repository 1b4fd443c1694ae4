package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** One mail for each of many domains, from an instance to {@link MailExchangers}, and what becomes of it. */
record Deliveries(Instance sender, MailExchangers exchangers) {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What an instance needs to deliver to them: whom to ask and whom to trust, and that a mail which fails fails for good soon. */
    static Instance sender(Instance made, MailExchangers exchangers, SignedZones zones, TestAuthority authority) {
        return made.set(Instance.RELAY, "acl", "[ \"127.0.0.1\" ]")
                .set("org.tarishi.core.dns", "servers", "[ \"" + zones.resolver() + "\" ]")
                .set("org.tarishi.core.delivery", "port", Integer.toString(exchangers.port()))
                .set("org.tarishi.core.delivery", "localMx", "true")
                .set("org.tarishi.core.tls", "serverAuthorities", "[ \"" + authority.certificate() + "\" ]")
                .set("org.tarishi.core.tlsrpt", "contact", "tls@client.example")
                // As soon as it may be, so that the end of a mail is seen too.
                .set("org.tarishi.core.scheduler", "retrySchedule", "5s")
                .set("org.tarishi.core.scheduler", "restAfter", "1000");
    }

    void send(String domain) throws IOException {
        try (var dialog = SmtpDialog.hello(sender.smtpPort())) {
            var reply = dialog.transact(
                    "sender@plain.example",
                    "user@" + domain,
                    TestMail.of("to-" + domain, 500).bytes());
            assertThat(reply).startsWith("250 ");
        }
    }

    /** Waits until all these texts stand in one line of the log. */
    void untilLogged(String... texts) {
        untilLoggedSince(0, texts);
    }

    /** Waits until all these texts stand in one line of the log behind a place. */
    void untilLoggedSince(long since, String... texts) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(sender.logged(since, texts))
                        .as(() -> String.join(" ", texts) + "\n" + sender.log() + exchangers.said())
                        .isNotEmpty());
    }

    /** Waits until the mail for a domain has arrived, by a TLS that is described so; returns it. */
    String untilDelivered(String domain, String tls) throws IOException {
        untilLogged("delivered to=<user@" + domain + ">", "tls=\"" + tls);
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> !exchangers.stored(domain).isEmpty());
        var stored = exchangers.stored(domain);
        assertThat(stored).hasSize(1);
        return stored.getFirst();
    }

    /** Waits until the mail for a domain has been deferred so, and its sender has heard that it failed for good, with this status. */
    void untilFailed(String domain, String status, String... deferred) throws IOException {
        var texts = new ArrayList<>(List.of(deferred));
        texts.addFirst("deferred to=<user@" + domain + ">");
        untilLogged(texts.toArray(String[]::new));
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(exchangers.toldOf(domain))
                        .as(sender::log)
                        .singleElement()
                        .asString()
                        .contains("Status: " + status));
        assertThat(exchangers.stored(domain)).isEmpty();
    }

    /** Stops the instance and returns what it has counted for reports (RFC 8460). */
    String countedForReports() throws Exception {
        sender.stop();
        var counted = new StringBuilder();
        try (var files = Files.list(sender.base().resolve("data/tlsrpt"))) {
            for (var file :
                    files.filter(each -> each.toString().endsWith(".results")).toList()) {
                counted.append(Files.readString(file));
            }
        }
        return counted.toString();
    }
}
