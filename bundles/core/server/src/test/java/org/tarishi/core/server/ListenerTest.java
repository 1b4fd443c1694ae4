package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.Moment;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.HookResult;

/** Where listeners listen. */
final class ListenerTest {

    private static ListenerSettings at(Path path, Object... more) {
        var settings = new java.util.HashMap<String, Object>(Map.of("path", path.toString(), "mode", "lmtp"));
        for (int i = 0; i < more.length; i += 2) {
            settings.put((String) more[i], more[i + 1]);
        }
        return Stage.listenerSettings(settings);
    }

    /** Sends lines that the client ends with, and tells all that it got. */
    private static String talk(Path path, String... lines) throws IOException {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            channel.write(ByteBuffer.wrap((String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.UTF_8)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aMailComesOverAUnixSocketByLmtp(@TempDir Path folder) throws IOException {
        var path = folder.resolve("lmtp");
        var seen = new ArrayList<SmtpConnection>();
        try (var harbour = new Harbour(Map.of())) {
            harbour.hooks.on(Moment.RCPT, HookResult.OK);
            harbour.hooks.on(Moment.QUEUE, HookResult.OK);
            harbour.hooks.answers.put(Moment.CONNECT, subject -> {
                seen.add(subject.connection());
                return HookResult.CONTINUE;
            });
            var listener = harbour.listen("local", at(path));

            assertThat(listener.status()).isEqualTo("local: lmtp on " + path);
            var said = talk(
                    path,
                    "LHLO x",
                    "MAIL FROM:<>",
                    "RCPT TO:<a@b.example>",
                    "RCPT TO:<c@b.example>",
                    "DATA",
                    "hello",
                    ".",
                    "QUIT");

            assertThat(said).startsWith("220 mx.test LMTP ").contains("\r\n221 ");
            assertThat(said.lines().filter(line -> line.startsWith("250 2.0.0 message")))
                    .hasSize(2);
            assertThat(harbour.store.messages).hasSize(1);
            var connection = seen.getFirst();
            assertThat(connection.remote().address())
                    .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            assertThat(connection.local().address())
                    .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            assertThat(connection.remote().isLocal()).isTrue();
            await().until(() -> harbour.server.open() == 0);
        }
    }

    @Test
    void aUnixSocketMaySpeakSmtpAndMayBeBehindAProxy(@TempDir Path folder) throws IOException {
        var path = folder.resolve("smtp");
        try (var harbour = new Harbour(Map.of())) {
            harbour.listen("local", at(path, "mode", "smtp", "proxyFrom", "127.0.0.1"));

            assertThat(talk(path, "PROXY TCP4 203.0.113.9 198.51.100.1 4711 25", "HELO x", "QUIT"))
                    .contains("250 mx.test Hello [203.0.113.9]");
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void aUnixSocketHasThePermissionsOfItsSetting(@TempDir Path folder) throws IOException {
        var path = folder.resolve("lmtp");
        try (var harbour = new Harbour(Map.of())) {
            var listener = harbour.listen("local", at(path));
            assertThat(permissions(path)).isEqualTo("rw-rw----");

            listener.change(at(path, "permissions", "0606"));

            assertThat(permissions(path)).isEqualTo("rw----rw-");
        }
    }

    @Test
    void aRemovedListenerTakesItsSocketFileAway(@TempDir Path folder) throws IOException {
        var path = folder.resolve("lmtp");
        try (var harbour = new Harbour(Map.of())) {
            var listener = harbour.listen("local", at(path));
            assertThat(path).exists();

            listener.stop(true);

            assertThat(path).doesNotExist();
        }
    }

    @Test
    void aListenerMovesFromAPortToAPathAndBack(@TempDir Path folder) throws IOException {
        var path = folder.resolve("lmtp");
        try (var harbour = new Harbour(Map.of())) {
            var listener = harbour.listen();
            var port = Harbour.place(listener);

            listener.change(at(path));
            assertThat(listener.bound()).isEqualTo(UnixDomainSocketAddress.of(path));
            assertThat(talk(path, "LHLO x", "QUIT")).startsWith("220 ");
            await().untilAsserted(
                            () -> assertThatThrownBy(() -> new Client(port)).isInstanceOf(IOException.class));

            listener.change(new ListenerSettings(port, ListenerMode.SMTP));
            try (var client = harbour.connect(listener)) {
                client.expect("220 …");
            }
            assertThat(path).doesNotExist();
        }
    }

    @Test
    void aTakenPathIsToldAndTriedAgain(@TempDir Path folder) throws IOException {
        var path = folder.resolve("lmtp");
        var taker = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        taker.bind(UnixDomainSocketAddress.of(path));
        try (var harbour = new Harbour(Map.of())) {
            var listener = harbour.listen("local", at(path));
            assertThat(listener.bound()).isNull();
            assertThat(listener.status())
                    .startsWith("local: listener local cannot listen on " + path + ": Address already in use");

            taker.close();
            Files.delete(path);

            await().until(() -> listener.bound() != null);
            assertThat(talk(path, "LHLO x", "QUIT")).startsWith("220 ");
        }
    }

    @Test
    void theSocketFileOutlivesTheServer(@TempDir Path folder) throws IOException {
        var path = folder.resolve("lmtp");
        try (var harbour = new Harbour(Map.of())) {
            harbour.listen("local", at(path)).stop(false);
            harbour.server.deactivate();
            assertThat(path).exists();

            harbour.server = harbour.start(Map.of());
            harbour.listen("local", at(path));

            assertThat(talk(path, "LHLO x", "QUIT")).startsWith("220 ");
        }
    }

    @Test
    void aListenerMayHaveAnIpv6AddressAndAllAddressesServeBoth() throws IOException {
        try (var harbour = new Harbour(Map.of())) {
            var six = harbour.listen("six", new InetSocketAddress(InetAddress.ofLiteral("::1"), 0));
            assertThat(six.status()).startsWith("six: smtp on [0:0:0:0:0:0:0:1]:");
            try (var client = harbour.connect(six)) {
                client.expect("220 …").send("HELO x").expect("250 mx.test Hello [IPv6:0:0:0:0:0:0:0:1]");
            }
            var all = harbour.listen("all", new InetSocketAddress(InetAddress.ofLiteral("::"), 0));
            int port = Harbour.place(all).getPort();
            for (var address : new String[] {"127.0.0.1", "::1"}) {
                try (var client = new Client(new InetSocketAddress(InetAddress.ofLiteral(address), port))) {
                    client.expect("220 …").send("HELO x");
                    // An IPv4 client of a socket for both is an IPv4 client.
                    assertThat(client.line()).contains(address.equals("::1") ? "[IPv6:" : "[127.0.0.1]");
                }
            }
        }
    }
}
