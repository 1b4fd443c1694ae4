package org.tarishi.core.server;

import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes connection ids: short, in order of time, never twice.
 *
 * <p>Eleven characters count milliseconds since 1970, with room for 1,024 connections in each; after a burst the count runs ahead of the
 * clock until the clock has caught up. Two more characters differ from process to process, by chance, so that a clock that was set back
 * between two starts, or another host, does not bring an id again.
 */
final class Ids {

    /** Crockford's base 32: digits before letters, so that order of text is order of time; no I, L, O, U. */
    private static final char[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();

    private static final int TIME_DIGITS = 11;

    /** How many values the two characters have that tell processes apart. */
    static final int PROCESSES = 1 << 10;

    private final InstantSource clock;
    private final int process;
    private final AtomicLong last = new AtomicLong();

    /**
     * Makes one.
     *
     * @param process what tells it from others that make ids at the same time, 0 to {@value #PROCESSES} less one
     */
    Ids(InstantSource clock, int process) {
        this.clock = clock;
        this.process = process;
    }

    /**
     * Returns what tells this process from others, and within it one version of this bundle from the next, for a while both make ids.
     *
     * @param bundle the bundle's number
     */
    static int ofThisProcess(long bundle) {
        var me = ProcessHandle.current();
        int chance = Objects.hash(
                me.pid(),
                me.info().startInstant(),
                ManagementFactory.getRuntimeMXBean().getStartTime());
        return (int) Math.floorMod(chance * 31L + bundle, (long) PROCESSES);
    }

    String next() {
        long now = clock.millis() << 10;
        long value = last.updateAndGet(before -> Math.max(before + 1, now));
        var text = new char[TIME_DIGITS + 2];
        for (int i = TIME_DIGITS - 1; i >= 0; i--) {
            text[i] = DIGITS[(int) (value & 31)];
            value >>>= 5;
        }
        text[TIME_DIGITS] = DIGITS[process >> 5];
        text[TIME_DIGITS + 1] = DIGITS[process & 31];
        return new String(text);
    }
}
