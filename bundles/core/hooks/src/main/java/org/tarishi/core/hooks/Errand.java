package org.tarishi.core.hooks;

import java.util.concurrent.FutureTask;

/**
 * What a virtual thread is to do, let go of when it is done.
 *
 * <p>A virtual thread keeps its task after its end, and the framework may keep the thread: Felix 7.0.5 leaves one in the lock table of a
 * bundle's class loader when two threads load the same class for the first time. Through a walk along the chain, a plugin that was
 * replaced would then stay in memory for good; and so would this bundle itself, if the task were of a class of its own.
 */
final class Errand {

    private Errand() {}

    /** Starts a virtual thread that does something, and keeps hold of nothing of it. */
    static Thread start(String name, Runnable task) {
        return Thread.ofVirtual().name(name).start(new FutureTask<>(() -> run(task), null));
    }

    /** A future would keep to itself what is thrown. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            var thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }
}
