package org.tarishi.core.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tarishi.api.Moment;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.TransactionOutcome;
import org.tarishi.api.config.Networks;
import org.tarishi.api.hook.ConnectHook;
import org.tarishi.api.hook.DataPostHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.QueueHook;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.api.hook.SessionListener;
import org.tarishi.core.spi.Admission;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.PluginSwitch.Tally;
import org.tarishi.core.spi.PluginTrial;
import org.tarishi.core.spi.Subject;

/** A version beside the one in force: in some sessions, or in all of them without a say. */
final class TrialTest {

    private static final Recipient RCPT = Recipient.parse("<a@b.example>");
    private static final long OLD = 7;
    private static final long NEW = 8;
    private static final HookResult NO = HookResult.deny(Reply.of(550, "no"));

    private Kit kit = new Kit("limits", Kit.list("p=1s"));

    @AfterEach
    void close() {
        kit.close();
    }

    private void install(long bundle, String version, RcptHook hook) {
        kit.plugin("p").bundle(bundle, version).hook(RcptHook.class, hook);
    }

    /** Puts an old version in force, and a newer one beside it. */
    private void both(RcptHook old, RcptHook fresh) {
        install(OLD, "1.0.0", old);
        kit.engine().keepOut(NEW);
        install(NEW, "2.0.0", fresh);
    }

    private void trial(PluginTrial.Mode mode, int percent, String... clients) {
        trial(mode, percent, Instant.EPOCH, clients);
    }

    private void trial(PluginTrial.Mode mode, int percent, Instant since, String... clients) {
        kit.engine().tryOut(new PluginTrial(Map.of("p", NEW), mode, percent, Networks.parse("client", clients), since));
    }

    private SmtpConnection session(String id) {
        return new FakeConnection(id, kit.engine());
    }

    private Generation begin(SmtpConnection connection) {
        var told = new CompletableFuture<Admission>();
        kit.engine().begin(connection, Runnable::run, told::complete);
        return ((Admission.Admitted) told.join()).generation();
    }

    private Subject about(SmtpConnection connection) {
        return new Subject(
                connection, new FakeTransaction(connection.id() + ".1", connection, kit.engine()), null, RCPT);
    }

    /** What a session is told at RCPT. */
    private HookResult rcpt(SmtpConnection connection) {
        var held = begin(connection);
        try {
            return Kit.get(kit.askLater(held, Moment.RCPT, about(connection))).answer();
        } finally {
            held.release();
        }
    }

    @Test
    void aVersionThatIsKeptOutIsAskedNothingThoughItIsTheHigherOne() {
        both((tx, rcpt) -> HookResult.OK, (tx, rcpt) -> NO);
        assertThat(rcpt(session("C1"))).isEqualTo(HookResult.OK);
        assertThat(kit.engine().trialReport()).isEmpty();

        kit.engine().putInForce(Map.of("p", NEW));
        assertThat(rcpt(session("C1"))).isEqualTo(NO);
    }

    @Test
    void aShareOfTheSessionsHasTheNewVersionAndEachAlwaysTheSameOne() {
        both((tx, rcpt) -> HookResult.OK, (tx, rcpt) -> NO);
        trial(PluginTrial.Mode.CANARY, 20);
        int taken = 0;
        for (int i = 0; i < 500; i++) {
            var session = session("C" + i);
            var first = rcpt(session);
            assertThat(rcpt(session)).isEqualTo(first);
            taken += first.equals(NO) ? 1 : 0;
        }
        assertThat(taken).isBetween(60, 140);
        assertThat(kit.engine().tally(NEW)).isEqualTo(new Tally(2L * taken, 0, 0));
        assertThat(kit.engine().tally(OLD)).isEqualTo(new Tally(2L * (500 - taken), 0, 0));
    }

    @Test
    void certainClientsHaveTheNewVersionAndNoOthers() {
        both((tx, rcpt) -> HookResult.OK, (tx, rcpt) -> NO);
        trial(PluginTrial.Mode.CANARY, 0, "198.51.100.0/24");

        assertThat(rcpt(new FakeConnection("C1", kit.engine(), "198.51.100.9"))).isEqualTo(NO);
        assertThat(rcpt(new FakeConnection("C2", kit.engine(), "203.0.113.9"))).isEqualTo(HookResult.OK);
    }

