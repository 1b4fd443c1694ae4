package org.tarishi.core.hooks;

import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What event loops and the watchdog that looks after them keep of each other. */
@Timeout(60)
final class WatchdogTest {

    private static Watchdog watchdog() {
        return new Watchdog(System::nanoTime, () -> Kit.settings(), new Carriers(() -> 1, _ -> {}), (_, _) -> {});
    }

    private static void awaitGone(WeakReference<?> one) {
        await().until(() -> {
            System.gc();
            return one.get() == null;
        });
    }

    @Test
    void anEventLoopThatGoesOnKeepsNothingOfAWatchdogThatIsGone() throws Exception {
        var met = new CompletableFuture<WeakReference<InlineSlot>>();
        var end = new CountDownLatch(1);
        var loop = Thread.ofPlatform().start(() -> {
            met.complete(new WeakReference<>(watchdog().slot()));
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            awaitGone(met.get());
        } finally {
            end.countDown();
            loop.join();
        }
    }

    @Test
    void aWatchdogKeepsNothingOfAnEventLoopThatHasEnded() throws Exception {
        var watchdog = watchdog();
        var loop = ended(watchdog);

        watchdog.round();

        awaitGone(loop);
        watchdog.close();
    }

    private static WeakReference<Thread> ended(Watchdog watchdog) throws InterruptedException {
        var loop = Thread.ofPlatform().start(watchdog::slot);
        loop.join();
        return new WeakReference<>(loop);
    }
}
