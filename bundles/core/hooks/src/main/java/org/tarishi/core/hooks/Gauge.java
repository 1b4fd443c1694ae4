package org.tarishi.core.hooks;

import java.time.Duration;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Moment;
import org.tarishi.api.hook.HookResult;
import org.tarishi.core.spi.TrialReport;

/**
 * How one version of a plugin does on a trial: its verdicts by moment, and the times of its calls. Fixed in size; any thread, no lock.
 *
 * <p>Times lie in buckets whose width is an eighth of their lower bound.
 */
final class Gauge {

    /** What a call came to. */
    enum Verdict {
        CONTINUE,
        OK,
        DENY,
        DENYSOFT,
        DISCONNECT,
        FAULT,
        TIMEOUT;

        /** Returns what an answer is to the chain. */
        static Verdict of(HookResult result) {
            return switch (result) {
                case HookResult.Continue _ -> CONTINUE;
                case HookResult.Ok _ -> OK;
                case HookResult.Deny _ -> DENY;
                case HookResult.DenySoft _ -> DENYSOFT;
                case HookResult.Disconnect _ -> DISCONNECT;
            };
        }

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int STEPS_BITS = 3;
    private static final int STEPS = 1 << STEPS_BITS;
    private static final int BUCKETS = (Long.SIZE - STEPS_BITS) * STEPS;
    private static final double HALF = 0.5;
    private static final double MOST = 0.99;

    private final AtomicLongArray verdicts = new AtomicLongArray(Moment.values().length * Verdict.values().length);
    private final AtomicLongArray times = new AtomicLongArray(BUCKETS);
    private final LongAdder dropped = new LongAdder();
    private final LongAdder agreed = new LongAdder();
    private final LongAdder differed = new LongAdder();

    /** Takes note of a call. */
    void heard(Moment moment, Verdict verdict, long nanos) {
        heard(moment, verdict);
        times.incrementAndGet(bucket(nanos));
    }

    /** Takes note of a call whose time nobody knows. */
    void heard(Moment moment, Verdict verdict) {
        verdicts.incrementAndGet(index(moment, verdict));
    }

    /** Takes note of a call that was left out. */
    void dropped() {
        dropped.increment();
    }

    /** Takes note of whether both versions have answered the same. */
    void compared(boolean isSame) {
        (isSame ? agreed : differed).increment();
    }

    @SuppressWarnings("EnumOrdinal") // an array, because it is written at each call; nothing is stored under the number
    private static int index(Moment moment, Verdict verdict) {
        return moment.ordinal() * Verdict.values().length + verdict.ordinal();
    }

    private static int bucket(long nanos) {
        long value = Math.max(0, nanos);
        if (value < STEPS) {
            return (int) value;
        }
        int high = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
        int shift = high - STEPS_BITS;
        return (shift + 1) * STEPS + (int) ((value >>> shift) & (STEPS - 1));
    }

    /** Returns the longest time of a bucket. */
    private static long longest(int bucket) {
        if (bucket < STEPS) {
            return bucket;
        }
        int shift = bucket / STEPS - 1;
        return ((long) (STEPS + bucket % STEPS + 1) << shift) - 1;
    }

    TrialReport.Side report() {
        var counts = new TreeMap<String, Long>();
        for (var moment : Moment.values()) {
            for (var verdict : Verdict.values()) {
                long count = verdicts.get(index(moment, verdict));
                if (count > 0) {
                    counts.put(moment.key() + " " + verdict.key(), count);
                }
            }
        }
        long all = 0;
        for (int i = 0; i < BUCKETS; i++) {
            all += times.get(i);
        }
        return new TrialReport.Side(
                counts, all, share(all, HALF), share(all, MOST), dropped.sum(), agreed.sum(), differed.sum());
    }

    /** Returns the time that this part of the calls did not exceed. */
    private Duration share(long all, double part) {
        long wanted = (long) Math.ceil(all * part);
        long seen = 0;
        for (int i = 0; i < BUCKETS && wanted > 0; i++) {
            seen += times.get(i);
            if (seen >= wanted) {
                return Duration.ofNanos(longest(i));
            }
        }
        return Duration.ZERO;
    }

    /** Compares the answers that the two versions give to one question, when both are there. */
    static final class Pair {

        private final Gauge gauge;
        private @Nullable Verdict first;
        private boolean isDone;

        Pair(Gauge gauge) {
            this.gauge = gauge;
        }

        synchronized void heard(Verdict verdict) {
            var other = first;
            if (other == null) {
                first = verdict;
            } else if (!isDone) {
                isDone = true;
                gauge.compared(other == verdict);
            }
        }
    }
}
