package org.tarishi.core.scheduler;

import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.tarishi.core.spi.QueueStore;

/**
 * Tells the dispatcher of mail that is in the store and that it does not know: that of former runs, and what was imported.
 *
 * <p>Their times were written by this host's clock as it was then. Should it have been set since, no mail waits longer than its schedule
 * would have it wait: neither for an hour nor for a day of the calendar.
 */
final class Loader {

    private static final int STEP = 500;

    private final QueueStore store;
    private final Dispatcher dispatcher;
    private final Clock clock;
    private final RandomGenerator random;
    private final Supplier<Settings> settings;

    Loader(QueueStore store, Dispatcher dispatcher, Clock clock, RandomGenerator random, Supplier<Settings> settings) {
        this.store = store;
        this.dispatcher = dispatcher;
        this.clock = clock;
        this.random = random;
        this.settings = settings;
    }

    /** Looks at all that is there now; returns how many mails were new. */
    synchronized int load() {
        var known = dispatcher.beginLoad();
        try {
            return load(known);
        } finally {
            dispatcher.endLoad();
        }
    }

    private int load(long[] known) {
        int[] found = {0};
        for (int at = 0; at >= 0; ) {
            at = store.visit(at, STEP, row -> {
                if (Arrays.binarySearch(known, row.number()) < 0) {
                    load(row);
                    found[0]++;
                }
                return true;
            });
        }
        return found[0];
    }

    private void load(QueueStore.Row row) {
        var mail = new Agenda.Ready(row.number(), row.domain(), row.sender(), row.priority());
        long wait = row.due() - clock.millis();
        boolean isFuture = row.isHeld() || row.failures() == 0;
        if (!isFuture && wait > 0) {
            var set = settings.get();
            long most = set.retries()
                    .after(row.failures(), set.jitter(), random)
                    .orElse(set.retries().longest())
                    .toMillis();
            // a plugin may have asked for more; then it is asked once too early
            wait = Math.min(wait, most);
        }
        if (isFuture && !row.isHeld()) {
            wait = Math.min(wait, settings.get().longestHold().toMillis());
        }
        if (row.pending() == 0 && !row.isHeld()) {
            wait = 0;
        }
        dispatcher.load(mail, Duration.ofMillis(Math.max(0, wait)).toNanos(), isFuture, row.failures() == 0);
    }
}
