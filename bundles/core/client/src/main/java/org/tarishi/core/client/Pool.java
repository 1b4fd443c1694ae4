package org.tarishi.core.client;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.NoConnectionException;

/**
 * The connections that wait for their next mail, and the count of all.
 *
 * <p>A connection has a place from before it is opened until it is closed; there are {@link Settings#maxConnections()} of them. When all
 * are taken, the one that has been idle longest makes room; when none is idle, the newcomer waits. The youngest idle connection is used
 * first, so that those too many grow old and go. Any thread; nothing blocks but {@link #acquire} and {@link #awaitWork}.
 */
final class Pool {

    private final Supplier<Settings> settings;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition work = lock.newCondition();
    private final Map<Route, Deque<Session>> idle = new HashMap<>();
    private int places;
    private boolean isClosed;

    Pool(Supplier<Settings> settings, Ticker ticker) {
        this.settings = settings;
        this.ticker = ticker;
    }

    /**
     * Takes a kept connection to a next hop, one that is there and silent, or else a place for a new one.
     *
     * @param time how long to wait for either
     * @param mayBeKept whether a kept one will do
     * @throws NoConnectionException when there is neither for that time
     * @return the connection, whose place comes with it; nothing for a place alone
     */
    Optional<Session> acquire(Route route, Duration time, boolean mayBeKept) throws IOException {
        long left = time.toNanos();
        while (true) {
            Optional<Session> kept;
            Optional<Session> evicted = Optional.empty();
            lock.lock();
            try {
                if (isClosed) {
                    throw new IOException("the SMTP client has stopped");
                }
                kept = mayBeKept ? removeYoungest(route) : Optional.empty();
                if (kept.isEmpty()) {
                    if (places < settings.get().maxConnections()) {
                        if (++places == 1) {
                            work.signal();
                        }
                        return Optional.empty();
                    }
                    evicted = removeOldest();
                    if (evicted.isEmpty()) {
                        if (left <= 0) {
                            throw new NoConnectionException(
                                    "all " + places + " connections of the SMTP client are in use (maxConnections)");
                        }
                        left = room.awaitNanos(left);
                        continue;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for a connection", e);
            } finally {
                lock.unlock();
            }
            if (kept.isEmpty()) {
                evicted.ifPresent(Session::quit);
                return Optional.empty();
            }
            if (kept.get().isHealthy()) {
                return kept;
            }
            kept.get().close();
            release();
        }
    }

    private Optional<Session> removeYoungest(Route route) {
        var waiting = idle.get(route);
        if (waiting == null) {
            return Optional.empty();
        }
        var session = waiting.removeLast();
        if (waiting.isEmpty()) {
            idle.remove(route);
        }
        return Optional.of(session);
    }

    private Optional<Session> removeOldest() {
        Session oldest = null;
        for (var waiting : idle.values()) {
            var session = waiting.getFirst();
            if (oldest == null || session.idleSince() < oldest.idleSince()) {
                oldest = session;
            }
        }
        if (oldest == null) {
            return Optional.empty();
        }
        var waiting = idle.get(oldest.route());
        if (waiting != null) {
            waiting.removeFirst();
            if (waiting.isEmpty()) {
                idle.remove(oldest.route());
            }
        }
        return Optional.of(oldest);
    }

    /** Takes a connection back that is in order; it is kept, or closed with its place given back. */
    void give(Session session) {
        session.rest(ticker.now());
        lock.lock();
        try {
            var now = settings.get();
            boolean isWanted = !isClosed && session.isOf(now) && places <= now.maxConnections();
            if (isWanted && now.maxIdlePerRoute() > 0) {
                var waiting = idle.computeIfAbsent(session.route(), route -> new ArrayDeque<>());
                if (waiting.size() < now.maxIdlePerRoute()) {
                    waiting.addLast(session);
                    room.signal();
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
        session.quit();
        release();
    }

    /** Gives the place of a connection back that is closed, or was never opened. */
    void release() {
        lock.lock();
        try {
            places--;
            room.signal();
            if (places == 0 && isClosed) {
                work.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Closes what has been idle for too long. */
    void sweep() {
        closeIdle(settings.get().idleTime());
    }

    /** Closes what is idle; for new settings. */
    void clear() {
        closeIdle(Duration.ZERO);
    }

    /** Closes what is idle, and has what is in use closed when it comes back. */
    void close() {
        lock.lock();
        try {
            isClosed = true;
            room.signalAll();
            work.signal();
        } finally {
            lock.unlock();
        }
        clear();
    }

    private void closeIdle(Duration age) {
        List<Session> old = new ArrayList<>();
        lock.lock();
        try {
            long newest = ticker.now() - age.toNanos();
            for (Iterator<Deque<Session>> routes = idle.values().iterator(); routes.hasNext(); ) {
                var waiting = routes.next();
                while (!waiting.isEmpty() && waiting.getFirst().idleSince() <= newest) {
                    old.add(waiting.removeFirst());
                }
                if (waiting.isEmpty()) {
                    routes.remove();
                }
            }
        } finally {
            lock.unlock();
        }
        for (var session : old) {
            session.quit();
            release();
        }
    }

    /**
     * Waits a while, or as long as there is no connection at all.
     *
     * @return whether there may be more to do; not so when closed and empty
     */
    @SuppressWarnings("WaitNotInLoop") // being woken early only means to look around early
    boolean awaitWork(Duration pause) throws InterruptedException {
        lock.lock();
        try {
            while (places == 0 && !isClosed) {
                work.await();
            }
            if (places == 0) {
                return false;
            }
            work.awaitNanos(pause.toNanos());
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many connections there are, idle ones included. */
    int places() {
        lock.lock();
        try {
            return places;
        } finally {
            lock.unlock();
        }
    }
}
