package org.tarishi.core.hooks;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.tarishi.core.spi.Subject;

/**
 * Calls of plugins on one virtual thread, some of them from within others: a mechanism asks a store. The innermost has the time limit,
 * and the fault when it is over it; the one around it has all its time again when it comes back.
 */
abstract class Nested implements Watched {

    /** What a call comes to that answered with {@link org.tarishi.api.service.LookupException}: that is no fault. */
    static final Object UNAVAILABLE = Unavailable.UNAVAILABLE;

    private enum Unavailable {
        UNAVAILABLE
    }

    private final Engine engine;
    private final String id;
    private volatile @Nullable Call call;
    private volatile @Nullable Thread worker;
    private volatile boolean isLost;

    Nested(Engine engine, String id) {
        this.engine = engine;
        this.id = id;
    }

    Engine engine() {
        return engine;
    }

    Guard guard() {
        return engine.guard();
    }

    String id() {
        return id;
    }

    /** Begins, on the thread that the calls are made on. */
    void begin() {
        worker = Thread.currentThread();
        MDC.put("id", id);
        engine.watchdog().watch(this);
    }

    /** Ends; nothing is called any more until it begins again. */
    void end() {
        worker = null;
        engine.watchdog().unwatch(this);
    }

    /** Tells whether a call was taken away, so that its thread must touch nothing any more. */
    boolean isLost() {
        return isLost;
    }

    /** Tells whether this is the thread of the calls, and none was taken away. */
    boolean isHere() {
        return Thread.currentThread().equals(worker) && !isLost;
    }

    /**
     * Calls a plugin.
     *
     * @param about what it is shown, null for nothing
     * @return the answer, {@link Guard#FAULT} or {@link Guard#LOST}
     */
    Object call(Link link, @Nullable Subject about, Guard.Body body) {
        var thread = Thread.currentThread();
        var outer = call;
        var plugin = MDC.get("plugin");
        var next = new Call(link, id, about, false);
        MDC.put("plugin", link.name());
        thread.setName(id + "/" + link.at() + "/" + link.name());
        next.begin(thread, guard().now());
        call = next;
        var answer = guard().call(next, quiet(body));
        next.over();
        Guard.restore("plugin", plugin);
        if (answer == Guard.LOST || isLost) {
            isLost = true;
            return Guard.LOST;
        }
        if (outer != null) {
            outer.begin(thread, guard().now());
        }
        call = outer;
        // a plugin that interrupts itself must not interrupt the next one
        Thread.interrupted();
        return answer;
    }

    /** What is thrown around secrets may tell one: only where it comes from is shown. */
    static Guard.Body quiet(Guard.Body body) {
        return (hook, call) -> {
            try {
                return body.run(hook, call);
            } catch (Throwable t) {
                throw new MessageHiddenException(t);
            }
        };
    }

    private static final class MessageHiddenException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MessageHiddenException(Throwable thrown) {
            super(thrown.getClass().getName() + " (what it says is hidden)", null, false, true);
            setStackTrace(thrown.getStackTrace());
        }
    }

    @Override
    public @Nullable Call call() {
        return call;
    }

    @Override
    public void expired(Call given) {
        isLost = true;
        call = null;
        engine.watchdog().unwatch(this);
        guard().timedOut(given.link(), id);
        lost(given);
    }

    /** A call was taken away; on the watchdog's thread. Whoever waits is to be answered from here. */
    abstract void lost(Call given);
}
