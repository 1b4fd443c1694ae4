package org.tarishi.core.services;

import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The place of a service that comes and goes.
 *
 * <p>Each call leases it. {@link #unbind} waits for the leases taken before, so that nothing is stopped under its callers. No lock is
 * held during a call. Any thread.
 *
 * @param <T> the service
 */
final class Backend<T> {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition came = lock.newCondition();

    /** All that are bound: one, two for a moment while one takes the place of another. Guarded by the lock. */
    private final IdentityHashMap<T, Lease<T>> bound = new IdentityHashMap<>();

    private volatile @Nullable Lease<T> current;

    /** Puts a service in place; it is the one that is leased from now on. */
    void bind(T service) {
        lock.lock();
        try {
            var lease = new Lease<>(service);
            bound.put(service, lease);
            current = lease;
            came.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a service away and waits until its calls have ended.
     *
     * @return whether they have, in time
     */
    boolean unbind(T service, Duration drain) {
        Lease<T> leaving;
        lock.lock();
        try {
            leaving = bound.remove(service);
            if (leaving == null) {
                return true;
            }
            if (leaving.equals(current)) {
                current = bound.values().stream().findFirst().orElse(null);
            }
        } finally {
            lock.unlock();
        }
        return leaving.drain(drain);
    }

    /** Leases the service, waiting a while for one to come; nothing when none did, or this thread was interrupted. */
    Optional<Lease<T>> lease(Duration wait) {
        var lease = current;
        if (lease != null && lease.enter()) {
            return Optional.of(lease);
        }
        lock.lock();
        try {
            long left = wait.toNanos();
            while (true) {
                // Under the lock: what is current has not begun to leave, so it can be entered.
                lease = current;
                if (lease != null && lease.enter()) {
                    return Optional.of(lease);
                }
                if (left <= 0) {
                    return Optional.empty();
                }
                left = came.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A service and how many are calling it.
     *
     * @param <T> the service
     */
    static final class Lease<T> implements AutoCloseable {

        private final T service;

        /** One party for being bound, one for each call; terminated when all are gone. */
        private final Phaser calls = new Phaser(1);

        Lease(T service) {
            this.service = service;
        }

        /** Returns the service; to be called until {@link #close}. */
        T service() {
            return service;
        }

        private boolean enter() {
            return calls.register() >= 0;
        }

        @Override
        public void close() {
            calls.arriveAndDeregister();
        }

        private boolean drain(Duration wait) {
            int phase = calls.arriveAndDeregister();
            try {
                calls.awaitAdvanceInterruptibly(phase, wait.toMillis(), TimeUnit.MILLISECONDS);
                return true;
            } catch (TimeoutException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }
}
