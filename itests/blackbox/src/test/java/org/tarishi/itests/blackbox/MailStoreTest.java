package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.Ports;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** Mail to a real store by LMTP, which answers for each recipient. */
@Timeout(300)
class MailStoreTest {

    private static final String WEBHOOK = "org.tarishi.plugin.outbound-webhook";

    private final List<String> posted = new CopyOnWriteArrayList<>();
    private final HttpServer web;
    private Path shortFolder;
    private Dovecot store;
    private Instance instance;

    MailStoreTest() throws IOException {
        web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/", exchange -> {
            try (exchange) {
                posted.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                exchange.sendResponseHeaders(204, -1);
            }
        });
        web.start();
    }

    @BeforeEach
    void start(@TempDir Path root) throws Exception {
        shortFolder = Files.createTempDirectory("st");
        // Dovecot's parts are of several users.
        Files.setPosixFilePermissions(shortFolder, PosixFilePermissions.fromString("rwxr-xr-x"));
        store = new Dovecot(shortFolder.resolve("d"), new Debian(root.resolve("accounts")));
        store.start();
        instance = Instance.in(root.resolve("base"))
                .set(Instance.HOST_LIST, "domains", "[ \"inline:store.example\" ]")
                .set(Instance.LMTP, "routes", "[ \"inline:store.example=" + store.socket() + "\" ]")
                .set("org.tarishi.core.scheduler", "retrySchedule", "5s*100")
                .set(WEBHOOK, "url", "http://127.0.0.1:" + web.getAddress().getPort() + "/");
        instance.start();
    }

    @AfterEach
    void stop() throws Exception {
        for (var closeable : new AutoCloseable[] {instance, store}) {
            if (closeable != null) {
                closeable.close();
            }
        }
        web.stop(0);
        try (var files = Files.walk(shortFolder)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private String send(byte[] message, String... users) throws IOException {
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            dialog.send("MAIL FROM:<ann@store.example>").expect("250");
            for (var user : users) {
                dialog.send("RCPT TO:<" + user + "@store.example>").expect("250");
            }
            return dialog.send("DATA").expect("354").sendMessage(message).reply();
        }
    }

    private void until(Callable<Boolean> condition) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(condition);
    }

    private boolean isPosted(String event, String user) {
        return posted.stream()
                .flatMap(body -> List.of(body.split("\\},\\{\"id\"", -1)).stream())
                .anyMatch(one -> one.contains("\"event\":\"" + event + "\"")
                        && one.contains("\"recipient\":\"" + user + "@store.example\""));
    }

    @Test
    void mailLiesInTheStoreByteForByte() throws Exception {
        var text = "Subject: 8 bits\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n.Grüße, möwe\r\n..\r\n"
                .getBytes(StandardCharsets.UTF_8);

        assertThat(send(text, "dora")).startsWith("250 2.0.0 ").contains("Saved");
        instance.configure(Instance.LMTP, "host=127.0.0.1:" + Ports.free());
        instance.configure(Instance.LMTP, "pool=[ \"127.0.0.1:" + store.port() + "\" ]");
        instance.configure(Instance.LMTP, "routes=[ ]");
        assertThat(send(text, "dora")).startsWith("250 2.0.0 ").contains("Saved");

        assertThat(store.box("dora").messages())
                .hasSize(2)
                .allSatisfy(file -> assertThat(
                                new String(Maildir.withoutTrace(Files.readAllBytes(file)), StandardCharsets.UTF_8)
                                        .replace("\r\n", "\n"))
                        .isEqualTo(new String(text, StandardCharsets.UTF_8).replace("\r\n", "\n")));
        assertThat(instance.logged(0, "the next host is tried")).hasSize(1);
    }

    @Test
    void oneHasItOnceAndTheSenderIsToldOfTheOthers() throws Exception {
        var reply = send(TestMail.of("three", 500).bytes(), "dora", "bob", "nobody");
        assertThat(reply).startsWith("250 2.0.0 ").contains("Saved");

        // The notification goes to the sender's mailbox in the same store.
        until(() -> !store.box("ann").messages().isEmpty());
        var told = Files.readString(store.box("ann").messages().getFirst(), StandardCharsets.ISO_8859_1);
        assertThat(told)
                .contains("Final-Recipient: rfc822; bob@store.example", "Quota exceeded")
                .contains("Final-Recipient: rfc822; nobody@store.example", "5.1.1");
        assertThat(store.box("dora").messages()).hasSize(1);
        until(() -> isPosted("bounced", "bob") && isPosted("bounced", "nobody") && isPosted("delivered", "ann"));
        assertThat(isPosted("bounced", "dora")).isFalse();
    }

    @Test
    void whatAllRefuseTheClientHears() throws Exception {
        assertThat(send(TestMail.of("none", 100).bytes(), "nobody")).startsWith("550 5.1.1 ");
        assertThat(send(TestMail.of("none", 100).bytes(), "bob")).startsWith("552 5.2.2 ");
        assertThat(instance.cli("queue", "list").out()).doesNotContain("store.example");
    }

    @Test
    void whatComesWhileTheStoreIsDownWaitsForItWhereverItIs() throws Exception {
        store.close();
        assertThat(send(TestMail.of("down", 100).bytes(), "dora")).startsWith("451 4.4.1 ");

        instance.configure(Instance.LMTP, "unreachable=QUEUE");
        assertThat(send(TestMail.of("down", 100).bytes(), "dora")).startsWith("250 ");
        until(() -> isPosted("deferred", "dora"));
        store.start();
        until(() -> store.box("dora").messages().size() == 1);
        until(() -> isPosted("delivered", "dora"));
    }
}
