package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.itests.harness.Load;
import org.tarishi.itests.harness.Ports;
import org.tarishi.itests.harness.SmtpDialog;

/** Other people's programs speak TLS with the server, and trust it; and what happens to certificates while they do. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsTest {

    private static final String TLS = "org.tarishi.core.tls";
    private static final String IMPLICIT = "org.tarishi.core.server.listener~smtps";
    private static final String REQUIRED = "org.tarishi.core.server.listener~required";

    private static final String MESSAGE = String.join(
            "\r\n",
            "From: sender@client.example",
            "To: user@example.com",
            "Subject: a test",
            "Date: Fri, 20 Nov 2026 12:00:00 +0000",
            "Message-ID: <1@client.example>",
            "",
            "..through TLS",
            "");

    private static final int CLIENTS = 200;

    /** How TLS begins. */
    enum Way {
        OFFERED,
        REQUIRED,
        FIRST
    }

    private Path root;
    private Instance instance;
    private Debian debian;
    private TestAuthority ca;
    private Path authority;
    private int first;
    private int required;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        root = folder;
        debian = new Debian(root.resolve("accounts"));
        first = Ports.free();
        required = Ports.free();
        ca = new TestAuthority(root.resolve("ca"));
        authority = ca.certificate();
        instance = Instance.in(root.resolve("base"))
                .optimised()
                .set(IMPLICIT, "port", Integer.toString(first))
                .set(IMPLICIT, "tls", "implicit")
                .set(REQUIRED, "port", Integer.toString(required))
                .set(REQUIRED, "tls", "required")
                .set(TLS, "checkEvery", "PT0.1S")
                // It is not about overload, and 200 handshakes at once may be one for a machine that is busy.
                .set("org.tarishi.core.server", "maxLag", "PT0S")
                .start();
        put("localhost", "ec", "");
        put("localhost", "rsa", "");
        put("other.example", "ec", "other.example");
        untilShown("localhost");
    }

    @AfterAll
    void stop() throws Exception {
        if (instance != null) {
            instance.close();
        }
    }

    // ---- certificates

    /** Puts a new key and certificate where the instance finds them. */
    private Path put(String name, String kind, String folder) throws Exception {
        return ca.put(
                name, kind, instance.base().resolve("conf/tls").resolve(folder).resolve(kind + ".pem"));
    }

    private void untilShown(String name) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(subject("localhost", first)).contains("CN=" + name));
    }

    private String subject(String name, int port) throws IOException, InterruptedException {
        var result = Commands.run(
                Map.of(),
                List.of(
                        Setup.program("openssl", "openssl").toString(),
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + port,
                        "-servername",
                        name));
        return result.out().replace(" = ", "=");
    }

    // ---- clients

    static Stream<Arguments> eachProgramByEachWay() {
        return Stream.of(TlsClient.values())
                .flatMap(program -> Stream.of(Way.values()).map(way -> Arguments.of(program, way)));
    }

    private int port(Way way) {
        return switch (way) {
            case OFFERED -> instance.smtpPort();
            case REQUIRED -> required;
            case FIRST -> first;
        };
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("eachProgramByEachWay")
    void itSendsThroughTlsAndTrustsTheCertificate(TlsClient program, Way way) throws Exception {
        var user = (program + "-" + way).toLowerCase(Locale.ROOT);
        assertStored(user, send(program, way, user + "@example.com"));
    }

    private void assertStored(String user, String said) throws IOException {
        var messages = instance.maildir("example.com", user).messages();
        assertThat(messages).as(said).hasSize(1);
        var stored = Files.readString(messages.getFirst(), StandardCharsets.ISO_8859_1);
        assertThat(stored.replaceAll("\r?\n\\s+", " "))
                .containsPattern("Received: from .* \\(using TLSv1\\.3 with cipher TLS_\\w+\\) by .* with ESMTPS id ");
        assertThat(stored).contains("..through TLS");
    }

    private String send(TlsClient program, Way way, String recipient) throws Exception {
        // Programs that are used by people at a terminal want its line ends.
        var message = Files.writeString(
                root.resolve("message"), program == TlsClient.MSMTP ? MESSAGE.replace("\r\n", "\n") : MESSAGE);
        var line = program.line(new TlsClient.To(port(way), way == Way.FIRST, authority, recipient, message));
        var result = Commands.run(Map.of(), program.isUnpacked() ? debian.line(line) : line);
        assertThat(result.code()).as(result.out()).isZero();
        return result.out();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void angusMailSendsThroughTlsAndTrustsTheCertificate(Way way) throws Exception {
        var properties = new Properties();
        boolean isFirst = way == Way.FIRST;
        properties.put("mail.smtp.host", "localhost");
        properties.put("mail.smtp.port", Integer.toString(port(way)));
        properties.put("mail.smtp.starttls.enable", Boolean.toString(!isFirst));
        properties.put("mail.smtp.starttls.required", Boolean.toString(!isFirst));
        properties.put("mail.smtp.ssl.enable", Boolean.toString(isFirst));
        properties.put("mail.smtp.ssl.checkserveridentity", "true");
        properties.put("mail.smtp.ssl.socketFactory", ca.trusting());
        properties.put("mail.smtp.localhost", "client.example");
        var session = Session.getInstance(properties);
        var user = "angus-" + way.name().toLowerCase(Locale.ROOT);
        try (var transport = session.getTransport("smtp")) {
            transport.connect();
            transport.sendMessage(
                    new MimeMessage(session, new ByteArrayInputStream(MESSAGE.getBytes(StandardCharsets.US_ASCII))),
                    new InternetAddress[] {new InternetAddress(user + "@example.com")});
        }
        assertStored(user, "Angus");
    }

    @Test
    void whereTlsIsRequiredPlainTextGetsNowhere() throws Exception {
        try (var dialog = SmtpDialog.hello(required)) {
            dialog.send("MAIL FROM:<me@client.example>").expect("530 5.7.0 ");
        }
    }

    @Test
    void eachNameHasItsCertificate() throws Exception {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(subject("other.example", first)).contains("CN=other.example"));
        assertThat(subject("localhost", first)).contains("CN=localhost");
        assertThat(subject("unknown.example", first)).contains("CN=localhost");
    }

    @Test
    void aClientThatAsksForAnotherHandshakeIsHungUpOn() throws Exception {
        var result = Commands.run(
                Map.of(),
                List.of(
                        "sh",
                        "-c",
                        "(sleep 1; echo R; sleep 2; echo NOOP; sleep 1) |"
                                + " openssl s_client -tls1_2 -connect 127.0.0.1:$1 2>&1",
                        "sh",
                        Integer.toString(first)));
        assertThat(result.out()).contains("RENEGOTIATING").doesNotContain("250 2.0.0");
    }

    /** OpenSSL's client asks for the name that it is told, whatever the session that it resumes was begun with. */
    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aSessionOfOneNameIsResumedUnderNoOther(String version) throws Exception {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(subject("other.example", first)).contains("CN=other.example"));
        var session = root.resolve("session" + version);
        resume(version, "localhost", "-sess_out", session);
        assertThat(resume(version, "localhost", "-sess_in", session)).contains("Reused, ");
        resume(version, "localhost", "-sess_out", session);
        assertThat(resume(version, "other.example", "-sess_in", session))
                .contains("New, ", "CN=other.example")
                .doesNotContain("Reused, ");
    }

    private String resume(String version, String name, String option, Path session) throws Exception {
        var result = Commands.run(
                Map.of(),
                List.of(
                        "sh",
                        "-c",
                        // What a client may resume comes behind the handshake, before the reply.
                        "{ echo EHLO client.example; sleep 0.5; echo QUIT; sleep 0.2; } |"
                                + " openssl s_client -connect 127.0.0.1:$1 -crlf \"$2\" -servername \"$3\" \"$4\" \"$5\" 2>&1",
                        "sh",
                        Integer.toString(first),
                        version,
                        name,
                        option,
                        session.toString()));
        return result.out().replace(" = ", "=");
    }

    // ---- a scan

    private static final Pattern FOUND =
            Pattern.compile("(?m)^(?:Accepted|Preferred) +(TLSv1\\.\\d) +\\d+ bits +(\\S+)");

    private static final Pattern GROUP = Pattern.compile("(?m)^TLSv1\\.3 +\\d+ bits +(secp\\S+|x\\S+|ffdhe\\S+)");

    @ParameterizedTest
    @EnumSource(Way.class)
    void aScanFindsWhatTheSettingsAllowAndNothingElse(Way way) throws Exception {
        var line = new ArrayList<>(List.of("sslscan", "--no-colour", "--no-fallback"));
        if (way != Way.FIRST) {
            line.add("--starttls-smtp");
            // The scanner computes keys for each of them, the largest for seconds; once is enough.
            line.add("--no-groups");
        }
        line.add("127.0.0.1:" + port(way));
        var out = Commands.run(Map.of(), debian.line(line)).out();
        var found = FOUND.matcher(out)
                .results()
                .map(match -> match.group(1) + " " + match.group(2))
                .toList();
        assertThat(found)
                .as(out)
                .containsExactlyInAnyOrder(
                        "TLSv1.3 TLS_AES_128_GCM_SHA256",
                        "TLSv1.3 TLS_AES_256_GCM_SHA384",
                        "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256",
                        "TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256",
                        "TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384",
                        "TLSv1.2 ECDHE-ECDSA-CHACHA20-POLY1305",
                        "TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256",
                        "TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384",
                        "TLSv1.2 ECDHE-RSA-CHACHA20-POLY1305");
        assertThat(out)
                .containsPattern("SSLv3 +disabled")
                .containsPattern("TLSv1\\.0 +disabled")
                .containsPattern("TLSv1\\.1 +disabled")
                .contains("Session renegotiation not supported")
                .contains("TLSv1.2 not vulnerable to heartbleed");
        if (way == Way.FIRST) {
            assertThat(GROUP.matcher(out).results().map(match -> match.group(1)))
                    .as(out)
                    .containsExactlyInAnyOrder("x25519", "secp256r1", "secp384r1");
        }
    }

    // ---- renewal

    @Test
    void aCertificateIsRenewedAndABadOneRefusedUnderBusySessionsAndNoneIsDropped() throws Exception {
        var factory = ca.trusting();
        var load = Load.start(() -> SmtpDialog.secure(instance.smtpPort(), factory), CLIENTS, "busy@example.com", 500);
        await().atMost(Duration.ofMinutes(2)).until(() -> load.greeted() == CLIENTS && load.accepted() > CLIENTS);
        byte[] before;
        try (var dialog = SmtpDialog.secure(instance.smtpPort(), factory)) {
            before = dialog.certificate().getEncoded();
        }

        long since = instance.log().length();
        var good = put("localhost", "ec", "");
        var wanted = certificate(good);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            try (var dialog = SmtpDialog.secure(instance.smtpPort(), factory)) {
                assertThat(dialog.certificate().getEncoded()).isEqualTo(wanted);
            }
        });
        assertThat(wanted).isNotEqualTo(before);
        assertThat(instance.logged(since, " INFO ", "is now")).hasSize(1);

        var bad = instance.base().resolve("conf/tls/ec.pem");
        var text = Files.readString(bad);
        TestAuthority.write(
                bad, Files.readString(ca.make("localhost", "ec").resolve("key.pem")) + Files.readString(good));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !instance.logged(since, " ERROR ", "ec.pem", "stays in force")
                        .isEmpty());
        long then = load.accepted();
        await().atMost(Duration.ofSeconds(60)).until(() -> load.accepted() > then + CLIENTS);
        assertThat(instance.logged(since, " ERROR ")).hasSize(1);
        try (var dialog = SmtpDialog.secure(instance.smtpPort(), factory)) {
            assertThat(dialog.certificate().getEncoded()).isEqualTo(wanted);
        }

        var tally = load.stop();
        assertThat(tally.troubles()).isEmpty();
        assertThat(tally.dropped()).isZero();
        assertThat(tally.failed()).isZero();
        assertThat(tally.accepted()).hasSizeGreaterThan(2 * CLIENTS);
        TestAuthority.write(bad, text);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> instance.logged(since, " INFO ", "is now").size() == 2);
    }

    private static byte[] certificate(Path file) throws IOException, GeneralSecurityException {
        try (var in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getEncoded();
        }
    }

    // ---- the first start

    @Test
    void theFirstStartMakesACertificateThatSaysWhatItIs() throws Exception {
        try (var fresh = Instance.in(root.resolve("fresh")).start()) {
            var file = fresh.base().resolve("data/tls/development.pem");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(TestAuthority.openssl("x509", "-in", file, "-noout", "-subject"))
                    .contains("Tarishi development certificate", "Not for production");
            assertThat(fresh.logged(0, "development.pem", "made")).hasSize(1);
            var status = fresh.cli("status");
            assertThat(status.out()).contains("development.pem");
            try (var dialog = SmtpDialog.hello(fresh.smtpPort())) {
                dialog.send("STARTTLS").expect("220 ");
            }
            var serial = TestAuthority.openssl("x509", "-in", file, "-noout", "-serial");
            assertThat(fresh.stop()).isZero();
            fresh.start();
            assertThat(TestAuthority.openssl("x509", "-in", file, "-noout", "-serial"))
                    .isEqualTo(serial);
        }
    }
}
