package org.tarishi.core.message;

import java.util.concurrent.atomic.AtomicLong;

/** Counts the bytes of all messages in memory. Any thread. */
final class MemoryBudget {

    private final AtomicLong used = new AtomicLong();

    /** Takes bytes if they fit under a limit; tells whether they did. */
    boolean take(long bytes, long limit) {
        if (used.addAndGet(bytes) > limit) {
            used.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void release(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Tells whether three quarters are gone: time to use the disk before the limit is there. */
    boolean isTight(long limit) {
        return used.get() > limit / 4 * 3;
    }

    long used() {
        return used.get();
    }
}
