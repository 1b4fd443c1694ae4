package org.tarishi.core.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.tarishi.api.outbound.Route;

/** Connects to next hops, and keeps the connections where the timer finds them. Any thread. */
final class Connector {

    /** Finds addresses. */
    @FunctionalInterface
    interface Resolver {

        /** Returns the addresses of a name or address, at least one. */
        List<InetAddress> resolve(String host) throws UnknownHostException;

        /** Returns the system's. */
        static Resolver system() {
            return host -> Arrays.asList(InetAddress.getAllByName(host));
        }
    }

    /** Makes channels. */
    @FunctionalInterface
    interface Channels {

        /** Returns one that is not connected. */
        SocketChannel open(ProtocolFamily family) throws IOException;
    }

    private final Ticker ticker;
    private final Resolver resolver;
    private final Channels channels;
    private final Set<Wire> live = ConcurrentHashMap.newKeySet();

    Connector(Ticker ticker, Resolver resolver, Channels channels) {
        this.ticker = ticker;
        this.resolver = resolver;
        this.channels = channels;
    }

    /**
     * Connects to the first of the route's addresses that answers.
     *
     * @param time how long that may take; an address that does not answer leaves the others their share
     */
    Wire connect(Route route, Duration time) throws IOException {
        var socket = route.socket();
        if (socket.isPresent()) {
            var wire = new Wire(channels.open(StandardProtocolFamily.UNIX), ticker, live);
            return connected(wire, () -> wire.connect(UnixDomainSocketAddress.of(socket.get()), time));
        }
        var addresses = addresses(route);
        long end = ticker.now() + time.toNanos();
        IOException failure = null;
        for (int i = 0; i < addresses.size(); i++) {
            var address = addresses.get(i);
            long share = Math.max(0, end - ticker.now()) / (addresses.size() - i);
            try {
                return connect(route, address, Duration.ofNanos(share));
            } catch (IOException e) {
                if (failure != null) {
                    e.addSuppressed(failure);
                }
                failure = e;
            }
        }
        throw failure != null ? failure : new ConnectException("no address to connect to");
    }

    private List<InetAddress> addresses(Route route) throws UnknownHostException {
        var host = route.host().orElseThrow(() -> new UnknownHostException("route without a host"));
        var chosen = route.address();
        var found = chosen.isPresent() ? List.of(chosen.get()) : resolver.resolve(host);
        var bind = route.bindAddress();
        if (bind.isEmpty()) {
            return found;
        }
        boolean v4 = bind.get() instanceof Inet4Address;
        var fitting = found.stream()
                .filter(address -> address instanceof Inet4Address == v4)
                .toList();
        if (fitting.isEmpty()) {
            throw new UnknownHostException(
                    host + " has no " + (v4 ? "IPv4" : "IPv6") + " address, as the local address wants");
        }
        return fitting;
    }

    private Wire connect(Route route, InetAddress address, Duration time) throws IOException {
        var family = address instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        var channel = channels.open(family);
        var wire = new Wire(channel, ticker, live);
        return connected(wire, () -> {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            var bind = route.bindAddress();
            if (bind.isPresent()) {
                channel.bind(new InetSocketAddress(bind.get(), 0));
            }
            wire.connect(new InetSocketAddress(address, route.port()), time);
        });
    }

    @FunctionalInterface
    private interface Attempt {
        void run() throws IOException;
    }

    private static Wire connected(Wire wire, Attempt attempt) throws IOException {
        boolean done = false;
        try {
            attempt.run();
            done = true;
            return wire;
        } finally {
            if (!done) {
                wire.close();
            }
        }
    }

    /** Returns what tells the time of each step. */
    Ticker ticker() {
        return ticker;
    }

    /** Closes every connection whose step has taken too long. */
    void expire() {
        live.forEach(Wire::expire);
    }
}
