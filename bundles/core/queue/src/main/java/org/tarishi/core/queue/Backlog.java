package org.tarishi.core.queue;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Bounds the bytes that wait to be written. */
final class Backlog {

    private static final int UNIT = 1024;

    private final int most;
    private final Semaphore free;

    Backlog(int bytes) {
        most = bytes / UNIT;
        free = new Semaphore(most, true);
    }

    /** Something larger than everything waits until nothing else is there. */
    private int units(long bytes) {
        return (int) Math.min(most, bytes / UNIT + 1);
    }

    boolean tryTake(long bytes) {
        return free.tryAcquire(units(bytes));
    }

    /** Waits for room; returns whether there was in time. */
    boolean take(long bytes, long millis) throws InterruptedException {
        return free.tryAcquire(units(bytes), millis, TimeUnit.MILLISECONDS);
    }

    void takeUninterruptibly(long bytes) {
        free.acquireUninterruptibly(units(bytes));
    }

    void give(long bytes) {
        free.release(units(bytes));
    }
}
