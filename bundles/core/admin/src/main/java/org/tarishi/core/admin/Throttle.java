package org.tarishi.core.admin;

import java.net.Inet6Address;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes who guesses passwords wait, longer with each wrong one: each address alone, and all of them together.
 *
 * <p>It holds no thread: it says how long to stay away. An attempt counts as failed from its beginning until
 * {@link #succeeded}, so that attempts sent at once gain nothing. Thread-safe.
 */
final class Throttle {
    /** So many addresses are remembered; past that the one seen longest ago is forgotten, and the common count still holds. */
    static final int ADDRESSES = 10_000;

    /** All addresses together have so many times the free failures of one. */
    static final int ALL = 20;

    /** Guessing from many places must not lock the operator out for long. */
    static final Duration LONGEST_FOR_ALL = Duration.ofSeconds(30);

    private static final int MOST_DOUBLINGS = 30;

    private record Count(int failures, Instant last) {
        static final Count NONE = new Count(0, Instant.EPOCH);
    }

    private final Clock clock;
    private final Map<String, Count> counts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
            return size() > ADDRESSES;
        }
    };
    private Count all = Count.NONE;

    Throttle(Clock clock) {
        this.clock = clock;
    }

    /** Returns how long the address has to wait, or nothing when it may try now. */
    synchronized Optional<Duration> attempt(String address, Settings settings) {
        var now = clock.instant();
        var key = key(address);
        var longest = settings.loginDelay();
        var own = current(counts.getOrDefault(key, Count.NONE), now, longest);
        var together = current(all, now, longest);
        var wait = longer(
                wait(own, now, settings.loginFailures(), longest),
                wait(together, now, settings.loginFailures() * ALL, shorter(longest, LONGEST_FOR_ALL)));
        if (wait.isPositive()) {
            return Optional.of(wait);
        }
        counts.put(key, new Count(own.failures() + 1, now));
        all = new Count(together.failures() + 1, now);
        return Optional.empty();
    }

    /** Forgets the failures of an address that knew the password. */
    synchronized void succeeded(String address) {
        counts.remove(key(address));
        all = new Count(Math.max(0, all.failures() - 1), all.last());
    }

    private static Count current(Count count, Instant now, Duration longest) {
        return Duration.between(count.last(), now).compareTo(longest.multipliedBy(2)) > 0 ? Count.NONE : count;
    }

    private static Duration wait(Count count, Instant now, int free, Duration longest) {
        if (count.failures() < free) {
            return Duration.ZERO;
        }
        var delay = shorter(longest, Duration.ofSeconds(1L << Math.min(count.failures() - free, MOST_DOUBLINGS)));
        // Never longer than the delay itself, though the clock may have been set back.
        return shorter(delay, Duration.between(now, count.last().plus(delay)));
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    /** An IPv6 client holds a whole /64, so that counts as one address. */
    private static String key(String address) {
        return Authority.literal(address)
                .filter(Inet6Address.class::isInstance)
                .map(six -> HexFormat.of().formatHex(Arrays.copyOf(six.getAddress(), 8)))
                .orElse(address);
    }
}
