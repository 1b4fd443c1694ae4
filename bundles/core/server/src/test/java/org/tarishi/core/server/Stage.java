package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.ListenerMode;

/** One connection to a server without a network, with all that a test needs to play on it. */
final class Stage implements AutoCloseable {

    static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    final FakeHooks hooks = new FakeHooks();
    final FakeStore store = new FakeStore();
    final FakeProbes probes = new FakeProbes();
    final FakeSenderTables tables = new FakeSenderTables();
    final Map<String, Object> settings = new HashMap<>(Map.of("hostname", "mx.test", "idInGreeting", false));
    ListenerMode mode = ListenerMode.SMTP;
    /** The listener's settings that are not at their default. */
    final Map<String, Object> listener = new HashMap<>();

    String remote = "127.0.0.1";

    /** Who begins TLS; bound where the listener has a setting of it. */
    FakeTls tls = FakeTls.working();

    private @Nullable TlsPeer peer;
    /** The queue for other hosts, if there is one. */
    @Nullable FakeOutbound outbound;

    private @Nullable Server server;

    /** Whether the server is this stage's own. */
    private boolean isServers;

    private @Nullable EmbeddedChannel channel;
    private final StringBuilder received = new StringBuilder();

    /** The settings with their defaults, but for some. */
    static Settings settings(Map<String, ?> some) {
        return new Settings(config(some));
    }

    static Config config(Map<String, ?> some) {
        return (Config) Proxy.newProxyInstance(
                Config.class.getClassLoader(),
                new Class<?>[] {Config.class},
                (_, method, _) -> some.containsKey(method.getName())
                        ? convert(some.get(method.getName()), method.getReturnType())
                        : method.getDefaultValue());
    }

    /** The settings of a listener with their defaults, but for some. */
    static ListenerSettings listenerSettings(Map<String, ?> some) {
        return new ListenerSettings((ListenerConfig) Proxy.newProxyInstance(
                ListenerConfig.class.getClassLoader(),
                new Class<?>[] {ListenerConfig.class},
                (_, method, _) -> some.containsKey(method.getName())
                        ? convert(some.get(method.getName()), method.getReturnType())
                        : method.getDefaultValue()));
    }

    private static Object convert(Object value, Class<?> type) {
        if (!(value instanceof String text)) {
            return value;
        }
        if (type == int.class) {
            return Integer.valueOf(text);
        }
        if (type == long.class) {
            return Long.valueOf(text);
        }
        if (type == boolean.class) {
            return Boolean.valueOf(text);
        }
        return type == String[].class ? text.split("\\|") : text;
    }

    Stage connect() {
        var started = new Server(settings(settings), Clock.fixed(NOON, ZoneOffset.UTC), _ -> probes, Runnable::run);
        started.bindHooks(hooks);
        started.bindStore(store);
        if (listener.containsKey("tls")) {
            started.bindTls(tls);
        }
        started.bindTables(tables);
        var queue = outbound;
        if (queue != null) {
            started.bindOutbound(queue);
        }
        server = started;
        isServers = true;
        return open(started);
    }

    /** One more connection to the same server. */
    Stage another() {
        var other = new Stage();
        other.server = server;
        other.mode = mode;
        other.remote = remote;
        other.listener.putAll(listener);
        return other.open(Objects.requireNonNull(server));
    }

    private Stage open(Server on) {
        listener.putIfAbsent("mode", mode.name());
        listener.putIfAbsent("port", 0);
        var test = new Listener("test", listenerSettings(listener), on);
        var peer = new InetSocketAddress(InetAddress.ofLiteral(remote), 4321);
        var opened = new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return peer;
            }
        };
        channel = opened;
        opened.freezeTime();
        on.furnish(opened, test);
        opened.pipeline().fireChannelActive();
        settle();
        return this;
    }

    Server server() {
        return Objects.requireNonNull(server);
    }

    EmbeddedChannel channel() {
        return Objects.requireNonNull(channel);
    }

    /** The client begins TLS, and it must succeed. */
    Stage secure() {
        return secure(FakeTls.client());
    }

    Stage secure(SSLEngine client) {
        shake(client);
        assertThat(peer().trouble()).isNull();
        assertThat(peer().isSecured()).as("handshake is over").isTrue();
        return this;
    }

    /** The client begins TLS, whatever comes of it. */
    Stage shake(SSLEngine client) {
        peer = new TlsPeer(client);
        exchange();
        return this;
    }

    TlsPeer peer() {
        return Objects.requireNonNull(peer, "no TLS");
    }

    private void exchange() {
        var client = peer;
        for (var out = client == null ? new byte[0] : client.out();
                out.length > 0 && channel().isOpen();
                out = peer().out()) {
            channel().writeInbound(Unpooled.wrappedBuffer(out));
            settle();
        }
    }

    /** Bytes as they are, whether there is TLS or not. */
    Stage sendBelow(byte[] bytes) {
        if (channel().isOpen()) {
            channel().writeInbound(Unpooled.wrappedBuffer(bytes));
        }
        settle();
        return this;
    }

    Stage send(byte[] bytes) {
        var client = peer;
        if (client != null && channel().isOpen()) {
            client.say(bytes);
            exchange();
        } else if (channel().isOpen()) {
            channel().writeInbound(Unpooled.wrappedBuffer(bytes));
        }
        settle();
        return this;
    }

    Stage send(String... lines) {
        return send((String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Runs what waits for the session's thread. */
    void settle() {
        channel().runPendingTasks();
        for (ByteBuf out = channel().readOutbound();
                out != null;
                out = channel().readOutbound()) {
            var client = peer;
            if (client == null) {
                received.append(out.toString(StandardCharsets.UTF_8));
            } else {
                received.append(client.hear(ByteBufUtil.getBytes(out)));
            }
            out.release();
        }
    }

    /** The next line that the server sent, without CRLF; empty where there is none. */
    String line() {
        int end = received.indexOf("\r\n");
        if (end < 0) {
            return "";
        }
        var line = received.substring(0, end);
        received.delete(0, end + 2);
        return line;
    }

    Stage expect(String... lines) {
        for (var wanted : lines) {
            check(wanted, line());
        }
        return this;
    }

    /** What the server has sent and nobody has asked for. */
    String received() {
        return received.toString();
    }

    /** A line ending in … is a beginning. */
    static void check(String wanted, String line) {
        if (wanted.endsWith("…")) {
            assertThat(line).startsWith(wanted.substring(0, wanted.length() - 1));
        } else {
            assertThat(line).isEqualTo(wanted);
        }
    }

    Stage expectNothing() {
        assertThat(received.toString()).isEmpty();
        return this;
    }

    Stage expectClosed() {
        settle();
        expectNothing();
        assertThat(channel().isOpen()).as("connection open").isFalse();
        return this;
    }

    /** The client has gone. */
    void hangUp() {
        var _ = channel().close();
        settle();
    }

    @Override
    public void close() {
        var _ = channel().close();
        channel().finishAndReleaseAll();
        if (isServers) {
            // Event loops hold file descriptors from their beginning; thousands of stages would use them up.
            var _ = server().loops().shutdownGracefully(0, 0, TimeUnit.SECONDS);
        }
    }
}
