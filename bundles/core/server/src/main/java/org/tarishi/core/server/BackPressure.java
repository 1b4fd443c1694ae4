package org.tarishi.core.server;

import java.time.Duration;

/**
 * What clients that come to have mail sent on feel of a queue that fills faster than it empties: they are greeted later and later, and at
 * last not at all.
 *
 * @param delay how much later
 * @param isFull whether not at all
 */
record BackPressure(Duration delay, boolean isFull) {

    /** From how full on, in percent. */
    private static final int FROM = 80;

    private static final int FULL = 100;

    /**
     * Returns it for a queue.
     *
     * @param fullness how full that is, in percent
     * @param longest the delay just before it is full
     */
    static BackPressure of(int fullness, Duration longest) {
        int over = Math.clamp(fullness - FROM, 0, FULL - FROM);
        return new BackPressure(longest.multipliedBy(over).dividedBy(FULL - FROM), fullness >= FULL);
    }
}
