package org.tarishi.core.hooks;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.tarishi.api.message.MimeLimitException;

/**
 * Stands around each call of a plugin: whatever goes wrong in there comes out as {@link #FAULT}, told once, counted, and turned into
 * text. No Throwable of a plugin is kept.
 */
final class Guard {

    /** What comes out in the place of an answer. */
    enum Outcome {
        /** The plugin failed to answer, or was not to be asked; already logged. */
        FAULT,
        /** The message has more parts than may be looked into, and the plugin has left that to others. */
        TOO_MANY_PARTS,
        /** The call took too long and was given up: the session has gone on elsewhere, this thread must touch nothing any more. */
        LOST
    }

    static final Outcome FAULT = Outcome.FAULT;
    static final Outcome TOO_MANY_PARTS = Outcome.TOO_MANY_PARTS;
    static final Outcome LOST = Outcome.LOST;

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.plugins");

    /** Calls a plugin. */
    @FunctionalInterface
    interface Body {
        @Nullable Object run(Entrance hook, Call call) throws Throwable;
    }

    private final LongSupplier nanos;

    Guard(LongSupplier nanos) {
        this.nanos = nanos;
    }

    long now() {
        return nanos.getAsLong();
    }

    /** Tells whether a component is to be called at all. */
    boolean mayCall(Link link) {
        var component = link.component();
        if (component.isGone()) {
            LOG.info("{} has left while it was still to be asked at {}", link.name(), link.at());
            return false;
        }
        return component.plugin().breaker().allows(now());
    }

    /**
     * Calls a plugin and closes the call; its changes have been carried out when this returns an answer.
     *
     * @return the answer, {@link #FAULT}, {@link #TOO_MANY_PARTS} or {@link #LOST}
     */
    Object call(Call call, Body body) {
        Object answer;
        String text;
        try {
            var value = body.run(call.link().hook(), call);
            answer = value == null ? FAULT : value;
            text = value == null ? "answered null" : "";
        } catch (MimeLimitException e) {
            // nobody can look into this message: its fault, not the plugin's
            answer = TOO_MANY_PARTS;
            text = "";
        } catch (Throwable t) {
            // a plugin's LinkageError, OutOfMemoryError or StackOverflowError is its own, and answered like any other
            // fault
            answer = FAULT;
            text = call.isOpen() ? Faults.text(t) : "";
        }
        if (!call.close()) {
            return LOST;
        }
        if (answer == FAULT) {
            fault(call.link(), call.id(), text);
            return FAULT;
        }
        if (answer == TOO_MANY_PARTS) {
            answered(call.link());
            return TOO_MANY_PARTS;
        }
        try {
            call.carryOut();
        } catch (RuntimeException | LinkageError e) {
            fault(call.link(), call.id(), "its changes can't be carried out: " + Faults.text(e));
            return FAULT;
        }
        answered(call.link());
        return answer;
    }

    /** Counts and tells a fault. */
    void fault(Link link, String id, String text) {
        var plugin = link.component().plugin();
        var change = plugin.breaker().fault(now());
        // the watchdog tells this too, on its own thread
        var before = MDC.get("id");
        MDC.put("id", id);
        try {
            LOG.error("{} at {}: {}; counts as {}", link.name(), link.at(), text, link.onFault());
        } finally {
            restore("id", before);
        }
        if (change == Breaker.Change.OPENED) {
            LOG.error(
                    "{} is not called for a while after too many faults; each call counts as {}",
                    plugin,
                    link.onFault());
        }
    }

    /** Counts and tells a call that took too long. */
    void timedOut(Link link, String id) {
        link.component().plugin().timedOut();
        fault(link, id, timeout(link));
    }

    /** Puts back what stood in the MDC. */
    static void restore(String key, @Nullable String value) {
        if (value == null) {
            MDC.remove(key);
        } else {
            MDC.put(key, value);
        }
    }

    /** Takes note of a call that answered. */
    void answered(Link link) {
        var plugin = link.component().plugin();
        if (plugin.breaker().success() == Breaker.Change.CLOSED) {
            LOG.info("{} answers again and is called again", plugin);
        }
    }

    /** Returns what a call over its limit is told as. */
    static String timeout(Link link) {
        var text = "no answer within " + Durations.show(Duration.ofNanos(link.limitNanos()));
        return link.takesMessages() ? text + ", outcome unknown: the message may have been taken" : text;
    }
}