    @Test
    void aSessionThatBeganBeforeTheTrialKeepsTheVersionInForce() {
        both((tx, rcpt) -> HookResult.OK, (tx, rcpt) -> NO);
        trial(PluginTrial.Mode.CANARY, 100, Instant.EPOCH.plusSeconds(1));

        assertThat(rcpt(session("C1"))).isEqualTo(HookResult.OK);
    }

    @Test
    void theMomentsOfAConnectionAndItsListenersGoByTheSameVersion() {
        var told = new ArrayList<String>();
        kit.plugin("p").bundle(OLD, "1.0.0").install(new Greeter("old", told));
        kit.engine().keepOut(NEW);
        kit.plugin("p").bundle(NEW, "2.0.0").install(new Greeter("new", told));
        trial(PluginTrial.Mode.CANARY, 0, "198.51.100.9");

        for (var client : List.of("198.51.100.9", "203.0.113.9")) {
            var session = new FakeConnection("C" + client, kit.engine(), client);
            kit.engine().opened(session);
            Kit.get(kit.askLater(
                    kit.engine().current(session), Moment.CONNECT, new Subject(session, null, null, null)));
            kit.engine().closed(session);
        }

        await().untilAsserted(() -> {
            synchronized (told) {
                assertThat(new TreeSet<>(told))
                        .containsExactly(
                                "new asked by C198.51.100.9",
                                "new closed C198.51.100.9",
                                "new opened C198.51.100.9",
                                "old asked by C203.0.113.9",
                                "old closed C203.0.113.9",
                                "old opened C203.0.113.9");
            }
        });
    }

    /** Says what it hears. */
    record Greeter(String name, List<String> told) implements ConnectHook, SessionListener {

        private void tell(String what) {
            synchronized (told) {
                told.add(name + " " + what);
            }
        }

        @Override
        public HookResult onConnect(SmtpConnection connection) {
            tell("asked by " + connection.id());
            return HookResult.CONTINUE;
        }

        @Override
        public void opened(SmtpConnection connection) {
            tell("opened " + connection.id());
        }

        @Override
        public void closed(SmtpConnection connection) {
            tell("closed " + connection.id());
        }
    }

    @Test
    void aTransactionKeepsItsVersionWhenTheTrialEndsAndOnlyThenItIsIdle() {
        both((tx, rcpt) -> HookResult.OK, (tx, rcpt) -> NO);
        trial(PluginTrial.Mode.CANARY, 100);
        var session = session("C1");
        var held = begin(session);
        kit.engine().endTrial();

        var idle = kit.engine().whenIdle(NEW).toCompletableFuture();
        assertThat(Kit.get(kit.askLater(held, Moment.RCPT, about(session))).answer())
                .isEqualTo(NO);
        assertThat(idle).isNotDone();
        held.release();
        await().until(idle::isDone);
        assertThat(rcpt(session)).isEqualTo(HookResult.OK);
    }

    @Test
    void putInForceItIsTheVersionOfAllAndTheTrialIsOver() {
        both((tx, rcpt) -> HookResult.OK, (tx, rcpt) -> NO);
        trial(PluginTrial.Mode.CANARY, 0, "198.51.100.9");
        var held = begin(session("C1"));
        kit.engine().putInForce(Map.of("p", NEW));

        assertThat(kit.engine().trialReport()).isEmpty();
        assertThat(rcpt(session("C2"))).isEqualTo(NO);
        assertThat(Kit.get(kit.askLater(held, Moment.RCPT, about(session("C1"))))
                        .answer())
                .isEqualTo(HookResult.OK);
        held.release();
    }

