package org.tarishi.core.queue;

import java.util.concurrent.FutureTask;

/** Virtual threads that keep hold of nothing of what they did. */
final class Errands {

    private Errands() {}

    /**
     * Starts one. A virtual thread keeps its task after its end, and Felix 7.0.5 may keep the thread in the lock table of a class loader; a
     * future lets go of what it has done, and so nothing holds a version of this bundle that was replaced.
     *
     * @param task throws nothing: nobody would hear of it
     */
    static void start(String name, Runnable task) {
        var _ = Thread.ofVirtual().name(name).start(new FutureTask<>(task, null));
    }
}
