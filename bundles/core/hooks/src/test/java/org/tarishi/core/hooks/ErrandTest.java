package org.tarishi.core.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ErrandTest {

    private record Ended(Thread thread, WeakReference<Object> plugin) {}

    /** Whoever keeps the thread, as the framework may, keeps no plugin by it. */
    @Test
    @Timeout(30)
    void aThreadThatHasEndedHoldsNothingOfWhatItDid() throws InterruptedException {
        var ended = ended();

        while (!ended.plugin().refersTo(null) && !Thread.currentThread().isInterrupted()) {
            System.gc();
            Thread.onSpinWait();
        }

        assertThat(ended.plugin().refersTo(null)).isTrue();
        assertThat(ended.thread().isAlive()).isFalse();
    }

    private static Ended ended() throws InterruptedException {
        var plugin = new Object();
        var thread = Errand.start("errand", () -> assertThat(plugin).isNotNull());
        thread.join();
        return new Ended(thread, new WeakReference<>(plugin));
    }
}