    @Test
    void whatBothHaveAnsweredAndHowLongItTookIsReported() {
        both((tx, rcpt) -> HookResult.OK, (tx, rcpt) -> {
            kit.advanceSeconds(tx.id().equals("C1.1") ? 0 : 1);
            if (tx.id().equals("C2.1")) {
                throw new IllegalStateException("boom");
            }
            return NO;
        });
        trial(PluginTrial.Mode.CANARY, 0, "198.51.100.9");
        for (var id : List.of("C1", "C2", "C3", "C4")) {
            rcpt(new FakeConnection(id, kit.engine(), "198.51.100.9"));
        }
        rcpt(session("C5"));

        assertThat(kit.engine().trialReport()).hasValueSatisfying(report -> {
            assertThat(report.isOn()).isTrue();
            assertThat(report.before().verdicts()).isEqualTo(Map.of("rcpt ok", 1L));
            assertThat(report.candidate().verdicts()).isEqualTo(Map.of("rcpt deny", 3L, "rcpt fault", 1L));
            assertThat(report.candidate().timedCalls()).isEqualTo(4);
            assertThat(report.candidate().slowest()).isBetween(Duration.ofSeconds(1), Duration.ofMillis(1_125));
            assertThat(report.before().slowest()).isLessThan(Duration.ofSeconds(1));
        });
        assertThat(kit.engine().tally(NEW)).isEqualTo(new Tally(4, 1, 0));
    }

    @Test
    void aCanaryThatLeavesOrIsStuckHasNoSessionsAnyMore() {
        install(OLD, "1.0.0", (tx, rcpt) -> HookResult.OK);
        kit.engine().keepOut(NEW);
        RcptHook hook = (tx, rcpt) -> NO;
        var source = kit.plugin("p").bundle(NEW, "2.0.0").hook(RcptHook.class, hook);
        trial(PluginTrial.Mode.CANARY, 100);
        assertThat(rcpt(session("C1"))).isEqualTo(NO);

        kit.engine().left(source, false, true);

        assertThat(rcpt(session("C1"))).isEqualTo(HookResult.OK);
        assertThat(kit.engine().trialReport())
                .hasValueSatisfying(report -> assertThat(report.isOn()).isFalse());
    }

    @Test
    void withoutATrialNothingIsMeasuredAndTheChainsAreTheSameForAll() {
        install(OLD, "1.0.0", (tx, rcpt) -> HookResult.OK);
        var chains = kit.engine().current();
        assertThat(kit.engine().current(session("C1"))).isSameAs(chains);
        assertThat(chains.links(Moment.RCPT)).allSatisfy(link -> {
            assertThat(link.gauge()).isNull();
            assertThat(link.shadow()).isNull();
        });
    }

    // Shadows.

    @Test
    void aShadowSeesEverySessionDecidesNothingAndChangesNothing() {
        var key = NoteKey.of("test.note", String.class);
        both((tx, rcpt) -> HookResult.OK, (tx, rcpt) -> {
            tx.notes().put(key, "shadow");
            tx.recipients().add(Recipient.parse("<evil@b.example>"));
            tx.replaceSender(ReversePath.parse("<evil@b.example>"));
            tx.headers().append("X-Evil", "1");
            tx.grantRelaying("evil");
            tx.connection().notes().put(key, "shadow");
            tx.results().pass("evil");
            return tx.notes().get(key).isPresent() && tx.recipients().all().size() == 1 ? NO : HookResult.OK;
        });
        trial(PluginTrial.Mode.SHADOW, 0);
        var session = session("C1");
        var tx = new FakeTransaction("C1.1", session, kit.engine());
        var held = begin(session);
        assertThat(Kit.get(kit.askLater(held, Moment.RCPT, new Subject(session, tx, null, RCPT)))
                        .answer())
                .isEqualTo(HookResult.OK);

        await().untilAsserted(() -> assertThat(kit.engine().trialReport()).hasValueSatisfying(report -> {
            assertThat(report.candidate().verdicts()).isEqualTo(Map.of("rcpt deny", 1L));
            assertThat(report.before().verdicts()).isEqualTo(Map.of("rcpt ok", 1L));
            assertThat(report.candidate().differed()).isEqualTo(1);
        }));
        assertThat(tx.notes().names()).isEmpty();
        assertThat(session.notes().names()).isEmpty();
        assertThat(tx.recipients().all()).isEmpty();
        assertThat(tx.sender()).isEqualTo(ReversePath.NULL);
        assertThat(tx.headers().fields()).isEmpty();
        assertThat(tx.isRelaying()).isFalse();
        assertThat(tx.results().all()).isEmpty();
        assertThat(kit.engine().tally(NEW).transactions()).isEqualTo(1);
        held.release();
        assertThat(kit.engine().tally(NEW).transactions()).isEqualTo(1);
    }

