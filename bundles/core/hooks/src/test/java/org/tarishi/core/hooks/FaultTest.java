package org.tarishi.core.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Moment;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.ConnectHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.QueueHook;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.core.spi.Subject;
import org.tarishi.core.spi.Verdict;

/** What stands in for an answer that a plugin fails to give. */
final class FaultTest {

    private static final Recipient RCPT = Recipient.parse("<a@b.example>");
    private static final HookResult LATER = HookResult.denySoft(
            Reply.of(451, new EnhancedStatus(4, 3, 0), "Temporary failure, please try again later"));
    private static final NoteKey<String> NOTE = NoteKey.of("test.note", String.class);

    private Kit kit = new Kit();

    @AfterEach
    void close() {
        kit.close();
    }

    private void with(Object... settings) {
        kit.close();
        kit = new Kit(settings);
    }

    private Verdict<HookResult> askRcpt() {
        return kit.ask(Moment.RCPT, kit.about(kit.transaction("C1.1"), RCPT));
    }

    @Test
    void aPluginThatThrowsIsAnsweredForWithARefusalForNowThatTellsTheClientNothing() {
        kit.plugin("bad").hook(RcptHook.class, (tx, rcpt) -> {
            throw new IllegalStateException("secret\r\ninside");
        });

        assertThat(askRcpt()).isEqualTo(new Verdict<>(LATER, "bad", true));
        assertThat(kit.log())
                .singleElement()
                .asString()
                .startsWith("C1.1 bad at rcpt: java.lang.IllegalStateException: secret\\u000d\\u000ainside at ")
                .contains("FaultTest", "DENYSOFT")
                .doesNotContain("\n");
    }

    @Test
    void aPluginThatAnswersNullIsAFault() {
        kit.plugin("bad").install(new NullHook());
        assertThat(askRcpt()).isEqualTo(new Verdict<>(LATER, "bad", true));
        assertThat(kit.log()).singleElement().asString().contains("C1.1 bad at rcpt: answered null");
    }

    private static final class NullHook implements RcptHook {
        @Override
        @SuppressWarnings("NullAway") // the broken contract is the point
        public HookResult onRcpt(Transaction tx, Recipient recipient) {
            return null;
        }
    }

    @Test
    void errorsOfTheMachineAreFaultsOfThePlugin() {
        for (var error : List.of(
                new NoClassDefFoundError("org/absent/Thing"), new OutOfMemoryError("heap"), new StackOverflowError())) {
            var source = kit.plugin("bad").hook(RcptHook.class, (tx, rcpt) -> {
                throw error;
            });
            assertThat(askRcpt()).isEqualTo(new Verdict<>(LATER, "bad", true));
            kit.engine().left(source, false, true);
        }
        assertThat(kit.log()).hasSize(3);
    }

    @Test
    void anExceptionWhoseTextThrowsIsToldByItsClass() {
        kit.plugin("bad").hook(RcptHook.class, (tx, rcpt) -> {
            throw new Nasty();
        });
        assertThat(askRcpt().isFault()).isTrue();
        assertThat(kit.log()).singleElement().asString().contains("FaultTest$Nasty");
    }

