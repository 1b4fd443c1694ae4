package org.tarishi.plugin.maildir;

import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives names that no other message in a Maildir has, by its convention: seconds, a dot, microseconds, process, counter and a random
 * word of this instance, a dot, the host.
 *
 * <p>The random word keeps two instances in one process apart, as there are while the plugin is being replaced. Any thread.
 */
final class UniqueNames {

    private final Clock clock;
    private final String tail;
    private final AtomicLong counter = new AtomicLong();

    UniqueNames(Clock clock, long pid, int random, String host) {
        this.clock = clock;
        this.tail = "P" + pid + "Q%dR" + Integer.toHexString(random) + "."
                + host.replace("/", "\\057").replace(":", "\\072").replace("%", "%%");
    }

    /** Returns the next name. */
    String next() {
        var now = clock.instant();
        return now.getEpochSecond() + ".M" + now.getNano() / 1000 + tail.formatted(counter.getAndIncrement());
    }
}
