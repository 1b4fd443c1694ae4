package org.tarishi.core.hooks;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a virtual thread is to do, let go of as soon as it has begun.
 *
 * <p>A virtual thread keeps its task after its end, and the framework may keep the thread: Felix 7.0.5 leaves one in the lock table of a
 * bundle's class loader when two threads load the same class for the first time. Through a walk along the chain, a plugin that was
 * replaced would then stay in memory for good.
 */
final class Errand implements Runnable {

    private @Nullable Runnable task;

    private Errand(Runnable task) {
        this.task = task;
    }

    /** Starts a virtual thread that does something, and keeps hold of nothing of it. */
    static Thread start(String name, Runnable task) {
        return Thread.ofVirtual().name(name).start(new Errand(task));
    }

    @Override
    public void run() {
        var now = Objects.requireNonNull(task, "an errand is run once");
        task = null;
        now.run();
    }
}
