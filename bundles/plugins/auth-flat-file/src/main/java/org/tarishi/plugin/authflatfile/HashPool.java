package org.tarishi.plugin.authflatfile;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.tarishi.api.service.LookupException;

/**
 * Where hashes are computed: so many at once, so many waiting, and no longer than a limit.
 *
 * <p>The threads are platform threads: a computation never waits, so that on a virtual one it would keep its carrier, and a few wrong
 * passwords all sessions. How many there are bounds the memory, too. Threads are made when they are needed and end when they are not.
 */
final class HashPool implements AutoCloseable {

    private static final Duration IDLE = Duration.ofSeconds(30);

    private final ThreadPoolExecutor executor;
    private final Duration patience;

    /**
     * Makes one.
     *
     * @param threads how many at once
     * @param waiting how many may wait
     * @param patience how long one may wait and take
     */
    HashPool(int threads, int waiting, Duration patience) {
        this.patience = patience;
        executor = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new ArrayBlockingQueue<>(waiting),
                Thread.ofPlatform().daemon().name("password hash ", 0).factory());
        executor.allowCoreThreadTimeOut(true);
    }

    /** Work with a password of its own, which is wiped when the work is done, and when it never will be. */
    private static final class Work<T> extends FutureTask<T> {

        private final Password password;

        Work(Password password, Callable<T> work) {
            super(() -> {
                try (password) {
                    return work.call();
                }
            });
            this.password = password;
        }

        @Override
        protected void done() {
            if (isCancelled()) {
                password.close();
            }
        }
    }

    /** What is computed of a password. */
    @FunctionalInterface
    interface Computation<T> {
        /** Computes it; the password is wiped afterwards. */
        T of(Password password);
    }

    /**
     * Computes something of a copy of the password, and waits for it.
     *
     * @throws LookupException when there is too much to do
     */
    <T> T compute(Password password, Computation<T> computation) throws LookupException {
        var own = password.copy();
        var work = new Work<T>(own, () -> computation.of(own));
        try {
            executor.execute(work);
            return work.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            own.close();
            throw new LookupException("too many passwords to check at once (hashQueue)", e);
        } catch (TimeoutException e) {
            // One that has begun goes on, and wipes its password itself.
            executor.remove(work);
            var _ = work.cancel(false);
            throw new LookupException("a password could not be checked within hashWait", e);
        } catch (ExecutionException e) {
            throw new LookupException("a password could not be checked: " + e.getCause(), e);
        } catch (InterruptedException | CancellationException e) {
            var _ = work.cancel(false);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new LookupException("interrupted", e);
        }
    }

    /** Has work done some time, with a copy of the password; drops it when there is too much to do. */
    void later(Password password, java.util.function.Consumer<Password> task) {
        var own = password.copy();
        var work = new Work<Boolean>(own, () -> {
            task.accept(own);
            return true;
        });
        try {
            executor.execute(work);
        } catch (RejectedExecutionException e) {
            own.close();
        }
    }

    @Override
    public void close() {
        for (var left : executor.shutdownNow()) {
            if (left instanceof Work<?> work) {
                var _ = work.cancel(false);
            }
        }
    }
}
