package org.tarishi.core.hooks;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.osgi.framework.Version;

/** One plugin of one bundle, from its first component's coming to its last one's going. */
final class Plugin {

    private final String id;
    private final long bundleId;
    private final String bundle;
    private final Version version;
    private final Breaker breaker;
    private final AtomicLong timeouts = new AtomicLong();

    /** The transactions of generations that are nobody's any more. */
    private final AtomicLong settled = new AtomicLong();

    Plugin(Source source, Supplier<ChainSettings> settings) {
        this.id = source.name().id();
        this.bundleId = source.bundleId();
        this.bundle = source.bundle();
        this.version = source.version();
        this.breaker = new Breaker(settings);
    }

    String id() {
        return id;
    }

    long bundleId() {
        return bundleId;
    }

    Version version() {
        return version;
    }

    Breaker breaker() {
        return breaker;
    }

    /** Takes note of a call that took too long. */
    void timedOut() {
        timeouts.incrementAndGet();
    }

    long timeouts() {
        return timeouts.get();
    }

    /** Takes over how many transactions have begun with a generation that is let go. */
    void settle(long transactions) {
        settled.addAndGet(transactions);
    }

    long settled() {
        return settled.get();
    }

    @Override
    public String toString() {
        return id + " " + version + " (" + bundle + " [" + bundleId + "])";
    }
}
