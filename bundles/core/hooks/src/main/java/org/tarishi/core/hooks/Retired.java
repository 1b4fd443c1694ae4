package org.tarishi.core.hooks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether an engine that a successor has taken the place of still serves anybody. Each look costs nothing that sessions pay, and there
 * is none before a successor comes. Any thread.
 */
final class Retired {

    private static final long INTERVAL_MILLIS = 50;

    private final BooleanSupplier isUnused;
    private final LongAdder sessions = new LongAdder();
    private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
    private @Nullable Thread watcher;

    /**
     * Makes one.
     *
     * @param isUnused tells whether nothing is asked any more
     */
    Retired(BooleanSupplier isUnused) {
        this.isUnused = isUnused;
    }

    /** Counts the sessions that are open: up and down. */
    LongAdder sessions() {
        return sessions;
    }

    /** Begins to look; completed when it serves nobody. */
    synchronized CompletionStage<?> begin() {
        if (watcher == null && !over.isDone()) {
            watcher = Thread.ofVirtual().name("tarishi-hooks-retire").start(this::watch);
        }
        return over;
    }

    private void watch() {
        try {
            while (!isOver()) {
                Thread.sleep(INTERVAL_MILLIS);
            }
            over.complete(null);
        } catch (InterruptedException e) {
            // it ends before
            over.complete(null);
        }
    }

    /** Looks once. */
    boolean isOver() {
        return sessions.sum() <= 0 && isUnused.getAsBoolean();
    }

    /** It ends, whoever it serves. */
    synchronized void end() {
        var running = watcher;
        if (running != null) {
            running.interrupt();
        }
        over.complete(null);
    }
}
