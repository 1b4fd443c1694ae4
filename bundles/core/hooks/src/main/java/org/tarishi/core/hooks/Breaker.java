package org.tarishi.core.hooks;

import java.util.function.Supplier;

/**
 * Counts a plugin's faults, and keeps it from being called for a while after too many. Any thread.
 *
 * <p>Closed: called. Open: not called until the pause is over. Then one call is let through as a probe, and its outcome decides.
 * Open for good: not called again; only a stuck call does that.
 */
final class Breaker {

    /** What a report has changed. */
    enum Change {
        NONE,
        OPENED,
        CLOSED
    }

    private enum State {
        CLOSED,
        OPEN,
        PROBING,
        OPEN_FOR_GOOD
    }

    private final Supplier<ChainSettings> settings;
    private volatile State state = State.CLOSED;
    private long[] faults = new long[0];
    private int next;
    private int counted;
    private long openedAt;
    private long total;

    Breaker(Supplier<ChainSettings> settings) {
        this.settings = settings;
    }

    /** Tells whether the plugin may be called; after a pause, one caller is told yes. */
    boolean allows(long now) {
        return state == State.CLOSED || probes(now);
    }

    private synchronized boolean probes(long now) {
        if (state != State.OPEN
                || now - openedAt < settings.get().breakerPause().toNanos()) {
            return state == State.CLOSED;
        }
        state = State.PROBING;
        return true;
    }

    /** Takes note of a call that answered. */
    Change success() {
        return state == State.CLOSED ? Change.NONE : close();
    }

    private synchronized Change close() {
        if (state != State.PROBING) {
            return Change.NONE;
        }
        state = State.CLOSED;
        counted = 0;
        return Change.CLOSED;
    }

    /** Takes note of a fault. */
    synchronized Change fault(long now) {
        total++;
        var limits = settings.get();
        if (state == State.PROBING) {
            state = State.OPEN;
            openedAt = now;
        }
        if (state != State.CLOSED) {
            return Change.NONE;
        }
        int most = limits.breakerFaults();
        if (faults.length != most) {
            faults = new long[most];
            next = 0;
            counted = 0;
        }
        faults[next] = now;
        next = (next + 1) % most;
        counted = Math.min(most, counted + 1);
        // next now points at the oldest of the last most faults
        if (counted < most || now - faults[next] > limits.breakerWindow().toNanos()) {
            return Change.NONE;
        }
        state = State.OPEN;
        openedAt = now;
        return Change.OPENED;
    }

    /** Opens it for good; tells whether it was not so already. */
    synchronized boolean openForGood() {
        boolean changed = state != State.OPEN_FOR_GOOD;
        state = State.OPEN_FOR_GOOD;
        return changed;
    }

    boolean isOpenForGood() {
        return state == State.OPEN_FOR_GOOD;
    }

    /** Returns how many faults there were in all. */
    synchronized long total() {
        return total;
    }

    @Override
    public String toString() {
        return switch (state) {
            case CLOSED -> "closed";
            case OPEN -> "open";
            case PROBING -> "open, probing";
            case OPEN_FOR_GOOD -> "open for good";
        };
    }
}
