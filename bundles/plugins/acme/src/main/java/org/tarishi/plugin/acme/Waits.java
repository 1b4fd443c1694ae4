package org.tarishi.plugin.acme;

import java.time.Clock;
import java.time.Duration;

/**
 * The time, and how it passes: what a test takes into its own hands.
 *
 * @param clock tells the time
 * @param sleeper waits
 */
record Waits(Clock clock, Sleeper sleeper) {

    /** Lets time pass. */
    @FunctionalInterface
    interface Sleeper {

        /** Returns when the time has passed. */
        void sleep(Duration time) throws InterruptedException;
    }
}
