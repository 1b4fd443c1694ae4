package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
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

    /** Who speaks. */
    enum Program {
        OPENSSL,
        SWAKS,
        CURL,
        SMTPLIB,
        MSMTP
    }

    private Path root;
    private Instance instance;
    private Debian debian;
    private Path authority;
    private int first;
    private int required;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        root = folder;
        debian = new Debian(root.resolve("accounts"));
        first = Ports.free();
        required = Ports.free();
        authority = root.resolve("ca.pem");
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", root.resolve("ca.key"));
        openssl(
                "req",
                "-x509",
                "-new",
                "-key",
                root.resolve("ca.key"),
                "-days",
                "30",
                "-subj",
                "/CN=Test authority",
                "-out",
                authority);
        instance = Instance.in(root.resolve("base"))
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

    private static String openssl(Object... words) throws IOException, InterruptedException {
        var line = new ArrayList<>(List.of(Setup.program("openssl", "openssl").toString()));
        Stream.of(words).map(String::valueOf).forEach(line::add);
        var result = Commands.run(Map.of(), line);
        assertThat(result.code()).as(line + "\n" + result.out()).isZero();
        return result.out();
    }

    /** Makes a key and a certificate of the test's authority. */
    private Path make(String name, String kind) throws Exception {
        var folder = Files.createTempDirectory(root, name);
        var key = folder.resolve("key.pem");
        if (kind.equals("rsa")) {
            openssl("genrsa", "-traditional", "-out", key, "2048");
        } else {
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key);
        }
        var names = Files.writeString(folder.resolve("ext"), "subjectAltName=DNS:" + name + ",IP:127.0.0.1\n");
        openssl("req", "-new", "-key", key, "-subj", "/CN=" + name, "-out", folder.resolve("csr"));
        openssl(
                "x509",
                "-req",
                "-in",
                folder.resolve("csr"),
                "-CA",
                authority,
                "-CAkey",
                root.resolve("ca.key"),
                "-CAcreateserial",
                "-days",
                "20",
                "-extfile",
                names,
                "-out",
                folder.resolve("cert.pem"));
        return folder;
    }

    /** Puts a new key and certificate where the instance finds them. */
    private Path put(String name, String kind, String folder) throws Exception {
        var made = make(name, kind);
        var place = instance.base().resolve("conf/tls").resolve(folder);
        Files.createDirectories(place);
        var file = place.resolve(kind + ".pem");
        var text = Files.readString(made.resolve("key.pem")) + Files.readString(made.resolve("cert.pem"));
        write(file, text);
        return made.resolve("cert.pem");
    }

    private static void write(Path file, String text) throws IOException {
        var beside = file.resolveSibling("." + file.getFileName());
        Files.deleteIfExists(beside);
        Files.createFile(beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(beside, text);
        Files.move(beside, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
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

    private SSLSocketFactory trusting() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var in = Files.newInputStream(authority)) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    // ---- clients

    static Stream<Arguments> eachProgramByEachWay() {
        return Stream.of(Program.values())
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
    void itSendsThroughTlsAndTrustsTheCertificate(Program program, Way way) throws Exception {
        var user = (program + "-" + way).toLowerCase(Locale.ROOT);
        var said = send(program, way, user + "@example.com");
        var messages = instance.maildir("example.com", user).messages();
        assertThat(messages).as(said).hasSize(1);
        var stored = Files.readString(messages.getFirst(), StandardCharsets.ISO_8859_1);
        assertThat(stored.replaceAll("\r?\n\\s+", " "))
                .containsPattern("Received: from .* \\(using TLSv1\\.3 with cipher TLS_\\w+\\) by .* with ESMTPS id ");
        assertThat(stored).contains("..through TLS");
    }

    private String send(Program program, Way way, String recipient) throws Exception {
        boolean isFirst = way == Way.FIRST;
        var port = Integer.toString(port(way));
        var file = Files.writeString(
                root.resolve("message"), program == Program.MSMTP ? MESSAGE.replace("\r\n", "\n") : MESSAGE);
        var line = switch (program) {
            case OPENSSL -> {
                // Typed blindly, one line behind the other; -crlf adds what a keyboard doesn't have.
                var dialogue = Files.writeString(
                        root.resolve("dialogue"),
                        String.join(
                                "\n",
                                "EHLO client.example",
                                "MAIL FROM:<sender@client.example>",
                                "rCPT TO:<" + recipient + ">",
                                "DATA",
                                MESSAGE.replace("\r\n", "\n").replace("\n.", "\n..") + ".",
                                "quit",
                                ""));
                yield List.of(
                        "sh",
                        "-c",
                        "(while read -r line; do printf '%s\\n' \"$line\"; sleep 0.1; done <\"$1\") |"
                                + " openssl s_client -connect 127.0.0.1:$2 -verify_return_error -verify_hostname localhost"
                                + " -servername localhost -CAfile \"$3\" -crlf -quiet $4 2>&1",
                        "sh",
                        dialogue.toString(),
                        port,
                        authority.toString(),
                        isFirst ? "" : "-starttls smtp");
            }
            case SWAKS ->
                List.of(
                        Setup.program("swaks", "swaks").toString(),
                        "--server",
                        "127.0.0.1:" + port,
                        isFirst ? "--tlsc" : "--tls",
                        "--tls-verify",
                        "--tls-ca-path",
                        authority.toString(),
                        "--helo",
                        "client.example",
                        "--from",
                        "sender@client.example",
                        "--to",
                        recipient,
                        "--data",
                        "@" + file);
            case CURL ->
                List.of(
                        Setup.program("curl", "curl").toString(),
                        "-sS",
                        "--ssl-reqd",
                        "--cacert",
                        authority.toString(),
                        "--resolve",
                        "localhost:" + port + ":127.0.0.1",
                        (isFirst ? "smtps" : "smtp") + "://localhost:" + port + "/client.example",
                        "--mail-from",
                        "sender@client.example",
                        "--mail-rcpt",
                        recipient,
                        "-T",
                        file.toString());
            case SMTPLIB ->
                List.of(
                        Setup.program("python3", "python3").toString(),
                        "-c",
                        """
                                import smtplib, ssl, sys
                                way, port, recipient, file, ca = sys.argv[1:]
                                context = ssl.create_default_context(cafile=ca)
                                if way == "FIRST":
                                    smtp = smtplib.SMTP_SSL("localhost", int(port), "client.example", context=context)
                                else:
                                    smtp = smtplib.SMTP("localhost", int(port), "client.example")
                                    smtp.starttls(context=context)
                                with smtp:
                                    smtp.sendmail("sender@client.example", [recipient], open(file, "rb").read())
                                """,
                        way.name(),
                        port,
                        recipient,
                        file.toString(),
                        authority.toString());
            case MSMTP ->
                debian.line(
                        "sh",
                        "-c",
                        "exec <\"$1\" && shift && exec \"$@\"",
                        "sh",
                        file.toString(),
                        "msmtp",
                        "--file=/dev/null",
                        "--host=localhost",
                        "--port=" + port,
                        "--tls=on",
                        "--tls-starttls=" + (isFirst ? "off" : "on"),
                        "--tls-trust-file=" + authority,
                        "--domain=client.example",
                        "--from=sender@client.example",
                        recipient);
        };
        var result = Commands.run(Map.of(), line);
        assertThat(result.code()).as(result.out()).isZero();
        return result.out();
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
        assertThat(GROUP.matcher(out).results().map(match -> match.group(1)))
                .as(out)
                .containsExactlyInAnyOrder("x25519", "secp256r1", "secp384r1");
    }

    // ---- renewal

    @Test
    void aCertificateIsRenewedAndABadOneRefusedUnderBusySessionsAndNoneIsDropped() throws Exception {
        var factory = trusting();
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
        write(bad, Files.readString(make("localhost", "ec").resolve("key.pem")) + Files.readString(good));
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
        write(bad, text);
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
            assertThat(openssl("x509", "-in", file, "-noout", "-subject"))
                    .contains("Tarishi development certificate", "Not for production");
            assertThat(fresh.logged(0, "development.pem", "made")).hasSize(1);
            var status = fresh.cli("status");
            assertThat(status.out()).contains("development.pem");
            try (var dialog = SmtpDialog.hello(fresh.smtpPort())) {
                dialog.send("STARTTLS").expect("220 ");
            }
            var serial = openssl("x509", "-in", file, "-noout", "-serial");
            assertThat(fresh.stop()).isZero();
            fresh.start();
            assertThat(openssl("x509", "-in", file, "-noout", "-serial")).isEqualTo(serial);
        }
    }
}
