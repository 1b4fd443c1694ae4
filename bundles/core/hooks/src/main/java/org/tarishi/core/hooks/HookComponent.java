package org.tarishi.core.hooks;

import java.util.concurrent.atomic.AtomicInteger;

/** One component of a plugin: an instance that is asked, by its {@link Entrance} alone. */
final class HookComponent {

    private final Source source;
    private final Entrance entrance;
    private final Plugin plugin;
    private final ListenerQueue queue;

    /** How many calls have been given up and not come back. */
    private final AtomicInteger lateCalls = new AtomicInteger();

    /** How many connections it was told the beginning of and not yet the end. */
    private final AtomicInteger toldSessions = new AtomicInteger();

    private volatile boolean isGone;

    HookComponent(Source source, Object instance, Plugin plugin, ListenerQueue queue) {
        this.source = source;
        this.entrance = new Entrance(instance, source.kinds());
        this.plugin = plugin;
        this.queue = queue;
    }

    Source source() {
        return source;
    }

    Entrance entrance() {
        return entrance;
    }

    Plugin plugin() {
        return plugin;
    }

    ListenerQueue queue() {
        return queue;
    }

    AtomicInteger lateCalls() {
        return lateCalls;
    }

    AtomicInteger toldSessions() {
        return toldSessions;
    }

    /** Tells whether none of its code runs. */
    boolean isQuiet() {
        return lateCalls.get() == 0 && queue.isIdle();
    }

    /** Tells whether the instance was let go, so that it must not be called any more. */
    boolean isGone() {
        return isGone;
    }

    void markGone() {
        isGone = true;
    }

    /** Tells whether it implements one of our interfaces. */
    boolean has(Class<?> type) {
        for (var kind : source.kinds()) {
            if (kind.type() == type) {
                return true;
            }
        }
        return false;
    }
}
