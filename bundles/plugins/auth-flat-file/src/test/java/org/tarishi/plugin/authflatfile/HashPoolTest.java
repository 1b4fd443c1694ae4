package org.tarishi.plugin.authflatfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tarishi.plugin.authflatfile.Fixtures.password;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tarishi.api.service.LookupException;

@Timeout(60)
class HashPoolTest {

    private final Password password = password("hunter2");

    @Test
    void theCopyThatWorkGetsIsWipedBehindItAndTheCallersIsNot() throws Exception {
        try (var pool = new HashPool(1, 1, Duration.ofSeconds(10))) {
            var seen = new AtomicReference<Password>();

            var answer = pool.compute(password, one -> {
                seen.set(one);
                return new String(one.chars());
            });

            assertThat(answer).isEqualTo("hunter2");
            assertThat(seen.get()).isNotSameAs(password);
            assertThat(seen.get().chars()).containsOnly('\0');
            assertThat(new String(password.chars())).isEqualTo("hunter2");
        }
    }

    @Test
    void workRunsOnAPlatformThread() throws Exception {
        try (var pool = new HashPool(1, 1, Duration.ofSeconds(10))) {
            boolean isVirtual =
                    pool.compute(password, one -> Thread.currentThread().isVirtual());

            assertThat(isVirtual).isFalse();
        }
    }

    @Test
    void whoWaitsTooLongIsToldSoAndWhoFindsTheQueueFullIsToldAtOnce() throws Exception {
        try (var pool = new HashPool(1, 1, Duration.ofMillis(200))) {
            var began = new CountDownLatch(1);
            var goOn = new CountDownLatch(1);
            pool.later(password, one -> {
                began.countDown();
                await(goOn);
            });
            began.await();

            assertThat(failure(() -> pool.compute(password, one -> 1))).contains("hashWait");

            // Who went has left room for another.
            pool.later(password, one -> {});
            assertThat(failure(() -> pool.compute(password, one -> 1))).contains("hashQueue");
            goOn.countDown();
        }
    }

    @Test
    void workThatTakesTooLongIsGivenUp() throws Exception {
        try (var pool = new HashPool(1, 1, Duration.ofMillis(100))) {
            var goOn = new CountDownLatch(1);
            var seen = new CompletableFuture<Password>();

            assertThat(failure(() -> pool.compute(password, one -> {
                        seen.complete(one);
                        await(goOn);
                        return 1;
                    })))
                    .contains("hashWait");

            assertThat(seen.get().chars()).containsOnly('\0');
            goOn.countDown();
        }
    }

    @Test
    void whatFailsIsNoAnswer() {
        try (var pool = new HashPool(1, 1, Duration.ofSeconds(10))) {
            assertThatThrownBy(() -> pool.compute(password, one -> {
                        throw new IllegalStateException("no such algorithm");
                    }))
                    .isInstanceOf(LookupException.class)
                    .hasMessageContaining("no such algorithm");
        }
    }

    @Test
    void whatNobodyWaitsForIsDroppedWhenThereIsTooMuchToDo() throws Exception {
        try (var pool = new HashPool(1, 1, Duration.ofSeconds(10))) {
            var began = new CountDownLatch(1);
            var goOn = new CountDownLatch(1);
            var done = new AtomicInteger();
            pool.later(password, one -> {
                began.countDown();
                await(goOn);
            });
            began.await();
            for (int i = 0; i < 3; i++) {
                pool.later(password, one -> done.incrementAndGet());
            }
            goOn.countDown();

            // One thread: behind this, all that was queued is done.
            while (!failure(() -> pool.compute(password, one -> 1)).isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(done).hasValue(1);
        }
    }

    private interface Call {
        Object run() throws LookupException;
    }

    private static String failure(Call call) {
        try {
            var _ = call.run();
            return "";
        } catch (LookupException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
