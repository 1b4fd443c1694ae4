package org.tarishi.core.scheduler;

import java.time.Duration;

/**
 * How fast one destination is served. One thread at a time.
 *
 * <p>It begins with a few attempts at once, is given one more with each that went well, and half as many when it wants no mail now or
 * does not answer. After several in a row without any success it is at rest: nothing is tried, and after a while one mail is, as a probe;
 * while that fails, the rests become longer. So a destination that is down costs one connection now and then, however much mail waits
 * for it.
 */
final class Pace {

    /** What the attempts of a destination came to, as far as its pace goes. */
    enum Sign {
        /** It took mail, or refused it for good: it works. */
        GOOD,
        /** It took nothing of this mail for now. */
        DEFERS,
        /** It wants no mail now, or nobody answers. */
        DOWN,
        /** Nothing was learned. */
        NONE
    }

    /** What may be done with the next mail. */
    enum Leave {
        /** Try it. */
        GO,
        /** As many as may be are under way. */
        FULL,
        /** The destination is at rest: the mail is put off without an attempt. */
        RESTING
    }

    private static final int MOST = 1_000_000;

    /** So many times as many mails may be put off for the first time: who greylists does that to each, and has nothing against the sender. */
    private static final int NEW_ONES = 10;

    private int window;
    private int failed;
    private int putOff;
    private long restNanos;
    private long restUntil;
    private boolean isResting;
    private boolean isProbing;

    Pace(int first) {
        window = first;
    }

    /**
     * Tells what may be done now.
     *
     * @param active how many attempts are under way
     */
    Leave leave(int active, long now) {
        if (isResting) {
            if (now - restUntil < 0) {
                return Leave.RESTING;
            }
            // the probe of this destination is under way, or attempts from before the rest are
            return isProbing || active > 0 ? Leave.FULL : Leave.GO;
        }
        return active < window ? Leave.GO : Leave.FULL;
    }

    /** An attempt begins. */
    void started() {
        isProbing = isResting;
    }

    /**
     * An attempt has ended.
     *
     * @param wasPutOff whether this mail is known to have been put off before
     * @param most the most attempts at once that other rules allow: there is no use in growing beyond it
     */
    void ended(
            Sign sign,
            boolean wasPutOff,
            long now,
            int first,
            int most,
            int restAfter,
            Duration rest,
            Duration longestRest) {
        boolean wasProbe = isProbing;
        isProbing = false;
        switch (sign) {
            case GOOD -> {
                failed = 0;
                putOff = 0;
                restNanos = 0;
                if (isResting) {
                    isResting = false;
                    window = first;
                } else {
                    window = Math.min(window + 1, Math.max(first, Math.min(most, MOST)));
                }
            }
            case DEFERS, DOWN -> {
                if (sign == Sign.DEFERS && !wasPutOff) {
                    putOff++;
                } else {
                    failed++;
                }
                window = Math.max(1, window / 2);
                if (wasProbe || (!isResting && failed + putOff / NEW_ONES >= restAfter)) {
                    restNanos = restNanos == 0
                            ? rest.toNanos()
                            : Math.min(restNanos * 2, Math.max(rest.toNanos(), longestRest.toNanos()));
                    restUntil = now + restNanos;
                    isResting = true;
                }
            }
            case NONE -> {}
        }
    }

    /** Forgets the rest: an operator knows better. */
    void wake(int first) {
        if (isResting) {
            isResting = false;
            isProbing = false;
            failed = 0;
            putOff = 0;
            restNanos = 0;
            window = first;
        }
    }

    boolean isResting() {
        return isResting;
    }

    /** Returns when the rest ends, by the time of those who told of attempts; only while it rests. */
    long restUntil() {
        return restUntil;
    }

    int window() {
        return isResting ? 1 : window;
    }

    /** Tells whether there is nothing about it worth keeping. */
    boolean isNew(int first) {
        return !isResting && failed == 0 && putOff == 0 && window <= first;
    }
}
