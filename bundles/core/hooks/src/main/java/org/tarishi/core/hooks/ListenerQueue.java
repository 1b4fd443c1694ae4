package org.tarishi.core.hooks;

import java.util.ArrayDeque;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.tarishi.api.hook.HookResult;

/**
 * What one listener is still to be told, in order: bounded, and told on a virtual thread that lives while there is something to tell.
 *
 * <p>Any thread; never blocks.
 */
final class ListenerQueue implements Watched {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.plugins");

    /** One thing to tell; a block, because a handle called in an expression would be asked for an {@code Object}. */
    @FunctionalInterface
    interface Telling {
        void tell(Entrance listener) throws Throwable;

        /** The listener was told, or could not be. */
        default void over() {}
    }

    private record Event(String id, Link link, Telling telling) {}

    private final String name;
    private final IntSupplier most;
    private final Guard guard;
    private final Watchdog watchdog;
    private final Runnable whenEmpty;
    private final ArrayDeque<Event> waiting = new ArrayDeque<>();
    private boolean isTelling;
    private boolean isFull;
    private long dropped;
    private volatile @Nullable Call call;

    ListenerQueue(String name, IntSupplier most, Guard guard, Watchdog watchdog, Runnable whenEmpty) {
        this.name = name;
        this.most = most;
        this.guard = guard;
        this.watchdog = watchdog;
        this.whenEmpty = whenEmpty;
    }

    /**
     * Has the listener told.
     *
     * @param must whether it is told even when the queue is full: the end of what it was told the beginning of
     * @return false when there was no room
     */
    boolean offer(String id, Link link, boolean must, Telling telling) {
        boolean begins;
        synchronized (waiting) {
            if (!must && waiting.size() >= most.getAsInt()) {
                dropped++;
                if (!isFull) {
                    isFull = true;
                    LOG.warn("{} is behind: what it does not hear of is counted", name);
                }
                return false;
            }
            waiting.add(new Event(id, link, telling));
            begins = !isTelling;
            isTelling = true;
            if (begins) {
                watchdog.watch(this);
            }
        }
        if (begins) {
            Errand.start("listener/" + name, this::tell);
        }
        return true;
    }

    /** Returns how many events were dropped in all. */
    long dropped() {
        synchronized (waiting) {
            return dropped;
        }
    }

    boolean isIdle() {
        synchronized (waiting) {
            return !isTelling;
        }
    }

    private void tell() {
        MDC.put("plugin", name);
        while (true) {
            Event event;
            synchronized (waiting) {
                event = waiting.poll();
                if (event == null) {
                    isTelling = false;
                    watchdog.unwatch(this);
                    if (isFull) {
                        isFull = false;
                        LOG.warn("{} has caught up; in all it has missed {}", name, dropped);
                    }
                    break;
                }
            }
            if (!tell(event)) {
                // this thread was given up, and another one has taken over
                return;
            }
        }
        whenEmpty.run();
    }

    private boolean tell(Event event) {
        if (event.id().isEmpty()) {
            MDC.remove("id");
        } else {
            MDC.put("id", event.id());
        }
        var timed = new Call(event.link(), event.id(), null, false);
        timed.begin(Thread.currentThread(), guard.now());
        call = timed;
        var answer = guard.call(timed, (listener, c) -> {
            event.telling().tell(listener);
            return HookResult.CONTINUE;
        });
        timed.over();
        event.telling().over();
        if (answer == Guard.LOST) {
            return false;
        }
        call = null;
        Thread.interrupted();
        return true;
    }

    @Override
    public @Nullable Call call() {
        return call;
    }

    @Override
    public void expired(Call given) {
        call = null;
        guard.timedOut(given.link(), given.id());
        Errand.start("listener/" + name, this::tell);
    }
}
