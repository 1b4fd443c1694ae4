package org.tarishi.core.hooks;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Moment;

/**
 * One place in a chain.
 *
 * @param asked the moment, null for a listener
 * @param name the component's name, for logs
 * @param limitNanos how long a call may take, {@link Long#MAX_VALUE} for as long as it likes
 */
record Link(HookComponent component, @Nullable Moment asked, String name, long limitNanos, OnFault onFault) {

    Entrance hook() {
        return component.entrance();
    }

    Moment moment() {
        return Objects.requireNonNull(asked, "a listener is not asked");
    }

    /** Returns the moment for logs. */
    String at() {
        return asked == null ? "listener" : asked.key();
    }

    /** Tells whether a call takes a message, so that nobody can know what became of it when it does not end. */
    boolean takesMessages() {
        return asked == Moment.QUEUE || asked == Moment.QUEUE_OUTBOUND;
    }
}
