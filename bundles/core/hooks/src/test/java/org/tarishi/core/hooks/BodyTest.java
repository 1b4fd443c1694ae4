package org.tarishi.core.hooks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.BodyConsumer;
import org.tarishi.api.hook.BodyHook;
import org.tarishi.api.hook.DenyHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.core.spi.BodyFeed;
import org.tarishi.core.spi.Subject;
import org.tarishi.core.spi.Trace;
import org.tarishi.core.spi.Verdict;

/** Those that are fed a message as it arrives. */
final class BodyTest {

    private Kit kit = new Kit();

    @AfterEach
    void close() {
        kit.close();
    }

    private BodyFeed open(FakeTransaction tx) {
        return kit.engine().current().openBody(kit.about(tx, null)).orElseThrow();
    }

    private static Verdict<HookResult> end(BodyFeed feed) {
        var told = new CompletableFuture<Verdict<HookResult>>();
        feed.end(Runnable::run, told::complete);
        return Kit.get(told);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }

    /** Collects what it is fed. */
    private static class Collector implements BodyConsumer {
        final StringBuilder text = new StringBuilder();
        final HookResult answer;

        Collector(HookResult answer) {
            this.answer = answer;
        }

        @Override
        public void data(ByteBuffer bytes) throws Exception {
            assertThat(bytes.isReadOnly()).isTrue();
            text.append(US_ASCII.decode(bytes));
        }

        @Override
        public HookResult end() throws Exception {
            return answer;
        }
    }

    @Test
    void nobodyMeansNoFeed() {
        assertThat(kit.engine().current().openBody(kit.about(kit.transaction("C1.1"), null)))
                .isEmpty();
    }

    @Test
    void eachConsumerIsFedAllBytesInOrderAndAnswersInChainOrder() {
        var a = new Collector(HookResult.CONTINUE);
        var b = new Collector(HookResult.deny("virus"));
        var c = new Collector(HookResult.deny("never heard"));
        kit.plugin("a").hook(BodyHook.class, tx -> Optional.of(a));
        kit.plugin("b").hook(BodyHook.class, tx -> Optional.of(b));
        kit.plugin("c").hook(BodyHook.class, tx -> Optional.of(c));
        kit.plugin("d").hook(BodyHook.class, tx -> Optional.empty());
        var feed = open(kit.transaction("C1.1"));
        var buffer = bytes("Subject: x\r\n");
        assertThat(feed.feed(buffer)).isTrue();
        buffer.clear().put("XXXXXXXX".getBytes(US_ASCII));
        feed.feed(bytes("\r\nbody\r\n"));
        assertThat(end(feed)).isEqualTo(new Verdict<>(HookResult.deny("virus"), "b", false));
        assertThat(a.text.toString()).isEqualTo("Subject: x\r\n\r\nbody\r\n");
        assertThat(b.text.toString()).isEqualTo(a.text.toString());
    }

    @Test
    void aDenyHookMayTakeARefusalOfABodyBack() {
        kit.plugin("a").hook(BodyHook.class, tx -> Optional.of(new Collector(HookResult.deny("no"))));
        kit.plugin("k").hook(DenyHook.class, denial -> HookResult.OK);
        assertThat(end(open(kit.transaction("C1.1"))).answer()).isEqualTo(HookResult.CONTINUE);
    }

    @Test
    void aSlowConsumerHoldsTheFeederBackAndLetsItGoOn() throws Exception {
        var isIn = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        kit.plugin("slow")
                .hook(
                        BodyHook.class,
                        tx -> Optional.of(new Collector(HookResult.OK) {
                            @Override
                            public void data(ByteBuffer bytes) throws Exception {
                                isIn.countDown();
                                goOn.await();
                            }
                        }));
        var feed = open(kit.transaction("C1.1"));
        // else it may take the first run after the feed is full, and make room
        feed.feed(ByteBuffer.allocate(16 * 1024));
        isIn.await();
        int fed = 0;
        while (feed.feed(ByteBuffer.allocate(16 * 1024))) {
            fed++;
            assertThat(fed).isLessThan(40);
        }
        var isReady = new AtomicBoolean();
        feed.whenReady(Runnable::run, () -> isReady.set(true));
        assertThat(isReady).isFalse();
        goOn.countDown();
        await().untilTrue(isReady);
        assertThat(end(feed).answer()).isEqualTo(HookResult.OK);
    }