    @Test
    void nobodyWaitsForAShadowAndTooManyCallsOfItAreLeftOut() throws Exception {
        var gate = new Semaphore(0);
        both((tx, rcpt) -> HookResult.OK, (tx, rcpt) -> {
            gate.acquire();
            return HookResult.OK;
        });
        trial(PluginTrial.Mode.SHADOW, 0);
        for (int i = 0; i < Shadows.MOST + 3; i++) {
            assertThat(rcpt(session("C" + i))).isEqualTo(HookResult.OK);
        }
        assertThat(kit.engine().trialReport())
                .hasValueSatisfying(
                        report -> assertThat(report.candidate().dropped()).isEqualTo(3));
        gate.release(Shadows.MOST);
        await().untilAsserted(() -> assertThat(kit.engine().trialReport())
                .hasValueSatisfying(
                        report -> assertThat(report.candidate().agreed()).isEqualTo(Shadows.MOST)));
    }

    @Test
    void aShadowsFaultsAndTimeOutsAreCountedAndRefuseNothing() throws Exception {
        var stay = new CountDownLatch(1);
        var isIn = new CountDownLatch(1);
        both((tx, rcpt) -> HookResult.OK, (tx, rcpt) -> {
            if (tx.id().equals("C1.1")) {
                throw new IllegalStateException("boom");
            }
            isIn.countDown();
            stay.await();
            return HookResult.OK;
        });
        trial(PluginTrial.Mode.SHADOW, 0);
        assertThat(rcpt(session("C1"))).isEqualTo(HookResult.OK);
        await().until(() -> kit.engine().tally(NEW).faults() == 1);
        assertThat(rcpt(session("C2"))).isEqualTo(HookResult.OK);
        isIn.await();
        kit.advanceSeconds(2);
        kit.round();
        stay.countDown();

        assertThat(kit.engine().tally(NEW)).isEqualTo(new Tally(2, 2, 1));
        assertThat(kit.engine().trialReport())
                .hasValueSatisfying(report -> assertThat(report.candidate().verdicts())
                        .isEqualTo(Map.of("rcpt fault", 1L, "rcpt timeout", 1L)));
        assertThat(kit.log()).anyMatch(line -> line.contains("on trial as a shadow") && line.contains("boom"));
    }

    @Test
    void aShadowIsNeverAskedToTakeAMessage() {
        kit.plugin("p").bundle(OLD, "1.0.0").hook(QueueHook.class, (tx, message) -> HookResult.OK);
        kit.engine().keepOut(NEW);
        kit.plugin("p").bundle(NEW, "2.0.0").hook(QueueHook.class, (tx, message) -> NO);
        trial(PluginTrial.Mode.SHADOW, 0);

        assertThat(kit.engine().current().links(Moment.QUEUE))
                .singleElement()
                .satisfies(link -> assertThat(link.shadow()).isNull());
    }

    @Test
    void aShadowThatStillReadsAMessageWhenItsTransactionEndsHasNoFault() throws Exception {
        var stay = new CountDownLatch(1);
        var isIn = new CountDownLatch(1);
        kit.plugin("p").bundle(OLD, "1.0.0").hook(DataPostHook.class, (tx, message) -> HookResult.CONTINUE);
        kit.engine().keepOut(NEW);
        kit.plugin("p").bundle(NEW, "2.0.0").hook(DataPostHook.class, (tx, message) -> {
            isIn.countDown();
            stay.await();
            throw new IOException("closed");
        });
        trial(PluginTrial.Mode.SHADOW, 0);
        var session = session("C1");
        var held = begin(session);
        Transaction tx = new FakeTransaction("C1.1", session, kit.engine());
        @Nullable FakeMessage message = new FakeMessage();
        assertThat(Kit.get(kit.askLater(held, Moment.DATA_POST, new Subject(session, tx, message, null)))
                        .answer())
                .isEqualTo(HookResult.CONTINUE);
        isIn.await();
        held.ended(tx, TransactionOutcome.ACCEPTED);
        held.release();
        stay.countDown();

        await().untilAsserted(() -> assertThat(kit.engine().trialReport())
                .hasValueSatisfying(
                        report -> assertThat(report.candidate().dropped()).isEqualTo(1)));
        assertThat(kit.engine().tally(NEW).faults()).isZero();
    }
}
