package org.tarishi.core.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.tarishi.api.log.LogListener;
import org.tarishi.api.log.LogRecord;

/** What those hear who watch the log, and what their answers are for. */
final class LogListenerTest {

    private final List<LogRecord> heard = new CopyOnWriteArrayList<>();
    private final Kit kit = new Kit();

    @AfterEach
    void close() {
        kit.close();
    }

    private static Map<String, Object> line(String level, List<String> markers, Map<String, String> context) {
        return Map.of(
                "time",
                Instant.EPOCH,
                "level",
                level,
                "markers",
                markers,
                "logger",
                "org.example",
                "message",
                "a line",
                "context",
                context,
                "values",
                Map.of("key", "value"));
    }

    private Future<Boolean> told(String level) {
        return kit.engine().logged(LogLine.of(line(level, List.of(), Map.of("id", "C1.1", "plugin", "stamp"))));
    }

    @Test
    void aListenerSeesTheWholeLine() throws Exception {
        kit.plugin("watcher").hook(LogListener.class, line -> {
            heard.add(line);
            return false;
        });

        assertThat(told("INFO").get(10, TimeUnit.SECONDS)).isFalse();

        var seen = heard.getFirst();
        assertThat(List.of(
                        seen.time(),
                        seen.level(),
                        seen.logger(),
                        seen.id(),
                        seen.plugin(),
                        seen.message(),
                        seen.values()))
                .isEqualTo(List.of(
                        Instant.EPOCH,
                        "INFO",
                        "org.example",
                        java.util.Optional.of("C1.1"),
                        java.util.Optional.of("stamp"),
                        "a line",
                        Map.of("key", "value")));
    }

    @Test
    void levelsHaveHarakasNames() {
        assertThat(LogLine.of(line("TRACE", List.of(), Map.of())).level()).isEqualTo("PROTOCOL");
        assertThat(LogLine.of(line("WARN", List.of("x"), Map.of())).level()).isEqualTo("WARN");
        assertThat(LogLine.of(line("ERROR", List.of("ALERT"), Map.of())).level())
                .isEqualTo("ALERT");
        assertThat(LogLine.of(line("INFO", List.of("x", "NOTICE"), Map.of())).level())
                .isEqualTo("NOTICE");
    }

    @Test
    void oneOfSeveralListenersMayTakeALine() throws Exception {
        kit.plugin("one").hook(LogListener.class, line -> false);
        assertThat(told("INFO").get(10, TimeUnit.SECONDS)).isFalse();

        kit.plugin("two").hook(LogListener.class, line -> true);
        assertThat(told("INFO").get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void nobodyIsToldOfWhatAListenerWritesItself() throws Exception {
        var mark = new CopyOnWriteArrayList<Map<String, String>>();
        kit.plugin("watcher").hook(LogListener.class, line -> {
            heard.add(line);
            mark.add(MDC.getCopyOfContextMap());
            return true;
        });
        var watch = new LogWatch(kit.engine());

        assertThat(watch.apply(line("INFO", List.of(), Map.of())).get(10, TimeUnit.SECONDS))
                .isTrue();
        assertThat(watch.apply(line("INFO", List.of(), mark.getFirst())).get(10, TimeUnit.SECONDS))
                .isFalse();
        assertThat(heard).hasSize(1);
    }

    @Test
    void aListenerThatFailsTakesNothingAndIsLeftAloneAfterFiveFaults() throws Exception {
        kit.plugin("bad").hook(LogListener.class, line -> {
            heard.add(line);
            throw new IllegalStateException("no");
        });

        for (int i = 0; i < 20; i++) {
            assertThat(told("INFO").get(10, TimeUnit.SECONDS)).isFalse();
        }
        assertThat(heard).hasSize(5);
    }

    @Test
    void aLineThatDoesNotFitIsNobodysAndIsCounted() throws Exception {
        kit.close();
        var goOn = new CountDownLatch(1);
        var isIn = new CountDownLatch(1);
        try (var small = new Kit("listenerQueue", 1)) {
            small.plugin("slow").hook(LogListener.class, line -> {
                isIn.countDown();
                awaitQuietly(goOn);
                return true;
            });
            var line = LogLine.of(line("INFO", List.of(), Map.of()));
            var first = small.engine().logged(line);
            isIn.await();
            var second = small.engine().logged(line);
            var third = small.engine().logged(line);

            assertThat(third.get(10, TimeUnit.SECONDS)).isFalse();
            goOn.countDown();
            assertThat(first.get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(second.get(10, TimeUnit.SECONDS)).isTrue();
            await().until(() -> small.log().stream().anyMatch(text -> text.contains("in all it has missed 1")));
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void withoutAListenerNobodyIsAsked() throws Exception {
        assertThat(new LogWatch(kit.engine()).getAsBoolean()).isFalse();
        assertThat(told("INFO").get(10, TimeUnit.SECONDS)).isFalse();
    }
}
