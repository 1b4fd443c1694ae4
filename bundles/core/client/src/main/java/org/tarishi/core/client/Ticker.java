package org.tarishi.core.client;

/** Tells how much time has gone by, in nanoseconds since an instant of its own; never less than 0, never backwards. Any thread. */
@FunctionalInterface
interface Ticker {

    /** Returns the time. */
    long now();

    /** Returns a ticker on {@link System#nanoTime()}. */
    static Ticker system() {
        long origin = System.nanoTime();
        return () -> System.nanoTime() - origin;
    }
}
