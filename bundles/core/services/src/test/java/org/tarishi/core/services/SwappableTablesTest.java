package org.tarishi.core.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;
import org.tarishi.core.spi.TablesBackend;

@Timeout(30)
class SwappableTablesTest {

    private final SwappableTables tables =
            new SwappableTables(new Settings(Duration.ofSeconds(10), Duration.ofSeconds(10)));

    private static TablesBackend answering(String word) {
        return name -> key -> Optional.of(word + " " + name + " " + key);
    }

    @Test
    void aTableFollowsTheBackendOfTheMoment() throws Exception {
        var table = tables.open("file:a");
        var first = answering("first");
        var second = answering("second");

        tables.bindBackend(first);
        assertThat(table.get("k")).contains("first file:a k");

        tables.bindBackend(second);
        assertThat(table.get("k")).contains("second file:a k");

        tables.unbindBackend(first);
        assertThat(table.get("k")).contains("second file:a k");
        assertThat(table.contains("k")).isTrue();
    }

    @Test
    void aBackendThatLeavesAloneGivesItsPlaceBackToTheOther() throws Exception {
        var table = tables.open("file:a");
        var first = answering("first");
        var second = answering("second");
        tables.bindBackend(first);
        tables.bindBackend(second);

        tables.unbindBackend(second);

        assertThat(table.get("k")).contains("first file:a k");
    }

    @Test
    void aLookUpWaitsForABackendThatIsBeingReplaced() throws Exception {
        var table = tables.open("file:a");
        var answer = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return table.get("k");
                    } catch (LookupException e) {
                        throw new AssertionError(e);
                    }
                },
                Thread::startVirtualThread);
        assertThat(answer).isNotDone();

        tables.bindBackend(answering("late"));

        assertThat(answer.get(10, TimeUnit.SECONDS)).contains("late file:a k");
    }

    @Test
    void withoutABackendALookUpFailsForNow() {
        var impatient = new SwappableTables(new Settings(Duration.ZERO, Duration.ZERO));
        var table = impatient.open("file:a");

        assertThatThrownBy(() -> table.get("k"))
                .isInstanceOf(LookupException.class)
                .hasMessage("file:a: no backend of tables is installed, waited PT0S");
    }

    @Test
    void aTableIsOpenedOnceAsLongAsItsBackendStays() throws Exception {
        var opened = new AtomicInteger();
        tables.bindBackend(_ -> {
            opened.incrementAndGet();
            return _ -> Optional.empty();
        });
        var table = tables.open("file:a");

        table.get("k");
        tables.open("file:a").get("k");

        assertThat(opened).hasValue(1);
    }

    @Test
    void aNameThatTheBackendRefusesIsRefusedAtOnceAndFailsForNowLater() throws Exception {
        TablesBackend strict = name -> {
            throw new IllegalArgumentException("no " + name);
        };
        var early = tables.open("file:a");
        tables.bindBackend(strict);

        assertThatThrownBy(() -> tables.open("file:a")).hasMessage("no file:a");
        assertThatThrownBy(() -> early.get("k"))
                .isInstanceOf(LookupException.class)
                .hasMessage("file:a: no file:a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "file", "file:", ":a", "1:a"})
    void aNameThatIsNoneIsRefusedWithoutABackend(String name) {
        assertThatThrownBy(() -> tables.open(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void severalTablesAreAskedInOrder() throws Exception {
        tables.bindBackend(name -> key -> name.endsWith(key) ? Optional.of(name) : Optional.empty());
        var both = tables.open(List.of("file:a", "file:ba", "file:c"));

        assertThat(both.get("a")).contains("file:a");
        assertThat(both.get("ba")).contains("file:ba");
        assertThat(both.contains("c")).isTrue();
        assertThat(both.get("d")).isEmpty();
        assertThat(tables.open(List.of()).get("a")).isEmpty();
    }

    @Test
    void aBackendIsNotLetGoUnderACall() throws Exception {
        var entered = new CountDownLatch(1);
        var leave = new CountDownLatch(1);
        TablesBackend slow = _ -> _ -> {
            entered.countDown();
            try {
                leave.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Optional.of("whole");
        };
        tables.bindBackend(slow);
        var table = tables.open("file:a");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var call = threads.submit(() -> table.get("k"));
            entered.await();
            var gone = threads.submit(() -> tables.unbindBackend(slow));

            assertThatThrownBy(() -> gone.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            leave.countDown();

            assertThat(call.get()).contains("whole");
            gone.get();
        }
    }

    @Test
    void aHundredSwapsUnderLoadFailNoLookUpAndNoneAsksABackendThatIsGone() throws Exception {
        var stop = new AtomicBoolean();
        var asked = new AtomicInteger();
        var backend = new Tracked();
        tables.bindBackend(backend);
        var table = tables.open("file:a");
        try (var threads = Executors.newFixedThreadPool(4)) {
            var load = IntStream.range(0, 4)
                    .mapToObj(_ -> threads.submit(() -> {
                        while (!stop.get()) {
                            assertThat(table.get("k")).contains("alive");
                            asked.incrementAndGet();
                        }
                        return true;
                    }))
                    .toList();
            for (int i = 0; i < 100; i++) {
                var next = new Tracked();
                if (i % 2 == 0) {
                    tables.bindBackend(next); // side by side
                    tables.unbindBackend(backend);
                } else {
                    tables.unbindBackend(backend); // in place: look-ups wait
                    tables.bindBackend(next);
                }
                backend.gone.set(true);
                backend = next;
            }
            stop.set(true);
            for (var one : load) {
                assertThat(one.get()).isTrue();
            }
        }
        assertThat(asked.get()).isPositive();
    }

    /** A backend that knows when nobody should ask it any more. */
    private static final class Tracked implements TablesBackend {

        private final AtomicBoolean gone = new AtomicBoolean();

        @Override
        public Table open(String name) {
            return _ -> Optional.of(gone.get() ? "gone" : "alive");
        }
    }
}
