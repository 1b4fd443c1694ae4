package org.tarishi.core.delivery;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Counts the calls that are under way, so that it is known when the last of them has ended. Any thread. */
final class Calls {

    private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
    private int running;
    private boolean isLast;

    /** One call; it ends once. */
    interface Call extends AutoCloseable {
        @Override
        void close();
    }

    /** Begins a call. */
    synchronized Call enter() {
        running++;
        return this::leave;
    }

    private synchronized void leave() {
        running--;
        complete();
    }

    /** No more calls are to come but those of who is late; completed when none is under way. */
    synchronized CompletionStage<?> over() {
        isLast = true;
        complete();
        return over;
    }

    private void complete() {
        if (isLast && running == 0) {
            over.complete(null);
        }
    }
}
