package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.itests.harness.Ports;

/** Other people's programs authenticate by what TLS knows of them: a certificate, or the channel that a proof is bound to. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsAuthTest {

    private static final String TLS = "org.tarishi.core.tls";
    private static final String ASKED = "org.tarishi.core.server.listener~asked";
    private static final String WANTED = "org.tarishi.core.server.listener~wanted";
    private static final String ANN = "ann@example.com";
    private static final String PASSWORD = "Xk9-jambo-7QzWv";

    private Path root;
    private Instance instance;
    private Debian debian;
    private TestAuthority ca;
    private Path message;
    private int asked;
    private int wanted;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        root = folder;
        debian = new Debian(root.resolve("accounts"));
        ca = new TestAuthority(root.resolve("ca"));
        asked = Ports.free();
        wanted = Ports.free();
        message = Files.writeString(root.resolve("message"), """
                From: ann@example.com
                To: user@example.com
                Subject: a test
                Date: Fri, 20 Nov 2026 12:00:00 +0000
                Message-ID: <1@client.example>

                Jambo.
                """, StandardCharsets.US_ASCII);
        instance = Instance.in(root.resolve("base"))
                .optimised()
                .environment("TARISHI_TEST_PASSWORD", PASSWORD)
                .set(ASKED, "port", Integer.toString(asked))
                .set(ASKED, "clientCertificates", "asked")
                .set(WANTED, "port", Integer.toString(wanted))
                .set(WANTED, "clientCertificates", "required")
                .set("org.tarishi.core.server", "authRelays", "false")
                .set("org.tarishi.core.server", "authDelay", "PT0S")
                .set(TLS, "checkEvery", "PT0.1S")
                .start();
        ca.put("localhost", "ec", instance.base().resolve("conf/tls/ec.pem"));
        Files.writeString(instance.base().resolve("conf/certificates"), "ann.example = " + ANN + "\n");
        instance.configure("org.tarishi.core.sasl", "externalUsers=[ \"file:certificates\" ]");
        instance.configure(TLS, "clientAuthorities=[ \"" + ca.certificate() + "\" ]");
        var installed = instance.cli("plugin", "install", Setup.plugin("users").toString());
        assertThat(installed.code()).as(installed.out()).isZero();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !instance.logged(0, " INFO ", "certificate for every name", "localhost")
                        .isEmpty());
    }

    @AfterAll
    void stop() throws Exception {
        if (instance != null) {
            instance.close();
        }
    }

    /** Sends the message by msmtp with a certificate, of an EC key: GnuTLS shows no RSA one in TLS 1.3 to a server that has an EC key. */
    private Commands.Result external(int port, Path made, String recipient) throws Exception {
        return Commands.run(
                Map.of(),
                debian.line(
                        "sh",
                        "-c",
                        "exec <\"$1\" && shift && exec \"$@\"",
                        "sh",
                        message.toString(),
                        "msmtp",
                        "--file=/dev/null",
                        "--host=localhost",
                        "--port=" + port,
                        "--tls=on",
                        "--tls-trust-file=" + ca.certificate(),
                        "--tls-cert-file=" + made.resolve("cert.pem"),
                        "--tls-key-file=" + made.resolve("key.pem"),
                        "--auth=external",
                        "--user=" + ANN,
                        "--domain=client.example",
                        "--from=" + ANN,
                        "--timeout=60",
                        recipient + "@example.com"));
    }

    private Path mailOf(String recipient) {
        return instance.base().resolve("data/maildir/example.com").resolve(recipient);
    }

    @Test
    void msmtpAuthenticatesByItsCertificate() throws Exception {
        var result = external(asked, ca.make("ann.example", "ec"), "external");
        assertThat(result.code()).as(result.out()).isZero();
        var stored = Files.readString(
                instance.maildir("example.com", "external").messages().getFirst());
        assertThat(stored).contains("with ESMTPSA id ").contains("auth=pass (external) smtp.auth=" + ANN);
    }

    @Test
    void aCertificateOfNobodyWhoIsInTheTableIsNoUser() throws Exception {
        var result = external(asked, ca.make("zoe.example", "ec"), "zoe");
        assertThat(result.code()).as(result.out()).isNotZero();
        assertThat(result.out()).contains("535 5.7.8");
        assertThat(mailOf("zoe")).doesNotExist();
    }

    @Test
    void aCertificateOfAnotherAuthorityIsNone() throws Exception {
        var other = new TestAuthority(root.resolve("other"));
        var alien = other.make("ann.example", "ec");
        // The mechanism is offered to who has a certificate that is trusted.
        assertThat(external(asked, alien, "alien").code()).isNotZero();
        assertThat(external(wanted, alien, "alien").code()).isNotZero();
        assertThat(mailOf("alien")).doesNotExist();
    }

    @Test
    void whoseCertificateIsTakenBackIsNoUserAnyMoreAndOthersAre() throws Exception {
        var list = instance.base().resolve("conf/clients.crl");
        ca.list(list);
        instance.configure(TLS, "clientRevocationLists=[ \"clients.crl\" ]");
        try {
            var lost = ca.make("ann.example", "ec");
            var kept = ca.make("ann.example", "ec");
            for (int port : List.of(asked, wanted)) {
                assertThat(external(port, lost, "before").code()).isZero();
            }

            long since = instance.log().length();
            ca.revoke(lost.resolve("cert.pem"));
            ca.list(list);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !instance.logged(since, " INFO ", "revocation list is now", "1 revoked")
                            .isEmpty());
            for (int port : List.of(asked, wanted)) {
                assertThat(external(port, lost, "revoked").code()).isNotZero();
                assertThat(external(port, kept, "kept").code()).isZero();
            }
            assertThat(mailOf("revoked")).doesNotExist();
            assertThat(instance.logged(since, "it was revoked at")).isNotEmpty();
            assertThat(instance.cli("status").out()).contains("revocation list: CN=Test authority (1 revoked");
        } finally {
            instance.configure(TLS, "clientRevocationLists=[ ]");
        }
    }

    /** GNU SASL's own client, which logs in and goes; it says STARTTLS before EHLO. */
    private Commands.Result gsasl(String mechanism, String password) throws Exception {
        try (var polite = new Polite(instance.smtpPort())) {
            return Commands.run(
                    Map.of(),
                    debian.line(
                            "gsasl",
                            "--client",
                            "--smtp",
                            "--connect=localhost:" + polite.port(),
                            "--starttls",
                            "--x509-ca-file=" + ca.certificate(),
                            "--mechanism=" + mechanism,
                            "--authentication-id=" + ANN,
                            "--password=" + password));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"})
    void gsaslBindsItsProofToTheChannel(String mechanism) throws Exception {
        long since = instance.log().length();
        var right = gsasl(mechanism, PASSWORD);
        assertThat(right.code()).as(right.out()).isZero();
        assertThat(right.out()).contains("235 2.7.0", "server trusted");
        // What it binds to stands open in its first message.
        assertThat(right.out())
                .contains(Base64.getEncoder()
                        .encodeToString("p=tls-exporter".getBytes(StandardCharsets.US_ASCII))
                        .substring(0, 18));
        assertThat(instance.logged(since, "authenticated user=" + ANN, "mechanism=" + mechanism))
                .hasSize(1);

        var wrong = gsasl(mechanism, "Wr0ng-asante-55Tq");
        assertThat(wrong.code()).as(wrong.out()).isNotZero();
        assertThat(wrong.out()).contains("535 5.7.8");
    }
}
