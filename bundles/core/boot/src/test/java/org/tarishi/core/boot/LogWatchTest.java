package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MarkerFactory;

/** Who sees lines of the log, and in which order they are written. */
final class LogWatchTest {

    private final LoggerContext context = new LoggerContext();
    private final ListAppender<ILoggingEvent> output = new ListAppender<>();
    private final LogWatch watch = new LogWatch(output, Duration.ofMillis(50));
    private final List<Map<String, Object>> told = new CopyOnWriteArrayList<>();

    /** Is told lines, and takes those that begin with "mine". */
    private class Watcher implements Function<Map<String, Object>, Future<Boolean>>, BooleanSupplier {
        @Override
        public Future<Boolean> apply(Map<String, Object> line) {
            told.add(line);
            return CompletableFuture.completedFuture(
                    String.valueOf(line.get("message")).startsWith("mine"));
        }

        @Override
        public boolean getAsBoolean() {
            return true;
        }
    }

    @BeforeEach
    void open() {
        context.setMDCAdapter(new LogbackMDCAdapter());
        output.setContext(context);
        output.start();
        watch.setContext(context);
        watch.start();
    }

    private void write(String message) {
        watch.doAppend(event(message));
    }

    private LoggingEvent event(String message) {
        return new LoggingEvent("here", context.getLogger("org.example"), Level.INFO, message, null, null);
    }

    private List<String> written() throws InterruptedException {
        assertThat(watch.awaitIdle(Duration.ofSeconds(10))).isTrue();
        watch.stop();
        return output.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void whileNobodyWatchesALineIsWrittenAtOnce() {
        write("a");

        assertThat(output.list).hasSize(1);
    }

    @Test
    void linesThatAreTakenAreLeftOutAndTheOthersKeepTheirOrder() throws Exception {
        watch.watch(new Watcher());
        for (int i = 0; i < 100; i++) {
            write(i % 3 == 0 ? "mine " + i : "line " + i);
        }

        assertThat(written())
                .hasSize(66)
                .startsWith("line 1", "line 2", "line 4")
                .endsWith("line 97", "line 98");
        assertThat(told).hasSize(100);
    }

    @Test
    void aLineIsToldWithAllThatIsKnownOfIt() throws Exception {
        watch.watch(new Watcher());
        var event = event("accepted");
        event.addMarker(MarkerFactory.getMarker("NOTICE"));
        event.setMDCPropertyMap(Map.of("id", "AB12.1"));
        watch.doAppend(event);
        written();

        assertThat(told.getFirst())
                .containsEntry("level", "INFO")
                .containsEntry("markers", List.of("NOTICE"))
                .containsEntry("logger", "org.example")
                .containsEntry("message", "accepted")
                .containsEntry("context", Map.of("id", "AB12.1"))
                .containsEntry("values", Map.of())
                .containsEntry("time", event.getInstant());
    }

    @Test
    void whoWritesNeverWaitsForAWatcherAndOneThatDoesNotAnswerHoldsUpNothing() throws Exception {
        watch.watch(new Watcher() {
            @Override
            public Future<Boolean> apply(Map<String, Object> line) {
                var _ = super.apply(line);
                return new CompletableFuture<>();
            }
        });
        for (int i = 0; i < 1000; i++) {
            write("line " + i);
        }

        assertThat(written()).hasSize(1000);
        assertThat(told).hasSize(1000);
    }

    @Test
    void linesThatDoNotFitAreWrittenUntold() throws Exception {
        var goOn = new CountDownLatch(1);
        watch.watch(new Watcher() {
            @Override
            public Future<Boolean> apply(Map<String, Object> line) {
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return super.apply(line);
            }
        });
        for (int i = 0; i < 6000; i++) {
            write("line " + i);
        }
        assertThat(output.list).hasSizeGreaterThan(1800);
        goOn.countDown();

        assertThat(written()).hasSize(6000);
        assertThat(told).hasSizeLessThan(4200);
    }

    @Test
    void aWatcherThatFailsTakesNothing() throws Exception {
        watch.watch(new Watcher() {
            @Override
            public Future<Boolean> apply(Map<String, Object> line) {
                throw new IllegalStateException("gone");
            }
        });
        write("mine");

        assertThat(written()).containsExactly("mine");
    }
}
