package org.tarishi.core.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tarishi.api.Moment;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.TransactionOutcome;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.ResultListener;
import org.tarishi.api.hook.SessionListener;
import org.tarishi.api.hook.TransactionListener;

/** What listeners hear. */
final class ListenerTest {

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private Kit kit = new Kit();

    @AfterEach
    void close() {
        kit.close();
    }

    private final class Watcher implements SessionListener {
        private final String name;

        Watcher(String name) {
            this.name = name;
        }

        @Override
        public void opened(SmtpConnection connection) {
            heard.add(name + " opened " + connection.id());
        }

        @Override
        public void closed(SmtpConnection connection) {
            heard.add(name + " closed " + connection.id());
        }
    }

    @Test
    void whoWasToldOfTheBeginningIsToldOfTheEndAndANewcomerOfNeither() {
        kit.plugin("w").bundle(7, "1.0.0").install(new Watcher("old"));
        kit.engine().putInForce(Map.of("w", 7L));
        kit.engine().opened(kit.connection());
        kit.plugin("w").bundle(8, "2.0.0").install(new Watcher("new"));
        kit.engine().putInForce(Map.of("w", 8L));
        var idle = kit.engine().whenIdle(7).toCompletableFuture();
        assertThat(idle).isNotDone();

        kit.engine().closed(kit.connection());
        await().until(() -> heard.size() == 2);
        assertThat(heard).containsExactly("old opened C1", "old closed C1");
        await().until(idle::isDone);

        var next = new FakeConnection("C2", kit.engine());
        kit.engine().opened(next);
        kit.engine().closed(next);
        await().until(() -> heard.size() == 4);
        assertThat(heard).endsWith("new opened C2", "new closed C2");
    }

    @Test
    void eventsThatDoNotFitAreCountedAndToldOnceAndPairsStayWhole() throws Exception {
        kit.close();
        kit = new Kit("listenerQueue", 10);
        var isIn = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        kit.plugin("slow").install(new SessionListener() {
            @Override
            public void opened(SmtpConnection connection) {
                heard.add("opened " + connection.id());
                isIn.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public void closed(SmtpConnection connection) {
                heard.add("closed " + connection.id());
            }
        });
        var all = IntStream.range(0, 30)
                .mapToObj(i -> new FakeConnection("C" + i, kit.engine()))
                .toList();
        kit.engine().opened(all.getFirst());
        isIn.await();
        all.stream().skip(1).forEach(kit.engine()::opened);
        all.forEach(kit.engine()::closed);
        goOn.countDown();

        await().until(() -> heard.size() == 22);
        assertThat(heard.subList(0, 11))
                .isEqualTo(IntStream.range(0, 11).mapToObj(i -> "opened C" + i).toList());
        assertThat(heard.subList(11, 22))
                .isEqualTo(IntStream.range(0, 11).mapToObj(i -> "closed C" + i).toList());
        await().until(() -> kit.log().size() == 2);
        assertThat(kit.log().get(0)).contains("slow is behind");
        assertThat(kit.log().get(1)).contains("slow has caught up; in all it has missed 19");
    }

    @Test
    void theEndOfATransactionIsToldToThoseWhoWereInForceAtItsBeginning() {
        kit.plugin("w")
                .bundle(7, "1.0.0")
                .hook(TransactionListener.class, (tx, outcome) -> heard.add("old " + tx.id() + " " + outcome));
        kit.engine().putInForce(Map.of("w", 7L));
        var began = kit.begin();
        kit.plugin("w")
                .bundle(8, "2.0.0")
                .hook(TransactionListener.class, (tx, outcome) -> heard.add("new " + tx.id() + " " + outcome));
        kit.engine().putInForce(Map.of("w", 8L));
        var idle = kit.engine().whenIdle(7).toCompletableFuture();
        began.ended(kit.transaction("C1.1"), TransactionOutcome.ACCEPTED);
        began.release();
        await().until(idle::isDone);
        assertThat(heard).containsExactly("old C1.1 ACCEPTED");
    }

    @Test
    void aListenerThatThrowsHearsTheNextEvent() {
        kit.plugin("bad").hook(TransactionListener.class, (tx, outcome) -> {
            heard.add(tx.id() + " " + outcome);
            throw new IllegalStateException("boom");
        });
        kit.engine().current().ended(kit.transaction("C1.1"), TransactionOutcome.ACCEPTED);
        kit.engine().current().ended(kit.transaction("C1.2"), TransactionOutcome.REJECTED);
        await().until(() -> heard.size() == 2);
        assertThat(heard).containsExactly("C1.1 ACCEPTED", "C1.2 REJECTED");
        await().until(() -> kit.log().size() == 2);
        assertThat(kit.log().getFirst()).contains("bad at listener", "boom");
    }

    @Test
    void aListenerThatTakesTooLongIsGivenUpAndTheNextEventTold() throws Exception {
        var isIn = new CountDownLatch(1);
        kit.plugin("slow").hook(TransactionListener.class, (tx, outcome) -> {
            heard.add(tx.id());
            isIn.countDown();
            if (tx.id().equals("C1.1")) {
                LockSupport.park();
            }
        });
        kit.engine().current().ended(kit.transaction("C1.1"), TransactionOutcome.ACCEPTED);
        kit.engine().current().ended(kit.transaction("C1.2"), TransactionOutcome.ACCEPTED);
        isIn.await();
        kit.advanceSeconds(31);
        await().until(() -> {
            kit.round();
            return heard.size() == 2;
        });
        assertThat(heard).containsExactly("C1.1", "C1.2");
    }

    @Test
    void resultsAreHeardUnderThePluginsNameWhenItsCallHasReturned() {
        assertThat(kit.engine().isListeningToResults()).isFalse();
        kit.plugin("ears")
                .hook(
                        ResultListener.class,
                        event ->
                                heard.add(event.id() + " " + event.plugin() + " " + event.key() + " " + event.value()));
        kit.plugin("check/spf").hook(MailHook.class, (tx, sender) -> {
            tx.results().pass("ok");
            tx.connection().results().put("score", 3L);
            assertThat(heard).isEmpty();
            return HookResult.OK;
        });
        kit.plugin("bad").hook(MailHook.class, (tx, sender) -> HookResult.OK);
        assertThat(kit.engine().isListeningToResults()).isTrue();
        kit.ask(Moment.MAIL, kit.about(kit.transaction("C1.1"), ReversePath.NULL));
        await().until(() -> heard.size() == 2);
        assertThat(heard).containsExactly("C1.1 check/spf pass ok", "C1 check/spf score 3");
    }

    @Test
    void aListenerThatLeavesWhileASessionBeginsIsKeptByNobody() {
        var source = kit.plugin("w").install(new Watcher("w"));
        var asked = new AtomicInteger();
        var connection = new FakeConnection("C9", kit.engine()) {
            @Override
            public String id() {
                // the last look at the id is where the session is entered
                if (asked.incrementAndGet() == 2) {
                    kit.engine().left(source, false, true);
                }
                return super.id();
            }
        };
        kit.engine().opened(connection);
        assertThat(asked.get()).isGreaterThanOrEqualTo(2);
        assertThat(kit.engine().listenersOf("C9")).isEmpty();
    }
}
