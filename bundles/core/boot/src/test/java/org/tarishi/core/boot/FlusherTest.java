package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When lines that were written are handed on. */
final class FlusherTest {

    private final AtomicInteger flushes = new AtomicInteger();

    private Flusher flusher(Duration moment) {
        return new Flusher("flusher under test", flushes::incrementAndGet, moment);
    }

    @Test
    void aLineBehindAPauseGoesAtOnceAndThoseThatFollowWait() {
        var flusher = flusher(Duration.ofHours(1));
        for (int i = 0; i < 100; i++) {
            flusher.written(Level.INFO);
        }
        flusher.stop();

        assertThat(flushes).hasValue(1);
    }

    @Test
    void aWarningWaitsForNothing() {
        var flusher = flusher(Duration.ofHours(1));
        flusher.written(Level.INFO);
        flusher.written(Level.WARN);
        flusher.written(Level.ERROR);
        flusher.stop();

        assertThat(flushes).hasValue(3);
    }

    @Test
    void whatWaitsGoesAMomentLater() throws Exception {
        var twice = new CountDownLatch(2);
        var flusher = new Flusher("flusher under test", twice::countDown, Duration.ofMillis(20));
        flusher.written(Level.INFO);
        flusher.written(Level.INFO);

        assertThat(twice.await(30, TimeUnit.SECONDS)).isTrue();
        flusher.stop();
    }

    @Test
    void behindTheEndEachLineGoesAtOnce() {
        var flusher = flusher(Duration.ofHours(1));
        flusher.stop();
        flusher.written(Level.INFO);
        flusher.written(Level.INFO);

        assertThat(flushes).hasValue(2);
    }
}
