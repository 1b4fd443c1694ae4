package org.tarishi.core.server;

import io.netty.channel.Channel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Counts the connections that were accepted and are not closed, whether they have a session yet or not. Any thread. */
final class Children {

    private final CompletableFuture<@Nullable Void> gone = new CompletableFuture<>();
    private int open;
    private boolean isLast;

    /** Counts a connection, until it is closed. */
    void add(Channel child) {
        synchronized (this) {
            open++;
        }
        child.closeFuture().addListener(_ -> closed());
    }

    private synchronized void closed() {
        open--;
        look();
    }

    /** No more connections are to come; completed when none is open. */
    synchronized CompletionStage<?> whenGone() {
        isLast = true;
        look();
        return gone;
    }

    private void look() {
        if (isLast && open == 0) {
            gone.complete(null);
        }
    }
}
