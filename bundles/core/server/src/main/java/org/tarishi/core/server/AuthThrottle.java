package org.tarishi.core.server;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts failed authentications by client address and by user, and says who may not try for now.
 *
 * <p>A user who has authenticated from an address is known there, and is not kept out there by what others try with that name elsewhere.
 *
 * <p>What is remembered is bounded: {@value #MOST} of each kind, the longest unused forgotten first. Any thread.
 */
final class AuthThrottle {

    /** How many addresses, users and pairs of them are remembered. */
    static final int MOST = 10_000;

    /** How long it is remembered where a user has authenticated. */
    static final Duration KNOWN_FOR = Duration.ofDays(30);

    /** Longer names count as one with all that begin like them. */
    private static final int LONGEST_NAME = 256;

    /** The network of an IPv6 client: it chooses the rest of its address itself. */
    private static final int NETWORK_V6 = 64;

    /** Each of the first failures of an address is told, then only each that doubles their number. */
    private static final int FIRST_TOLD = 5;

    /** How many failures are told a minute, from all addresses together. */
    private static final int MOST_LINES = 60;

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private record Pair(String user, InetAddress network) {}

    /** How many, since the first of them. */
    private record Tally(int count, Instant since) {}

    private static final class Bounded<K, V> extends LinkedHashMap<K, V> {
        private static final long serialVersionUID = 1L;

        Bounded() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > MOST;
        }
    }

    /**
     * What is to be said of a failure.
     *
     * @param isTold whether it is worth a line
     * @param ofAddress how many there were from the address, 0 where it is not counted
     * @param untold how many were not told since the last line
     */
    record Failure(boolean isTold, int ofAddress, long untold) {}

    private final InstantSource clock;
    private final Map<InetAddress, Tally> byAddress = new Bounded<>();
    private final Map<String, Tally> byUser = new Bounded<>();
    private final Map<Pair, Instant> known = new Bounded<>();
    private Instant minute = Instant.EPOCH;
    private int lines;
    private long untold;

    AuthThrottle(InstantSource clock) {
        this.clock = clock;
    }

    /** Tells whether a client may try. */
    synchronized boolean mayTry(InetAddress address, AuthSettings limits) {
        return isBelow(byAddress.get(network(address)), limits.failuresOfAddress(), limits.window());
    }

    /** Tells whether a store may be asked about a user for a client. */
    synchronized boolean mayAsk(String user, InetAddress address, AuthSettings limits) {
        if (isBelow(byUser.get(name(user)), limits.failuresOfUser(), limits.window())) {
            return true;
        }
        var seen = known.get(new Pair(name(user), network(address)));
        return seen != null && seen.plus(KNOWN_FOR).isAfter(clock.instant());
    }

    private boolean isBelow(@Nullable Tally tally, int most, Duration window) {
        return most == 0 || tally == null || tally.count() < most || isOver(tally, window);
    }

    private boolean isOver(Tally tally, Duration window) {
        return !clock.instant().isBefore(tally.since().plus(window));
    }

    /** A user has authenticated. */
    synchronized void succeeded(String user, InetAddress address) {
        known.put(new Pair(name(user), network(address)), clock.instant());
    }

    /**
     * Authentication has failed.
     *
     * @param user who it was to be, null where nobody knows
     * @param address where from, null where that is not counted
     */
    synchronized Failure failed(@Nullable String user, @Nullable InetAddress address, AuthSettings limits) {
        if (user != null) {
            count(byUser, name(user), limits.window());
        }
        int ofAddress = address == null ? 0 : count(byAddress, network(address), limits.window());
        boolean isTold = (ofAddress <= FIRST_TOLD || Integer.bitCount(ofAddress) == 1) && takeLine();
        if (!isTold) {
            untold++;
            return new Failure(false, ofAddress, 0);
        }
        long before = untold;
        untold = 0;
        return new Failure(true, ofAddress, before);
    }

    private boolean takeLine() {
        var now = clock.instant();
        if (!now.isBefore(minute.plus(MINUTE))) {
            minute = now;
            lines = 0;
        }
        return ++lines <= MOST_LINES;
    }

    private <K> int count(Map<K, Tally> tallies, K key, Duration window) {
        var before = tallies.get(key);
        var now = before == null || isOver(before, window)
                ? new Tally(1, clock.instant())
                : new Tally(before.count() == Integer.MAX_VALUE ? before.count() : before.count() + 1, before.since());
        tallies.put(key, now);
        return now.count();
    }

    private static String name(String user) {
        var lower = user.toLowerCase(Locale.ROOT);
        return lower.length() > LONGEST_NAME ? lower.substring(0, LONGEST_NAME) : lower;
    }

    private static InetAddress network(InetAddress address) {
        return address.getAddress().length == 4 ? address : Networks.network(address, NETWORK_V6);
    }

    /** How much is remembered. */
    synchronized int remembered() {
        return byAddress.size() + byUser.size() + known.size();
    }
}
