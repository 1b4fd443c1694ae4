package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Moment;
import org.tarishi.api.hook.HookResult;

/** What happens when the server has too little of what it lives on. */
final class OverloadTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger(Overload.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    private final Level before = logger.getLevel();

    @BeforeEach
    void listen() {
        lines.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
    }

    @AfterEach
    void goAway() {
        logger.detachAppender(lines);
        logger.setLevel(before);
    }

    private static Stage stage() {
        var stage = new Stage();
        stage.settings.putAll(
                Map.of("minFreeHeap", 10, "minFreeDisk", 1000L, "minFreeDescriptors", 100, "maxLag", "PT2S"));
        stage.hooks.on(Moment.RCPT, HookResult.OK);
        stage.hooks.on(Moment.QUEUE, HookResult.OK);
        return stage;
    }

    private static Arguments row(
            String what,
            Consumer<FakeProbes> less,
            Consumer<FakeProbes> hardly,
            Consumer<FakeProbes> enough,
            String reply) {
        return Arguments.argumentSet(what, less, hardly, enough, reply);
    }

    static Stream<Arguments> resources() {
        return Stream.of(
                row("heap", p -> p.heap = 9, p -> p.heap = 14, p -> p.heap = 15, "421 4.3.2 overloaded…"),
                row("disk", p -> p.disk = 999, p -> p.disk = 1249, p -> p.disk = 1250, "421 4.3.1 storage is short…"),
                row(
                        "descriptors",
                        p -> p.descriptors = 99,
                        p -> p.descriptors = 124,
                        p -> p.descriptors = 125,
                        "421 4.3.2 overloaded…"),
                row(
                        "event loop",
                        p -> p.lag = Duration.ofMillis(2001),
                        p -> p.lag = Duration.ofMillis(1001),
                        p -> p.lag = Duration.ofMillis(1000),
                        "421 4.3.2 overloaded…"));
    }

    private void look(Stage stage, int times) {
        for (int i = 0; i < times; i++) {
            stage.server().overload().look();
        }
    }

    @ParameterizedTest
    @MethodSource("resources")
    void newWorkIsRefusedWhileSomethingIsShortAndTakenAgainWhenThereIsEnough(
            Consumer<FakeProbes> less, Consumer<FakeProbes> hardly, Consumer<FakeProbes> enough, String reply) {
        try (var stage = stage()) {
            stage.connect().expect("220 …").send("HELO x").expect("250 …");
            look(stage, 2);
            stage.send("MAIL FROM:<>").expect("250 …");
            less.accept(stage.probes);
            look(stage, 1);

            stage.send("RCPT TO:<a@b.example>").expect("250 …").send("DATA").expect("354 …");
            stage.send("x", ".").expect("250 …");
            stage.send("MAIL FROM:<>").expect("452 4.3.1 resources are short, try again later");
            stage.send("NOOP").expect("250 …");
            try (var other = stage.another()) {
                other.expect(reply).expectClosed();
            }
            assertThat(new ListenerStatus(stage.server()).get().toString()).contains("overload: ");

            hardly.accept(stage.probes);
            look(stage, 10);
            stage.send("MAIL FROM:<>").expect("452 …");
            enough.accept(stage.probes);
            look(stage, Overload.CALM - 1);
            stage.send("MAIL FROM:<>").expect("452 …");
            look(stage, 1);

            stage.send("MAIL FROM:<>").expect("250 …");
            try (var other = stage.another()) {
                other.expect("220 …");
            }
            assertThat(stage.server().overload().status()).isEmpty();
            assertThat(lines.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .hasSize(2)
                    .anyMatch(line -> line.startsWith("overload: "))
                    .anyMatch(line -> line.startsWith("overload is over: "));
        }
    }

    @Test
    void aLimitOfZeroIsNone() {
        try (var stage = stage()) {
            stage.settings.putAll(
                    Map.of("minFreeHeap", 0, "minFreeDisk", 0L, "minFreeDescriptors", 0, "maxLag", "PT0S"));
            stage.connect();
            stage.probes.heap = 0;
            stage.probes.disk = 0;
            stage.probes.descriptors = 0;
            stage.probes.lag = Duration.ofHours(1);
            look(stage, 1);
            assertThat(stage.server().overload().status()).isEmpty();
        }
    }

    @Test
    void severalShortagesAreToldEachAndTheLastOneEndsIt() {
        try (var stage = stage()) {
            stage.connect();
            stage.probes.heap = 1;
            stage.probes.disk = 1;
            look(stage, 1);
            assertThat(stage.server().overload().status())
                    .isEqualTo(
                            "overload: heap: 1 % of the heap free, minFreeHeap is 10 %; disk: 1 octets of the disk free, minFreeDisk is 1000; new work is refused for now");
            stage.probes.heap = 90;
            look(stage, Overload.CALM);
            assertThat(stage.server().overload().connection()).isEqualTo(Replies.OVERLOADED_DISK);
            stage.probes.disk = 1 << 20;
            look(stage, Overload.CALM);
            assertThat(stage.server().overload().connection()).isNull();
        }
    }

    @Test
    void aProbeThatFailsChangesNothing() {
        try (var stage = stage()) {
            stage.connect();
            stage.probes.broken = true;
            look(stage, 3);
            assertThat(stage.server().overload().connection()).isNull();
            assertThat(lines.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly(
                            "cannot tell how much is left of memory, disk or descriptors: java.lang.IllegalStateException: no bean");
        }
    }

    @Test
    void theProbesOfThisProcessTellWhatThereIs(@TempDir Path folder) throws Exception {
        var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            var probes = Probes.ofThisProcess(loops, folder);
            System.gc();
            assertThat(probes.freeHeap().orElseThrow()).isBetween(1L, 100L);
            assertThat(probes.freeDisk().orElseThrow()).isPositive();
            assertThat(probes.freeDescriptors().orElseThrow()).isPositive();
            assertThat(Probes.ofThisProcess(loops, folder.resolve("gone")).freeDisk())
                    .isEmpty();
            assertThat(probes.lag()).isZero();

            var busy = new CountDownLatch(1);
            var end = new CountDownLatch(1);
            loops.execute(() -> {
                busy.countDown();
                try {
                    var _ = end.await(1, TimeUnit.MINUTES);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            busy.await();
            probes.lag();
            await().until(() -> probes.lag().compareTo(Duration.ofMillis(20)) > 0);
            end.countDown();
            await().until(() -> probes.lag().compareTo(Duration.ofMillis(20)) < 0);
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }
}
