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
 * @param gauge where calls are counted and timed, while one of two versions is on trial; null otherwise
 * @param shadow the same place of a version that is asked beside this one and decides nothing; null where there is none
 */
record Link(
        HookComponent component,
        @Nullable Moment asked,
        String name,
        long limitNanos,
        OnFault onFault,
        @Nullable Gauge gauge,
        @Nullable Link shadow) {

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
