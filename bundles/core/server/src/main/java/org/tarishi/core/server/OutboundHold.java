package org.tarishi.core.server;

import io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Reply;
import org.tarishi.api.Transaction;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.OutboundQueue;

/**
 * The place of the queue for other hosts. While a queue that was there is being replaced, what is handed in waits for the next one, for a
 * time, and no client hears of it. At most one message a session waits. Any thread.
 */
final class OutboundHold implements OutboundQueue {

    private static final Logger LOG = LoggerFactory.getLogger(OutboundHold.class);

    private final EventExecutorGroup timer;
    private final Supplier<Duration> most;

    /** Read while a message is handed over, written when queues come and go: a queue that has gone is given nothing more. */
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    private @Nullable OutboundQueue current;
    private volatile boolean isHolding;
    private volatile Duration longestHold = Duration.ZERO;
    private volatile boolean hasPriorities;
    private List<Waiting> waiting = new ArrayList<>();
    private long departures;

    /** A message that waits. */
    private record Waiting(
            Transaction tx, LiveMessage message, Generation generation, Executor turn, Consumer<Submitted> then) {

        void handTo(OutboundQueue queue) {
            run(() -> queue.submit(tx, message, generation, turn, then));
        }

        void refuse() {
            run(() -> then.accept(new Submitted.Refused(Replies.NO_OUTBOUND)));
        }

        private void run(Runnable code) {
            try {
                turn.execute(code);
            } catch (RejectedExecutionException e) {
                LOG.debug("who handed in {} is gone", tx.id());
            }
        }
    }

    /**
     * Makes one.
     *
     * @param timer ends the wait
     * @param most how long one waits
     */
    OutboundHold(EventExecutorGroup timer, Supplier<Duration> most) {
        this.timer = timer;
        this.most = most;
    }

    /** A queue has come. */
    void bind(OutboundQueue queue) {
        List<Waiting> all;
        lock.writeLock().lock();
        try {
            current = queue;
            isHolding = false;
            all = waiting;
            waiting = new ArrayList<>();
        } finally {
            lock.writeLock().unlock();
        }
        // By way of this, for it may go again before their turn has come.
        all.forEach(one -> one.handTo(this));
    }

    /** A queue has gone; when this returns nothing is handed to it any more. */
    void unbind(OutboundQueue queue) {
        // What clients are offered stays the same meanwhile.
        var offeredHold = queue.longestHold();
        boolean offeredPriorities = queue.hasPriorities();
        long departure;
        lock.writeLock().lock();
        try {
            if (current == null || !current.equals(queue)) {
                return;
            }
            current = null;
            longestHold = offeredHold;
            hasPriorities = offeredPriorities;
            isHolding = !most.get().isZero();
            departure = ++departures;
        } finally {
            lock.writeLock().unlock();
        }
        if (isHolding) {
            try {
                var _ = timer.schedule(() -> tooLong(departure), most.get().toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                // the server stops, and its sessions have ended
                tooLong(departure);
            }
        }
    }

    private void tooLong(long departure) {
        List<Waiting> all;
        lock.writeLock().lock();
        try {
            if (!isHolding || departure != departures) {
                return;
            }
            isHolding = false;
            all = waiting;
            waiting = new ArrayList<>();
        } finally {
            lock.writeLock().unlock();
        }
        all.forEach(Waiting::refuse);
    }

    /** Returns what takes messages now; null while there is none, and none is waited for. */
    @Nullable OutboundQueue queue() {
        lock.readLock().lock();
        try {
            return current != null || isHolding ? this : null;
        } finally {
            lock.readLock().unlock();
        }
    }

    private Optional<OutboundQueue> present() {
        lock.readLock().lock();
        try {
            return Optional.ofNullable(current);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void submit(
            Transaction tx, LiveMessage message, Generation generation, Executor turn, Consumer<Submitted> then) {
        lock.readLock().lock();
        try {
            var queue = current;
            if (queue != null) {
                queue.submit(tx, message, generation, turn, then);
                return;
            }
        } finally {
            lock.readLock().unlock();
        }
        var one = new Waiting(tx, message, generation, turn, then);
        lock.writeLock().lock();
        try {
            if (current == null && isHolding) {
                waiting.add(one);
                return;
            }
        } finally {
            lock.writeLock().unlock();
        }
        if (present().isPresent()) {
            one.handTo(this);
        } else {
            one.refuse();
        }
    }

    @Override
    public Optional<Reply> refusal() {
        return present().flatMap(OutboundQueue::refusal);
    }

    @Override
    public int fullness() {
        return present().map(OutboundQueue::fullness).orElse(0);
    }

    @Override
    public Duration longestHold() {
        return present().map(OutboundQueue::longestHold).orElse(longestHold);
    }

    @Override
    public boolean hasPriorities() {
        return present().map(OutboundQueue::hasPriorities).orElse(hasPriorities);
    }
}
