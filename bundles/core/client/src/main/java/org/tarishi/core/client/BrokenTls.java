package org.tarishi.core.client;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.tarishi.api.Text;

/**
 * Peers whose handshake has failed of late, for connections that may do without TLS. Any thread.
 *
 * <p>Whoever is remembered longest goes first when there are too many.
 */
final class BrokenTls {

    private static final int MOST = 10_000;

    private record Peer(InetAddress address, int port) {}

    private record Failure(long at, String why) {}

    private final Ticker ticker;
    private final Map<Peer, Failure> failures = new LinkedHashMap<>();

    BrokenTls(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Remembers a failure. */
    synchronized void add(InetAddress address, int port, String why) {
        var peer = new Peer(address, port);
        failures.remove(peer);
        failures.put(peer, new Failure(ticker.now(), Text.escaped(why)));
        if (failures.size() > MOST) {
            failures.remove(failures.keySet().iterator().next());
        }
    }

    /** Returns what went wrong with a peer, if that is not longer ago than so. */
    synchronized Optional<String> of(InetAddress address, int port, Duration life) {
        var peer = new Peer(address, port);
        var failure = failures.get(peer);
        if (failure == null) {
            return Optional.empty();
        }
        if (ticker.now() - failure.at >= life.toNanos()) {
            failures.remove(peer);
            return Optional.empty();
        }
        return Optional.of(failure.why);
    }

    /** Returns how many are remembered. */
    synchronized int size() {
        return failures.size();
    }
}
