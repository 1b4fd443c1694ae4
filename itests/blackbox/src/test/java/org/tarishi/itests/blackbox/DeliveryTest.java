package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.NameServer;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** Mail from one server to another, where DNS says it goes, and by which TLS. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeliveryTest {

    private static final String DELIVERY = "org.tarishi.core.delivery";
    private static final String SCHEDULER = "org.tarishi.core.scheduler";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Nobody listens there. */
    private static final String DEAD = "127.0.0.2";

    private final NameServer dns;
    private Instance sender;
    private Instance receiver;

    DeliveryTest() throws IOException {
        dns = new NameServer();
    }

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        receiver = Instance.in(root.resolve("receiver"))
                .set(
                        Instance.HOST_LIST,
                        "domains",
                        "[ \"inline:dest.example,strict.example,dane.example,false.example\" ]")
                .start();
        for (var domain : new String[] {"dest", "strict", "dane", "false"}) {
            dns.mx(domain + ".example", 20, "mx." + domain + ".example").a("mx." + domain + ".example", "127.0.0.1");
        }
        dns.mx("dest.example", 10, "down.dest.example").a("down.dest.example", DEAD);
        // It says so of every answer, which counts where TLSA records are.
        dns.authenticated()
                .tlsa("_" + receiver.smtpPort() + "._tcp.mx.dane.example", 3, 0, 1, digest())
                .tlsa("_" + receiver.smtpPort() + "._tcp.mx.false.example", 3, 0, 1, "00".repeat(32));
        sender = Instance.in(root.resolve("sender"))
                .set("org.tarishi.core.dns", "servers", "[ \"" + dns.address() + "\" ]")
                .set(DELIVERY, "port", Integer.toString(receiver.smtpPort()))
                .set(DELIVERY, "localMx", "true")
                .set(DELIVERY, "mtaSts", "false")
                .set(SCHEDULER, "retrySchedule", "1h*10")
                .start();
        assertThat(sender.cli("plugin", "install", Setup.plugin("relay").toString())
                        .code())
                .isZero();
    }

    @AfterAll
    void stop() {
        if (sender != null) {
            sender.close();
        }
        if (receiver != null) {
            receiver.close();
        }
        dns.close();
    }

    /** The digest of the certificate that the receiver has made for itself. */
    private String digest() throws Exception {
        try (var in = Files.newInputStream(receiver.base().resolve("data/tls/development.pem"))) {
            var text = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);
            var pem = text.substring(text.indexOf("-----BEGIN CERTIFICATE-----"));
            var certificate = CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                            new java.io.ByteArrayInputStream(pem.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        }
    }

    private void send(String recipient) throws IOException {
        try (var dialog = SmtpDialog.hello(sender.smtpPort())) {
            var reply = dialog.transact(
                    "sender@client.example",
                    recipient,
                    TestMail.of("to-" + recipient, 500).bytes());
            assertThat(reply).startsWith("250 ");
        }
    }

    private Maildir box(String domain) {
        return receiver.maildir(domain, "user");
    }

    private void until(Callable<Boolean> condition) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(condition);
    }

    private void untilLogged(String... texts) {
        until(() -> !sender.logged(0, texts).isEmpty());
    }

    @Test
    void mailGoesToTheNextExchangerOverStartTlsWhereTheFirstIsDown() throws Exception {
        send("user@dest.example");

        until(() -> box("dest.example").messages().size() == 1);
        assertThat(Files.readString(box("dest.example").messages().getFirst())).contains(" with ESMTPS ");
        untilLogged(
                "delivered to=<user@dest.example>", "host=mx.dest.example", "tls=\"opportunistic (default) TLSv1.3");
    }

    @Test
    void mailToADomainThatIsNotThereComesBackAtOnce() throws Exception {
        send("user@nowhere.example");

        untilLogged("failed to=<user@nowhere.example>", "550 5.1.2");
    }

    @Test
    void aCertificateThatNobodyVouchesForIsNotEnoughWhereItIsVerifiedAndIsWhereTlsIsRequired() throws Exception {
        sender.configure(DELIVERY, "tlsPolicies=[ \"strict.example = verify\" ]");
        send("user@strict.example");
        untilLogged("deferred to=<user@strict.example>", "tls=\"verified (table)", "451 4.7.5");
        assertThat(box("strict.example").messages()).isEmpty();

        sender.configure(DELIVERY, "tlsPolicies=[ \"strict.example = require\" ]");
        assertThat(sender.cli("queue", "retry", "strict.example").code()).isZero();
        until(() -> box("strict.example").messages().size() == 1);
        untilLogged("delivered to=<user@strict.example>", "tls=\"required (table) TLSv1.3");
    }

    @Test
    void aHostIsVerifiedByItsTlsaRecords() throws Exception {
        send("user@dane.example");

        until(() -> box("dane.example").messages().size() == 1);
        untilLogged("delivered to=<user@dane.example>", "tls=\"verified (dane) TLSv1.3");
    }

    @Test
    void aHostWhoseTlsaRecordsAreNotItsOwnGetsNoMail() throws Exception {
        send("user@false.example");

        untilLogged("deferred to=<user@false.example>", "451 4.7.5");
        assertThat(box("false.example").messages()).isEmpty();
    }
}
