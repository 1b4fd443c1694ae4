package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.Ports;
import org.tarishi.itests.harness.SmtpDialog;

/** Queued mail is delivered to other people's servers, by static routes; Postfix and Exim want TLS first. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PeersTest {

    private static final String MESSAGE = """
            From: me@client.example\r
            Date: Thu, 1 Jan 2026 00:00:00 +0000\r
            Message-ID: <peers@client.example>\r
            MIME-Version: 1.0\r
            Content-Type: text/plain; charset=utf-8\r
            Content-Transfer-Encoding: 8bit\r
            Subject: SUBJECT\r
            \r
            .Grüße\r
            ..\r
            möwe\r
            """;

    private final List<Debian.Server> servers = new ArrayList<>();
    private Path folder;
    private Instance instance;

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        folder = Files.createTempDirectory("pe");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        var key = Commands.run(Map.of(), List.of("sh", "-c", """
                        cd "$1" && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
                            -subj /CN=peer.example -days 30 -keyout key.pem -out cert.pem && chmod 644 key.pem
                        """, "sh", folder.toString()));
        assertThat(key.code()).as(key.out()).isZero();
        for (var name : new String[] {"postfix", "exim", "opensmtpd"}) {
            Files.setPosixFilePermissions(
                    Files.createDirectory(folder.resolve(name)), PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        var debian = new Debian(root.resolve("accounts"));
        int postfix = startPostfix(debian);
        int exim = startExim(debian);
        int opensmtpd = startOpenSmtpd(debian);
        instance = Instance.in(root.resolve("base"))
                .set(Instance.RELAY, "acl", "[ \"127.0.0.1\" ]")
                .set(
                        "org.tarishi.core.delivery",
                        "routes",
                        "[ \"postfix.example = 127.0.0.1:%d tls=require\", \"exim.example = 127.0.0.1:%d tls=require\", \"opensmtpd.example = 127.0.0.1:%d\" ]"
                                .formatted(postfix, exim, opensmtpd))
                .start();
    }

    @AfterAll
    void stop() throws IOException {
        if (instance != null) {
            instance.close();
        }
        servers.forEach(Debian.Server::close);
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private int start(Debian debian, String name, int port, String prepare, String... program) throws IOException {
        var line = new ArrayList<String>(List.of("sh", "-c", prepare + " && exec \"$@\"", "sh"));
        line.addAll(List.of(program));
        var server = debian.start(folder.resolve(name + ".out"), line.toArray(String[]::new));
        servers.add(server);
        MailServers.awaitGreeting(port, server);
        return port;
    }

    private int startPostfix(Debian debian) throws IOException {
        int port = Ports.free();
        var server = Postfix.start(
                debian,
                folder,
                "127.0.0.1:%d inet n - n - - smtpd\n".formatted(port),
                """
                myhostname = peer.example
                inet_interfaces = 127.0.0.1
                smtpd_tls_security_level = encrypt
                smtpd_tls_cert_file = %s
                smtpd_tls_key_file = %s
                """.formatted(folder.resolve("cert.pem"), folder.resolve("key.pem"))
                        + Postfix.box(List.of("postfix.example"), folder.resolve("postfix")));
        servers.add(server);
        MailServers.awaitGreeting(port, server);
        return port;
    }

    private int startExim(Debian debian) throws IOException {
        int port = Ports.free();
        var conf = Files.writeString(folder.resolve("exim.conf"), """
                daemon_smtp_ports = %d
                local_interfaces = 127.0.0.1
                primary_hostname = peer.example
                spool_directory = /var/spool/exim
                log_file_path = /var/spool/exim/%%slog
                never_users =
                tls_advertise_hosts = *
                tls_certificate = %s
                tls_privatekey = %s
                smtputf8_advertise_hosts = *
                acl_smtp_mail = secured
                acl_smtp_rcpt = local
                begin acl
                secured:
                  accept encrypted = *
                  deny message = TLS first
                local:
                  accept domains = exim.example
                  deny
                begin routers
                box:
                  driver = accept
                  transport = maildir
                begin transports
                maildir:
                  driver = appendfile
                  directory = %s/box
                  maildir_format
                  user = Debian-exim
                  group = Debian-exim
                """.formatted(
                        port, folder.resolve("cert.pem"), folder.resolve("key.pem"), folder.resolve("exim")));
        return start(
                debian, "exim", port, "mkdir -m 777 /var/spool/exim", "exim4", "-C", conf.toString(), "-bdf", "-q1m");
    }

    /** Debian's OpenSMTPD does not get through a handshake as a server: its own part for keys can't sign with this OpenSSL. */
    private int startOpenSmtpd(Debian debian) throws IOException {
        int port = Ports.free();
        var conf = Files.writeString(folder.resolve("smtpd.conf"), """
                table who { "@opensmtpd.example" = nobody }
                listen on 127.0.0.1 port %d hostname peer.example
                action "store" maildir "%s/box" virtual <who>
                match from any for domain "opensmtpd.example" action "store"
                """.formatted(port, folder.resolve("opensmtpd")));
        return start(
                debian,
                "opensmtpd",
                port,
                "mount -t tmpfs -o mode=755 tmpfs /var/lib && mkdir -p /var/lib/opensmtpd/empty"
                        + " && mount -t tmpfs -o mode=755 tmpfs /run && mkdir -m 711 /var/spool/smtpd",
                "smtpd",
                "-d",
                "-f",
                conf.toString());
    }

    /** Sends a message that begins with these parameters of MAIL, and waits until it lies in the box; its end is what was sent. */
    private void deliver(String name, String localPart, String parameters, String subject) throws Exception {
        var message = MESSAGE.replace("SUBJECT", subject);
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            dialog.send("MAIL FROM:<me@client.example> " + parameters).expect("250");
            dialog.send("RCPT TO:<" + localPart + "@" + name + ".example>").expect("250");
            dialog.send("DATA").expect("354");
            assertThat(dialog.sendMessage(message.getBytes(StandardCharsets.UTF_8))
                            .reply())
                    .startsWith("250 ");
        }
        var box = new Maildir(folder.resolve(name).resolve("box"));
        var wanted = message.replace("\r\n", "\n");
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(box.messages())
                        .as(() -> servers.stream()
                                .map(Debian.Server::said)
                                .collect(java.util.stream.Collectors.joining("\n")))
                        .anySatisfy(file -> assertThat(Files.readString(file).replace("\r\n", "\n"))
                                .endsWith(wanted)));
        // A peer may have it in the box before its reply has come.
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(instance.logged(0, "delivered to=<" + localPart + "@" + name + ".example>"))
                                .hasSize(1));
    }

    @Test
    void postfixHasItOverTlsWithEightBitsAndInternationalized() throws Exception {
        deliver("postfix", "user", "BODY=8BITMIME", "eight");
        deliver("postfix", "möwe", "BODY=8BITMIME SMTPUTF8", "Grüße");
        assertThat(instance.logged(0, "@postfix.example>", "tls=\"required (route) TLSv1.3"))
                .isNotEmpty();
    }

    @Test
    void eximHasItOverTlsWithEightBitsAndInternationalized() throws Exception {
        deliver("exim", "user", "BODY=8BITMIME", "eight");
        deliver("exim", "möwe", "BODY=8BITMIME SMTPUTF8", "Grüße");
        assertThat(instance.logged(0, "@exim.example>", "tls=\"required (route) TLSv1.3"))
                .isNotEmpty();
    }

    @Test
    void openSmtpdHasItWithEightBits() throws Exception {
        deliver("opensmtpd", "user", "BODY=8BITMIME", "eight");
    }
}
