package io.netty.util.concurrent;

import java.util.concurrent.ExecutionException;

/** Shows what Netty's executors have scheduled, which they tell only to their own package. */
public final class Timers {

    private Timers() {}

    /** Returns how many tasks wait for their time. */
    public static int scheduled(EventExecutorGroup group) throws InterruptedException, ExecutionException {
        int count = 0;
        for (var executor : group) {
            var one = (AbstractScheduledEventExecutor) executor;
            count += one.submit(() -> one.scheduledTaskQueue().size()).get();
        }
        return count;
    }
}
