package org.tarishi.core.queue;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/** Tells whether the disk has room for new mail, without asking it each time. */
final class Room {

    /** How long an answer of the file system is taken for true. */
    private static final long FRESH_NANOS = 1_000_000_000;

    private final Disk disk;
    private final LongSupplier wanted;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile long at = System.nanoTime() - 2 * FRESH_NANOS;
    private volatile boolean isShort;

    Room(Disk disk, LongSupplier wanted) {
        this.disk = disk;
        this.wanted = wanted;
    }

    /** Tells whether there was too little when that was last asked; asks anew off this thread where that is a while ago. */
    boolean isShort() {
        if (System.nanoTime() - at >= FRESH_NANOS && looking.compareAndSet(false, true)) {
            Thread.ofVirtual().name("queue room").start(this::look);
        }
        return isShort;
    }

    /** Asks the file system, which may take its time. */
    void look() {
        try {
            isShort = disk.usableSpace() < wanted.getAsLong();
        } catch (IOException | RuntimeException e) {
            // Whoever writes says what is wrong; a guess must not refuse mail.
            isShort = false;
        } finally {
            at = System.nanoTime();
            looking.set(false);
        }
    }
}
