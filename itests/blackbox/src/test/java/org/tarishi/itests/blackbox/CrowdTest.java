package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** Many clients that do nothing, or hardly anything, or do not listen. */
@Tag("alone")
class CrowdTest {

    /** What 10,000 sessions may cost in all, and what one may cost of the heap. */
    private static final long MOST_RESIDENT = 150L << 20;

    private static final long MOST_HEAP = 10 << 10;

    private static final int DEAF = 20;

    /** What those may cost: 64 KiB of replies and 32 KiB of commands each, and what a heap and its buffers grow by anyway. */
    private static final long MOST_FOR_DEAF = 32L << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path root;

    private static SocketChannel connect(Instance instance) throws IOException {
        return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), instance.smtpPort()));
    }

    private static void send(SocketChannel channel, String text) throws IOException {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Reads up to the end of a reply's last line. */
    private static void read(SocketChannel channel, String beginning) throws IOException {
        var bytes = ByteBuffer.allocate(2048);
        String said;
        do {
            assertThat(channel.read(bytes)).isPositive();
            said = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
        } while (!said.matches("(?s)(.*\r\n)?\\d{3} [^\r]*\r\n"));
        assertThat(said).startsWith(beginning);
    }

    private static void sendMail(Instance instance) throws IOException {
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            assertThat(dialog.transact(
                            "a@client.example",
                            "user@example.com",
                            TestMail.of("crowd", 1000).bytes()))
                    .startsWith("250 ");
        }
    }

    private static void closeAll(List<SocketChannel> channels) throws IOException {
        for (var channel : channels) {
            channel.close();
        }
    }

    @Test
    @Timeout(600)
    void sessionsThatAreIdleOrDripCostLittleAndKeepNobodyAway() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).optimised().start()) {
            sendMail(instance);
            long heap = instance.heap();
            long resident = instance.resident();
            var sessions = new ArrayList<SocketChannel>();
            try {
                for (int i = 0; i < Setup.idle(); i++) {
                    var session = connect(instance);
                    sessions.add(session);
                    read(session, "220 ");
                    send(session, "EHLO client.example\r\n");
                    read(session, "250-");
                }
                sendMail(instance);
                assertThat((instance.heap() - heap) / Setup.idle())
                        .as("heap of an idle session")
                        .isLessThan(MOST_HEAP);
                assertThat(instance.resident() - resident)
                        .as("memory of %d idle sessions", Setup.idle())
                        .isLessThan(MOST_RESIDENT);

                for (int round = 0; round < 20; round++) {
                    for (var session : sessions.subList(0, Setup.idle() / 2)) {
                        send(session, "N");
                    }
                    sendMail(instance);
                }
                assertThat((instance.heap() - heap) / Setup.idle())
                        .as("heap of a session, half of which drip")
                        .isLessThan(MOST_HEAP);
                assertThat(instance.resident() - resident)
                        .as("memory of %d sessions, half of which drip", Setup.idle())
                        .isLessThan(MOST_RESIDENT);
                // They are alive, all of them.
                for (var session : sessions) {
                    send(session, "\r\nQUIT\r\n");
                    read(session, "500 ");
                }
            } finally {
                closeAll(sessions);
            }
        }
    }

    @Test
    @Timeout(300)
    void clientsThatNeverReadTheirRepliesAreNotReadFromAndCostNoMemory() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).optimised().start()) {
            sendMail(instance);
            long heap = instance.heap();
            long resident = instance.resident();
            var block = "NOOP\r\n".repeat(5_000).getBytes(StandardCharsets.US_ASCII);
            var deaf = new ArrayList<SocketChannel>();
            try {
                for (int i = 0; i < DEAF; i++) {
                    var session = connect(instance);
                    session.configureBlocking(false);
                    deaf.add(session);
                }
                // Until nobody can send more, twenty times in a row with another's mail between.
                int quiet = 0;
                long sent = 0;
                while (quiet < 20) {
                    long before = sent;
                    for (var session : deaf) {
                        sent += session.write(ByteBuffer.wrap(block));
                    }
                    sendMail(instance);
                    quiet = sent == before ? quiet + 1 : 0;
                    assertThat(sent)
                            .as("octets taken from those who do not read")
                            .isLessThan(DEAF * (32L << 20));
                }
                assertThat(instance.heap() - heap).as("heap").isLessThan(MOST_FOR_DEAF);
                assertThat(instance.resident() - resident).as("memory").isLessThan(3 * MOST_FOR_DEAF);
            } finally {
                closeAll(deaf);
            }
        }
    }

    private static String greeting(Instance instance) throws IOException {
        try (var dialog = new SmtpDialog(instance.smtpPort())) {
            return dialog.reply();
        }
    }

    @Test
    @Timeout(180)
    void withoutFileDescriptorsItServesNobodyNewAndAllAgainWhenItHasThem() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).start()) {
            int usual = instance.descriptors() + 1_000;
            instance.limitDescriptors(instance.descriptors() + 90);
            await().atMost(PATIENCE).until(() -> greeting(instance).startsWith("421 4.3.2 "));
            assertThat(instance.cli("status").out()).contains("overload: descriptors: ");
            instance.limitDescriptors(usual);
            await().atMost(PATIENCE).until(() -> greeting(instance).startsWith("220 "));
            assertThat(instance.cli("status").out()).doesNotContain("overload");

            // Nobody looks: they run out.
            instance.configure("org.tarishi.core.server", "minFreeDescriptors=0");
            var sessions = new ArrayList<SocketChannel>();
            try {
                instance.limitDescriptors(instance.descriptors() + 20);
                for (int i = 0; i < 60; i++) {
                    sessions.add(connect(instance));
                }
                // A command would need a descriptor.
                await().atMost(PATIENCE)
                        .until(() -> instance.logFile().contains("cannot accept connections on 127.0.0.1:"));
                read(sessions.getFirst(), "220 ");
            } finally {
                closeAll(sessions);
            }
            await().atMost(Duration.ofSeconds(5)).until(() -> greeting(instance).startsWith("220 "));
            assertThat(instance.logged(0, "cannot accept connections")).hasSize(1);
            sendMail(instance);
        }
    }

    @Test
    @Timeout(120)
    void aUnixSocketForLmtpAndAProxysPortComeAndGoWithTheirFiles() throws Exception {
        var path = root.resolve("lmtp");
        try (var instance = Instance.in(root.resolve("base")).start()) {
            var lmtp = instance.conf("org.tarishi.core.server.listener~local");
            Files.writeString(lmtp, "path = " + path + "\nmode = lmtp\n");
            await().atMost(PATIENCE).until(() -> instance.cli("status").out().contains("local: lmtp on " + path));
            try (var client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                client.connect(UnixDomainSocketAddress.of(path));
                send(client, "LHLO x\r\nQUIT\r\n");
                assertThat(new String(Channels.newInputStream(client).readAllBytes(), StandardCharsets.US_ASCII))
                        .contains("220 ", " LMTP ", "\r\n221 ");
            }
            instance.configure(Instance.LISTENER, "proxyFrom=127.0.0.1");
            try (var client = connect(instance)) {
                send(client, "PROXY TCP4 203.0.113.9 198.51.100.1 4711 25\r\nHELO x\r\nQUIT\r\n");
                assertThat(new String(Channels.newInputStream(client).readAllBytes(), StandardCharsets.US_ASCII))
                        .contains("[203.0.113.9]");
            }
            Files.delete(lmtp);
            await().atMost(PATIENCE).until(() -> !Files.exists(path));
        }
    }
}