    @Test
    void aConsumerThatFailsIsFedNoMoreHoldsNobodyUpAndCountsAsAFaultAtTheEnd() {
        var calls = new AtomicInteger();
        kit.plugin("bad")
                .hook(
                        BodyHook.class,
                        tx -> Optional.of(new Collector(HookResult.OK) {
                            @Override
                            public void data(ByteBuffer bytes) {
                                calls.incrementAndGet();
                                throw new IllegalStateException("boom");
                            }
                        }));
        var feed = open(kit.transaction("C1.1"));
        for (int i = 0; i < 100; i++) {
            feed.feed(ByteBuffer.allocate(16 * 1024));
        }
        var verdict = end(feed);
        assertThat(verdict.isFault()).isTrue();
        assertThat(verdict.plugin()).isEqualTo("bad");
        assertThat(calls).hasValue(1);
        assertThat(kit.log()).singleElement().asString().contains("C1.1 bad at body", "boom");
    }

    @Test
    void aConsumerPastItsLimitIsGivenUp() throws Exception {
        var isIn = new CountDownLatch(1);
        kit.plugin("slow")
                .hook(
                        BodyHook.class,
                        tx -> Optional.of(new Collector(HookResult.OK) {
                            @Override
                            public HookResult end() throws Exception {
                                isIn.countDown();
                                new CountDownLatch(1).await();
                                return HookResult.OK;
                            }
                        }));
        var feed = open(kit.transaction("C1.1"));
        var told = new CompletableFuture<Verdict<HookResult>>();
        feed.end(Runnable::run, told::complete);
        isIn.await();
        kit.advanceSeconds(31);
        kit.round();
        assertThat(Kit.get(told).isFault()).isTrue();
    }

    @Test
    void changesOfConsumersAreAllCarriedOutAndThoseOfAFaultNot() {
        for (var name : List.of("a", "b")) {
            kit.plugin(name).hook(BodyHook.class, tx -> Optional.of(new Stamper(tx, name, false)));
        }
        kit.plugin("bad").hook(BodyHook.class, tx -> Optional.of(new Stamper(tx, "bad", true)));
        var tx = kit.transaction("C1.1");
        assertThat(end(open(tx)).isFault()).isTrue();
        assertThat(tx.headers().fields()).extracting(field -> field.value()).containsExactly("b", "a");
    }

    private static final class Stamper implements BodyConsumer {
        private final Transaction tx;
        private final String name;
        private final boolean fails;

        Stamper(Transaction tx, String name, boolean fails) {
            this.tx = tx;
            this.name = name;
            this.fails = fails;
        }

        @Override
        public void data(ByteBuffer bytes) {}

        @Override
        public HookResult end() {
            tx.headers().prepend("X-Stamp", name);
            if (fails) {
                throw new IllegalStateException("boom");
            }
            return HookResult.CONTINUE;
        }
    }

    @Test
    void anAbortIsToldAndLetsTheGenerationGo() {
        var isAborted = new CountDownLatch(1);
        var source = kit.plugin("a")
                .hook(
                        BodyHook.class,
                        tx -> Optional.of(new Collector(HookResult.OK) {
                            @Override
                            public void aborted() {
                                isAborted.countDown();
                            }
                        }));
        var feed = open(kit.transaction("C1.1"));
        feed.feed(bytes("x"));
        feed.abort();
        feed.abort();
        await().until(() -> isAborted.getCount() == 0);
        kit.engine().left(source, false, true);
        assertThat(kit.log()).isEmpty();
    }

    @Test
    void aMessageThatComesByteByByteWaitsForNoMoreMemoryThanAnother() throws Exception {
        var goOn = new CountDownLatch(1);
        kit.plugin("slow").hook(BodyHook.class, tx -> {
            goOn.await();
            return Optional.empty();
        });
        var feed = open(kit.transaction("C1.1"));
        int runs = 1;
        while (feed.feed(bytes("x"))) {
            runs++;
        }
        assertThat(runs).isLessThanOrEqualTo(BodyFanOut.MOST_WAITING / BodyFanOut.RUN);
        goOn.countDown();
        feed.abort();
    }

    @Test
    void whoWatchesIsToldWhatEachConsumerCameTo() {
        kit.plugin("good").hook(BodyHook.class, tx -> Optional.of(new Collector(HookResult.CONTINUE)));
        kit.plugin("bad")
                .hook(
                        BodyHook.class,
                        tx -> Optional.of(new Collector(HookResult.OK) {
                            @Override
                            public void data(ByteBuffer bytes) {
                                throw new IllegalStateException("boom");
                            }
                        }));
        var told = new CopyOnWriteArrayList<String>();
        Trace trace = (moment, plugin, outcome, nanos) -> told.add(moment.key() + " " + plugin + " " + outcome);
        var feed = kit.engine()
                .current()
                .openBody(new Subject(kit.connection(), kit.transaction("C1.1"), null, null, trace))
                .orElseThrow();
        feed.feed(bytes("x\r\n"));

        assertThat(end(feed).isFault()).isTrue();
        assertThat(told)
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("body good Answered[answer=Continue[]]"),
                        line -> assertThat(line)
                                .startsWith("body bad Fault[text=java.lang.IllegalStateException: boom")
                                .endsWith("isNoOpinion=false]"));
    }
}
