package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after calls that take too long.
 *
 * <p>One platform thread, because virtual threads may all be held up by what it is there to find. It goes round several times a second;
 * nothing is set up for a single call.
 *
 * <p>A call over its limit is taken away and its thread interrupted. If the plugin's code has not come back some time after that, it is
 * stuck: the plugin is given up until it is replaced, its stack is logged, and the virtual threads get one more carrier.
 */
final class Watchdog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.plugins");
    private static final long ROUND_NANOS = 50_000_000L;

    /** How many rounds one call on an event loop may last before it is told: half a second. */
    private static final int INLINE_ROUNDS = 10;

    private static final int STACK_FRAMES = 12;

    private record Late(Call call, Thread thread, long since) {}

    private final LongSupplier nanos;
    private final Supplier<ChainSettings> settings;
    private final Carriers carriers;
    private final BiConsumer<Link, String> stuck;
    private final List<Runnable> chores = new CopyOnWriteArrayList<>();
    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
    /** By event loop. No ThreadLocal: these threads live on when this bundle is replaced, and would keep its classes. */
    private final Map<Thread, InlineSlot> slots = new ConcurrentHashMap<>();

    private final List<Late> late = new ArrayList<>();
    private final List<Call> given = new ArrayList<>();
    private final Thread thread =
            Thread.ofPlatform().name("tarishi-watchdog").daemon().unstarted(this::work);
    private volatile boolean isClosed;

    /**
     * Makes one that rests until {@link #start()}.
     *
     * @param stuck learns of a call that does not end, with its stack as text
     */
    Watchdog(LongSupplier nanos, Supplier<ChainSettings> settings, Carriers carriers, BiConsumer<Link, String> stuck) {
        this.nanos = nanos;
        this.settings = settings;
        this.carriers = carriers;
        this.stuck = stuck;
    }

    void start() {
        thread.start();
    }

    /** Has something done in each round; it must not block. */
    void chore(Runnable chore) {
        chores.add(chore);
    }

    void watch(Watched one) {
        watched.add(one);
    }

    void unwatch(Watched one) {
        watched.remove(one);
    }

    /** Returns this thread's slot for calls that are not taken away. */
    InlineSlot slot() {
        var loop = Thread.currentThread();
        var known = slots.get(loop);
        // computeIfAbsent alone may lock.
        return known == null ? slots.computeIfAbsent(loop, _ -> new InlineSlot()) : known;
    }

    private void work() {
        while (!isClosed) {
            LockSupport.parkNanos(ROUND_NANOS);
            try {
                round();
            } catch (Throwable t) {
                LOG.error("the watchdog stumbled and goes on: {}", Faults.text(t));
            }
        }
    }

    /** Goes round once. */
    synchronized void round() {
        if (isClosed) {
            return;
        }
        long now = nanos.getAsLong();
        for (var one : watched) {
            var call = one.call();
            if (call != null) {
                long limit = call.link().limitNanos();
                if (limit != Long.MAX_VALUE && now - call.startedAt() > limit) {
                    give(one, call, now);
                }
            }
        }
        lookAfterLate(now);
        lookAtLoops();
        carriers.round(settings.get().mostCarriers());
        chores.forEach(Runnable::run);
    }

    private void give(Watched one, Call call, long now) {
        var caller = call.thread();
        // the late call holds its component from here on; before the race is decided, so that nobody sees a gap
        var lateCalls = call.link().component().lateCalls();
        lateCalls.incrementAndGet();
        if (caller == null || !call.expire()) {
            lateCalls.decrementAndGet();
            return;
        }
        late.add(new Late(call, caller, now));
        given.add(call);
        caller.interrupt();
        one.expired(call);
    }

    private void lookAfterLate(long now) {
        long grace = settings.get().stuckAfter().toNanos();
        for (Iterator<Late> all = late.iterator(); all.hasNext(); ) {
            var one = all.next();
            var link = one.call().link();
            if (one.call().isOver() || !one.thread().isAlive()) {
                all.remove();
                if (!given.remove(one.call())) {
                    carriers.freed();
                    LOG.warn("{} has come back from the call that it was stuck in", link.name());
                }
                link.component().lateCalls().decrementAndGet();
            } else if (now - one.since() > grace && given.remove(one.call())) {
                var text = new StringBuilder();
                Faults.frames(text, one.thread().getStackTrace(), STACK_FRAMES);
                carriers.held(settings.get().mostCarriers());
                stuck.accept(link, text.toString());
            }
        }
    }

    private void lookAtLoops() {
        // A thread that has ended still has what it was made of: the version of the server whose event loop it was.
        slots.keySet().removeIf(loop -> !loop.isAlive());
        slots.forEach(Watchdog::lookAt);
    }

    private static void lookAt(Thread loop, InlineSlot one) {
        var link = one.link();
        long entered = one.entered();
        if (link == null || entered != one.seen) {
            one.seen = entered;
            one.rounds = 0;
        } else if (++one.rounds == INLINE_ROUNDS) {
            var text = new StringBuilder();
            Faults.frames(text, loop.getStackTrace(), STACK_FRAMES);
            LOG.error(
                    "{} holds up an event loop at {} and can't be cut off there: it promises to only compute, and is trusted;{}",
                    link.name(),
                    link.at(),
                    text);
        }
    }

    /** Ends it; when this returns, no round is under way and none comes. */
    @Override
    public synchronized void close() {
        isClosed = true;
        LockSupport.unpark(thread);
        carriers.close();
    }
}
