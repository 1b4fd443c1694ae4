package org.tarishi.core.dsn;

import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something again and again on a virtual thread, until it is stopped. */
final class Watch {

    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

    private final Thread thread;

    Watch(String name, Supplier<Duration> pause, Runnable look) {
        thread = Thread.ofVirtual().name(name).start(() -> run(pause, look));
    }

    private static void run(Supplier<Duration> pause, Runnable look) {
        try {
            while (true) {
                Thread.sleep(pause.get());
                look(look);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void look(Runnable look) {
        try {
            look.run();
        } catch (RuntimeException e) {
            // Not the files' fault but ours; they are looked at again.
            LOG.error("files could not be looked at for a change", e);
        }
    }

    /** Stops; any thread. */
    void stop() {
        thread.interrupt();
    }
}
