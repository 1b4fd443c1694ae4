package org.tarishi.core.hooks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What hooks that only compute are doing on one event loop, for the watchdog to see.
 *
 * <p>No clock is read on the way: the watchdog sees by the number that a call has not changed between two of its rounds.
 */
final class InlineSlot {

    private static final VarHandle LINK;
    private static final VarHandle ENTERED;

    static {
        try {
            LINK = MethodHandles.lookup().findVarHandle(InlineSlot.class, "link", Link.class);
            ENTERED = MethodHandles.lookup().findVarHandle(InlineSlot.class, "entered", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // read and written through LINK
    private @Nullable Link link;

    @SuppressWarnings("UnusedVariable") // read and written through ENTERED
    private long entered;

    /** The watchdog's own: what it saw last. */
    long seen = -1;

    /** The watchdog's own: for how many rounds. */
    int rounds;

    void enter(Link now) {
        ENTERED.setOpaque(this, (long) ENTERED.getOpaque(this) + 1);
        LINK.setOpaque(this, now);
    }

    void leave() {
        LINK.setOpaque(this, null);
    }

    @Nullable Link link() {
        return (Link) LINK.getOpaque(this);
    }

    long entered() {
        return (long) ENTERED.getOpaque(this);
    }
}
