package org.tarishi.core.server;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;

/**
 * Counts sessions: all, by client address and by its network (/24 of IPv4, /64 of IPv6). What it remembers is as much as there are
 * sessions. Any thread.
 */
final class Census {

    private static final int NETWORK_V4 = 24;
    private static final int NETWORK_V6 = 64;

    private final AtomicInteger all = new AtomicInteger();
    private final Map<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();
    private final Map<InetAddress, Integer> byNetwork = new ConcurrentHashMap<>();

    /** One session that is counted until it leaves. */
    final class Seat {

        private final @Nullable InetAddress address;
        private final AtomicInteger ofListener;
        private final @Nullable Reply refusal;
        private boolean left;

        private Seat(@Nullable InetAddress address, AtomicInteger ofListener, @Nullable Reply refusal) {
            this.address = address;
            this.ofListener = ofListener;
            this.refusal = refusal;
        }

        /** Says why it can't be served, if it is one too many. */
        @Nullable Reply refusal() {
            return refusal;
        }

        /** Gives it back; a second time changes nothing. */
        synchronized void leave() {
            if (left) {
                return;
            }
            left = true;
            all.decrementAndGet();
            ofListener.decrementAndGet();
            if (address != null) {
                less(byAddress, address);
                less(byNetwork, network(address));
            }
        }
    }

    /**
     * Counts one more session, be it one too many.
     *
     * @param free whether it counts for its address and network
     */
    Seat enter(InetAddress address, boolean free, Settings limits, Listener listener) {
        var ofListener = listener.sessions();
        int most = listener.settings().maxSessions();
        // Each has the number that it got, so that of two that come at once for one place not both are too many.
        boolean many = all.incrementAndGet() > limits.maxSessions();
        many |= ofListener.incrementAndGet() > most && most > 0;
        var refusal = many ? Replies.TOO_MANY_SESSIONS : null;
        if (free) {
            return new Seat(null, ofListener, refusal);
        }
        boolean manyOfAddress = byAddress.merge(address, 1, Integer::sum) > limits.maxSessionsPerAddress();
        boolean manyOfNetwork = byNetwork.merge(network(address), 1, Integer::sum) > limits.maxSessionsPerNetwork();
        if (refusal == null && manyOfAddress) {
            refusal = Replies.TOO_MANY_OF_YOURS;
        } else if (refusal == null && manyOfNetwork) {
            refusal = Replies.TOO_MANY_OF_YOUR_NETWORK;
        }
        return new Seat(address, ofListener, refusal);
    }

    private static void less(Map<InetAddress, Integer> counts, InetAddress key) {
        counts.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
    }

    private static InetAddress network(InetAddress address) {
        return Networks.network(address, address.getAddress().length == 4 ? NETWORK_V4 : NETWORK_V6);
    }

    /** How many sessions there are. */
    int all() {
        return all.get();
    }

    /** How many addresses and networks are remembered. */
    int remembered() {
        return byAddress.size() + byNetwork.size();
    }
}
