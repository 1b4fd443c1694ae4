package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What becomes of SIGHUP. */
final class HangUpTest {

    @Test
    void aHangUpRunsWhatWasToBeRunAndEndsNothing() throws Exception {
        var hangUp = HangUp.hear();
        var first = new CountDownLatch(1);
        var second = new CountDownLatch(2);
        hangUp.whenHeard(() -> {
            first.countDown();
            second.countDown();
            // a fault of who hears it must not end the process either
            throw new IllegalStateException("as the test wants it");
        });

        raise();
        assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
        raise();

        assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void raise() throws Exception {
        var signal = Class.forName("sun.misc.Signal");
        signal.getMethod("raise", signal)
                .invoke(null, signal.getConstructor(String.class).newInstance("HUP"));
    }
}