    private static final class Nasty extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no text either");
        }
    }

    @Test
    void atConnectTheMomentChoosesTheCodeOfAFault() {
        kit.plugin("bad").hook(ConnectHook.class, connection -> {
            throw new IllegalStateException("boom");
        });
        var answer = (HookResult.DenySoft)
                kit.ask(Moment.CONNECT, kit.about(null, null)).answer();
        assertThat(answer.words().withCode(421).toString()).startsWith("421 4.3.0 ");
    }

    @Test
    void onFaultContinueCountsAFaultAsNoOpinion() {
        with("onFault", Kit.list("bad=CONTINUE"));
        kit.plugin("bad").hook(RcptHook.class, (tx, rcpt) -> {
            throw new IllegalStateException("boom");
        });
        kit.plugin("good").hook(RcptHook.class, (tx, rcpt) -> HookResult.OK);
        assertThat(askRcpt()).isEqualTo(new Verdict<>(HookResult.OK, "good", false));
        assertThat(kit.log()).singleElement().asString().contains("counts as CONTINUE");
    }

    @Test
    void aFaultDiscardsWhatTheCallHasChanged() {
        var tx = kit.transaction("C1.1");
        kit.plugin("bad").hook(RcptHook.class, (view, rcpt) -> {
            view.notes().put(NOTE, "x");
            view.headers().prepend("X-A", "b");
            view.recipients().add(rcpt);
            throw new IllegalStateException("boom");
        });
        kit.ask(Moment.RCPT, kit.about(tx, RCPT));
        assertThat(tx.notes().names()).isEmpty();
        assertThat(tx.headers().fields()).isEmpty();
        assertThat(tx.recipients().all()).isEmpty();
    }

    @Test
    void aCallPastItsLimitIsAnsweredForAndItsLateEditsChangeNothing() throws Exception {
        with("limits", Kit.list("slow@rcpt=2s"), "onFault", Kit.list("slow=CONTINUE"));
        var tx = kit.transaction("C1.1");
        var isIn = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var late = new AtomicReference<Throwable>();
        var wasInterrupted = new AtomicBoolean();
        var isOut = new CountDownLatch(1);
        kit.plugin("slow").hook(RcptHook.class, (view, rcpt) -> {
            view.notes().put(NOTE, "early");
            isIn.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                wasInterrupted.set(true);
            }
            goOn.await();
            try {
                view.notes().put(NOTE, "late");
            } catch (IllegalStateException e) {
                late.set(e);
            }
            assertThat(view.id()).isEqualTo("C1.1");
            isOut.countDown();
            return HookResult.OK;
        });
        kit.plugin("next").hook(RcptHook.class, (view, rcpt) -> HookResult.deny("next was asked"));
        var told = kit.askLater(kit.engine().current(), Moment.RCPT, kit.about(tx, RCPT));
        isIn.await();
        kit.advanceSeconds(1);
        kit.round();
        assertThat(told).isNotDone();
        kit.advanceSeconds(2);
        kit.round();

        assertThat(Kit.get(told)).isEqualTo(new Verdict<>(HookResult.deny("next was asked"), "next", false));
        await().untilTrue(wasInterrupted);
        goOn.countDown();
        isOut.await();
        assertThat(late.get()).hasMessageContaining("has ended");
        assertThat(tx.notes().names()).isEmpty();
        assertThat(kit.log()).singleElement().asString().contains("C1.1 slow at rcpt: no answer within 2s");
    }

    @Test
    void aTakerThatTimesOutIsOutcomeUnknownAndTheNextIsNotAsked() throws Exception {
        with("limits", Kit.list("slow=1s"), "onFault", Kit.list("slow=CONTINUE"));
        var isIn = new CountDownLatch(1);
        kit.plugin("slow").hook(QueueHook.class, (tx, message) -> {
            isIn.countDown();
            Thread.sleep(60_000);
            return HookResult.OK;
        });
        kit.plugin("next").hook(QueueHook.class, (tx, message) -> HookResult.OK);
        var subject = new Subject(kit.connection(), kit.transaction("C1.1"), new FakeMessage(), null);
        var told = kit.askLater(kit.engine().current(), Moment.QUEUE, subject);
        isIn.await();
        kit.advanceSeconds(2);
        kit.round();
        assertThat(Kit.get(told)).isEqualTo(new Verdict<>(LATER, "slow", true));
        assertThat(kit.log()).singleElement().asString().contains("outcome unknown");
    }

    @Test
    void limitsDependOnTheMoment() {
        var settings = Kit.settings("limits", Kit.list("a=5s", "a@rcpt=1m"));
        assertThat(settings.limitNanos(List.of("a"), Moment.RCPT)).isEqualTo(60_000_000_000L);
        assertThat(settings.limitNanos(List.of("a"), Moment.MAIL)).isEqualTo(5_000_000_000L);
        assertThat(settings.limitNanos(List.of("b"), Moment.MAIL)).isEqualTo(30_000_000_000L);
        assertThat(settings.limitNanos(List.of("b"), Moment.QUEUE)).isEqualTo(660_000_000_000L);
        assertThat(settings.limitNanos(List.of("b"), Moment.SEND_EMAIL)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void afterTooManyFaultsThePluginIsNotCalledUntilAProbeSucceeds() {
        with("breakerFaults", 3, "breakerPause", "30s", "breakerWindow", "1m");
        var calls = new AtomicInteger();
        var isWell = new AtomicBoolean();
        kit.plugin("bad").hook(RcptHook.class, (tx, rcpt) -> {
            calls.incrementAndGet();
            if (!isWell.get()) {
                throw new IllegalStateException("boom");
            }
            return HookResult.OK;
        });
        for (int i = 0; i < 5; i++) {
            assertThat(askRcpt()).isEqualTo(new Verdict<>(LATER, "bad", true));
        }
        assertThat(calls).hasValue(3);
        assertThat(kit.log()).hasSize(4).last().asString().contains("is not called for a while");

        kit.advanceSeconds(31);
        assertThat(askRcpt().isFault()).isTrue();
        assertThat(askRcpt().isFault()).isTrue();
        assertThat(calls).as("one probe").hasValue(4);

        isWell.set(true);
        kit.advanceSeconds(31);
        assertThat(askRcpt()).isEqualTo(new Verdict<>(HookResult.OK, "bad", false));
        assertThat(askRcpt()).isEqualTo(new Verdict<>(HookResult.OK, "bad", false));
        assertThat(calls).hasValue(6);
        assertThat(kit.log()).last().asString().contains("answers again");
    }

    @Test
    void faultsOutsideTheWindowDoNotOpenTheBreaker() {
        with("breakerFaults", 3, "breakerWindow", "10s");
        var calls = new AtomicInteger();
        kit.plugin("bad").hook(RcptHook.class, (tx, rcpt) -> {
            calls.incrementAndGet();
            throw new IllegalStateException("boom");
        });
        for (int i = 0; i < 6; i++) {
            askRcpt();
            kit.advanceSeconds(6);
        }
        assertThat(calls).hasValue(6);
    }

    @Test
    void aStuckCallOpensTheBreakerForGoodAndThePluginCountsAsAbsent() throws Exception {
        with("plugins", Kit.list("stuck"), "limits", Kit.list("stuck=1s"), "stuckAfter", "2s");
        var isIn = new CountDownLatch(1);
        var free = new AtomicBoolean();
        kit.plugin("stuck").hook(RcptHook.class, (tx, rcpt) -> {
            isIn.countDown();
            while (!free.get()) {
                Thread.onSpinWait();
            }
            return HookResult.OK;
        });
        var told = kit.askLater(kit.engine().current(), Moment.RCPT, kit.about(kit.transaction("C1.1"), RCPT));
        isIn.await();
        kit.advanceSeconds(20);
        kit.round();
        assertThat(Kit.get(told).isFault()).isTrue();
        assertThat(kit.engine().refusal()).isEmpty();
        kit.advanceSeconds(3);
        kit.round();

        assertThat(kit.log())
                .filteredOn(line -> line.contains("is stuck at rcpt"))
                .singleElement()
                .asString()
                .contains("FaultTest");
        assertThat(kit.engine().refusal().orElseThrow().toString()).startsWith("421 4.3.2");
        assertThat(kit.engine().current().absent().get("stuck")).contains("a call is stuck in it");
        assertThat(kit.parallelism()).isEqualTo(3);
        kit.round();
        assertThat(kit.log()).filteredOn(line -> line.contains("is stuck at")).hasSize(1);

        free.set(true);
        await().untilAsserted(() -> {
            kit.round();
            assertThat(kit.parallelism()).isEqualTo(2);
        });
        assertThat(kit.engine().refusal()).as("until it is replaced").isPresent();
    }

    @Test
    void pluginsThatSpinOnEveryCarrierDoNotStopTheOthers() {
        kit.close();
        kit = Kit.real("limits", Kit.list("spin=300ms"), "stuckAfter", "300ms");
        var free = new AtomicBoolean();
        kit.plugin("spin").hook(RcptHook.class, (tx, rcpt) -> {
            while (!free.get()) {
                Thread.onSpinWait();
            }
            return HookResult.OK;
        });
        kit.plugin("good").hook(ConnectHook.class, connection -> HookResult.OK);
        int carriers = Runtime.getRuntime().availableProcessors();
        try {
            var spinning = new ArrayList<CompletableFuture<Verdict<HookResult>>>();
            for (int i = 0; i < carriers; i++) {
                spinning.add(
                        kit.askLater(kit.engine().current(), Moment.RCPT, kit.about(kit.transaction("C1." + i), RCPT)));
            }
            spinning.forEach(told -> assertThat(Kit.get(told).isFault()).isTrue());
            assertThat(kit.ask(Moment.CONNECT, kit.about(null, null)).answer()).isEqualTo(HookResult.OK);
            await().until(() -> kit.log().stream().anyMatch(line -> line.contains("is stuck at rcpt")));
            assertThat(kit.engine().current().isEmpty(Moment.RCPT)).isTrue();
        } finally {
            free.set(true);
        }
    }

    @Test
    void aTrustedHookThatHoldsUpAnEventLoopIsTold() throws Exception {
        with("trusted", Kit.list("quick"));
        var isIn = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        kit.plugin("quick").nonBlocking().hook(ConnectHook.class, connection -> {
            isIn.countDown();
            goOn.await();
            return HookResult.OK;
        });
        var loop = Thread.ofPlatform().start(() -> kit.ask(Moment.CONNECT, kit.about(null, null)));
        isIn.await();
        for (int i = 0; i < 12; i++) {
            kit.round();
        }
        goOn.countDown();
        loop.join();
        // the rounds follow each other so fast that virtual threads may seem to wait, which is told too
        assertThat(kit.log())
                .filteredOn(line -> line.contains("quick holds up an event loop at connect"))
                .hasSize(1);
    }

    @Test
    void aSettingThatCantBeIsRefusedByItsKey() {
        for (var bad : List.of(
                List.of("plugins", Kit.list("a b"), "plugins: want name"),
                List.of("plugins", Kit.list("a@nowhere"), "plugins: is no moment: nowhere"),
                List.of("plugins", Kit.list("a", "a?"), "plugins: is listed twice: a?"),
                List.of("trusted", Kit.list("a b"), "trusted: want a plugin's name: a b"),
                List.of("swapWait", "soon", "swapWait: want a duration such as 30s, 5m or PT30S: soon"),
                List.of("drain", "0s", "drain: must be more than nothing and at most 365 days: 0s"),
                List.of("limits", Kit.list("a"), "limits: want plugin=duration"),
                List.of("limits", Kit.list("a=x"), "limits: want a duration"),
                List.of("limits", Kit.list("a@b=1s"), "limits: is no moment: b"),
                List.of("onFault", Kit.list("a=DENY"), "onFault: want plugin=DENYSOFT or plugin=CONTINUE: a=DENY"),
                List.of("breakerFaults", 0, "breakerFaults: must be 1 to 1000: 0"),
                List.of("breakerWindow", "-PT1S", "breakerWindow: must be"),
                List.of("breakerPause", "", "breakerPause: want a duration"),
                List.of("stuckAfter", "1y", "stuckAfter: want a duration"),
                List.of("mostCarriers", 2000, "mostCarriers: must be 1 to 1024: 2000"),
                List.of("listenerQueue", 0, "listenerQueue: must be 1 to 1000000: 0"))) {
            assertThatThrownBy(() -> Kit.settings(bad.get(0), bad.get(1))).hasMessageStartingWith((String) bad.get(2));
        }
    }
}
