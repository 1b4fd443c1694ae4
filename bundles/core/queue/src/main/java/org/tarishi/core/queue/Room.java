package org.tarishi.core.queue;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Tells whether the disk has room for new mail, without asking it each time: what was taken since counts, so that a fast disk is not filled between two
 * questions. Any thread.
 */
final class Room {

    /** How long an answer of the file system is taken for true. */
    private static final long FRESH_NANOS = 1_000_000_000;

    private final Disk disk;
    private final LongSupplier wanted;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile long at = System.nanoTime() - 2 * FRESH_NANOS;
    private final LongAdder takenSince = new LongAdder();
    private volatile long usable = Long.MAX_VALUE;

    Room(Disk disk, LongSupplier wanted) {
        this.disk = disk;
        this.wanted = wanted;
    }

    /** Tells whether there is too little by the last answer and what was taken since; asks anew off this thread where that is a while ago. */
    boolean isShort() {
        if (System.nanoTime() - at >= FRESH_NANOS && looking.compareAndSet(false, true)) {
            Thread.ofVirtual().name("queue room").start(this::look);
        }
        return usable - takenSince.sum() < wanted.getAsLong();
    }

    /** Takes note of bytes that are about to be written. */
    void taken(long bytes) {
        takenSince.add(bytes);
    }

    /** Asks the file system, which may take its time. */
    private void look() {
        try {
            takenSince.reset();
            usable = disk.usableSpace();
        } catch (IOException | RuntimeException e) {
            // Whoever writes says what is wrong; a guess must not refuse mail.
            usable = Long.MAX_VALUE;
        } finally {
            at = System.nanoTime();
            looking.set(false);
        }
    }
}
