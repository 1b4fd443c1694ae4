package org.tarishi.core.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.tarishi.api.ListenerMode;

/** A server with real sockets on loopback; it holds the listening sockets as the launcher does. */
final class Harbour implements AutoCloseable, Function<SocketAddress, ServerSocketChannel> {

    final FakeHooks hooks = new FakeHooks();
    final FakeStore store = new FakeStore();
    final FakeProbes probes = new FakeProbes();
    final Map<SocketAddress, ServerSocketChannel> open = new ConcurrentHashMap<>();
    private final List<Server> servers = new ArrayList<>();
    private final List<Listener> listeners = new ArrayList<>();
    Server server;

    Harbour(Map<String, ?> settings) {
        server = start(settings);
    }

    /** A server beside the one that is there: what an update of the bundle starts. */
    Server start(Map<String, ?> settings) {
        var all = new HashMap<String, Object>(Map.of("hostname", "mx.test", "drain", "PT2S"));
        all.putAll(settings);
        var started = new Server(Stage.settings(all), Clock.systemUTC(), _ -> probes, Thread::startVirtualThread);
        started.bindHooks(hooks);
        started.bindStore(store);
        started.bindSockets(this);
        servers.add(started);
        return started;
    }

    static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    Listener listen() {
        return listen("test", anyPort());
    }

    Listener listen(String name, InetSocketAddress address) {
        return listen(name, new ListenerSettings(address, ListenerMode.SMTP));
    }

    Listener listen(String name, ListenerSettings settings) {
        var listener = new Listener(name, settings, server);
        listeners.add(listener);
        return listener;
    }

    /** Where a listener accepts. */
    static InetSocketAddress place(Listener listener) {
        return (InetSocketAddress) Objects.requireNonNull(listener.bound(), listener::status);
    }

    Client connect(Listener listener) throws IOException {
        return new Client(place(listener));
    }

    @Override
    public ServerSocketChannel apply(SocketAddress address) {
        open.values().removeIf(channel -> !channel.isOpen());
        var held = open.get(address);
        if (held != null) {
            return held;
        }
        try {
            var channel = address instanceof UnixDomainSocketAddress
                    ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                    : ServerSocketChannel.open();
            try {
                channel.bind(address, 128);
                channel.configureBlocking(false);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
            open.put(channel.getLocalAddress(), channel);
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        listeners.forEach(listener -> listener.stop(true));
        servers.forEach(Server::deactivate);
        for (var channel : open.values()) {
            channel.close();
        }
    }
}
