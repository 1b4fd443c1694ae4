package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.util.concurrent.Timers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.Moment;
import org.tarishi.api.Notes;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.HookResult;

/** The server over real sockets: what a client that behaves, or does not, gets. */
final class ServerTest {

    private static void mail(Client client) throws IOException {
        client.send("MAIL FROM:<a@b.example>").expect("250 …");
        client.send("RCPT TO:<c@d.example>").expect("250 …");
        client.send("DATA").expect("354 …");
        client.send("Subject: x", "", "body", ".").expect("250 2.0.0 …");
    }

    private static Harbour accepting(Map<String, ?> settings) {
        var harbour = new Harbour(settings);
        harbour.hooks.on(Moment.RCPT, HookResult.OK);
        harbour.hooks.on(Moment.QUEUE, HookResult.OK);
        return harbour;
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    @Test
    void aMailGoesThroughARealSocket() throws IOException {
        try (var harbour = accepting(Map.of());
                var client = harbour.connect(harbour.listen())) {
            client.expect("220 …").send("HELO x").expect("250 …");
            mail(client);
            mail(client);
            client.send("QUIT").expect("221 …").expectEnd();

            assertThat(harbour.store.messages).hasSize(2);
            await().untilAsserted(() -> assertThat(harbour.hooks.events)
                    .containsExactly("opened", "ended ACCEPTED", "ended ACCEPTED", "closed"));
        }
    }

    /** Otherwise thousands of them would be kept for a while where as many connections come and go each second. */
    @Test
    void aConnectionThatIsGoneLeavesNoTimerBehind() throws Exception {
        try (var harbour = accepting(Map.of())) {
            var loops = harbour.server.loops();
            var listener = harbour.listen();
            int before = Timers.scheduled(loops);
            try (var client = harbour.connect(listener)) {
                client.expect("220 …");
                assertThat(Timers.scheduled(loops)).isGreaterThan(before);
                client.send("QUIT").expect("221 …").expectEnd();
            }
            await().until(() -> harbour.hooks.events.contains("closed"));
            assertThat(Timers.scheduled(loops)).isEqualTo(before);
        }
    }

    @Test
    void repliesKeepTheirOrderWhenPluginsAnswerLater() throws IOException {
        try (var harbour = accepting(Map.of("maxErrors", 1_000));
                var client = harbour.connect(harbour.listen())) {
            harbour.hooks.timing = FakeHooks.Timing.LATER;
            client.expect("220 …").send("HELO x").expect("250 …");
            for (int i = 0; i < 20; i++) {
                client.send(
                        "MAIL FROM:<a@b.example>",
                        "RCPT TO:<c@d.example>",
                        "FOO",
                        "RCPT TO:<bad>",
                        "DATA",
                        "x",
                        ".",
                        "RSET");
            }
            for (int i = 0; i < 20; i++) {
                client.expect(
                        "250 2.1.0 …", "250 2.1.5 …", "500 …", "501 …", "354 …", "250 2.0.0 message…", "250 2.0.0 OK");
            }
        }
    }

    @Test
    void aClientThatShutsItsSideIsAnsweredYet() throws IOException {
        try (var harbour = accepting(Map.of());
                var client = harbour.connect(harbour.listen())) {
            harbour.hooks.timing = FakeHooks.Timing.LATER;
            client.send("HELO x", "MAIL FROM:<>", "RCPT TO:<c@d.example>", "DATA", "x", ".")
                    .halfClose();
            client.expect("220 …", "250 …", "250 …", "250 …", "354 …", "250 2.0.0 message …")
                    .expectEnd();
        }
    }

    @Test
    void aClientThatGoesWhilePluginsAreAskedCostsNothingWhenTheyHaveAnswered() throws IOException {
        try (var harbour = accepting(Map.of())) {
            var client = harbour.connect(harbour.listen());
            client.expect("220 …")
                    .send("HELO x")
                    .expect("250 …")
                    .send("MAIL FROM:<>")
                    .expect("250 …");
            harbour.hooks.timing = FakeHooks.Timing.WHEN_TOLD;
            client.send("RCPT TO:<c@d.example>");
            await().until(() -> harbour.hooks.waiting() == 1);
            client.reset();
            assertThat(harbour.hooks.released.get()).isZero();

            assertThat(harbour.hooks.answer()).isTrue();

            await().until(() -> harbour.hooks.released.get() == 1);
            await().untilAsserted(() ->
                    assertThat(harbour.hooks.events).containsExactly("opened", "ended ABORTED", "closed"));
            assertThat(harbour.server.open()).isZero();
        }
    }

    @Test
    void aClientThatGoesWhileItsMessageIsTakenHasSentIt() throws IOException {
        try (var harbour = accepting(Map.of())) {
            var client = harbour.connect(harbour.listen());
            client.expect("220 …")
                    .send("HELO x")
                    .expect("250 …")
                    .send("MAIL FROM:<>")
                    .expect("250 …");
            client.send("RCPT TO:<c@d.example>").expect("250 …").send("DATA").expect("354 …");
            harbour.hooks.timing = FakeHooks.Timing.WHEN_TOLD;
            client.send("x", ".");
            await().until(() -> harbour.hooks.waiting() == 1);
            client.reset();
            harbour.hooks.answer();

            await().untilAsserted(() ->
                    assertThat(harbour.hooks.events).containsExactly("opened", "ended ACCEPTED", "closed"));
            assertThat(harbour.store.closed.get()).isEqualTo(1);
        }
    }

    @Test
    void aClientThatGoesInItsMessageLeavesNothing() throws IOException {
        try (var harbour = accepting(Map.of())) {
            var client = harbour.connect(harbour.listen());
            client.expect("220 …")
                    .send("HELO x")
                    .expect("250 …")
                    .send("MAIL FROM:<>")
                    .expect("250 …");
            client.send("RCPT TO:<c@d.example>")
                    .expect("250 …")
                    .send("DATA")
                    .expect("354 …")
                    .send("half a mes");
            client.close();

            await().untilAsserted(() ->
                    assertThat(harbour.hooks.events).containsExactly("opened", "ended ABORTED", "closed"));
            assertThat(harbour.store.closed.get()).isEqualTo(1);
            assertThat(harbour.hooks.released.get()).isEqualTo(1);
        }
    }

    @Test
    void aClientThatNeverReadsRepliesIsNotReadFrom() throws Exception {
        try (var harbour = accepting(Map.of());
                var client = harbour.connect(harbour.listen())) {
            client.socket().setReceiveBufferSize(4096);
            var block = "NOOP\r\n".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
            var sent = new AtomicLong();
            var writer = CompletableFuture.runAsync(() -> {
                try {
                    while (true) {
                        client.socket().getOutputStream().write(block);
                        sent.addAndGet(block.length);
                    }
                } catch (IOException e) {
                    // The test has closed the socket.
                }
            });
            // Sockets hold some megabytes; what is sent stands still when the server has stopped reading.
            var before = new AtomicLong(-1);
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> before.getAndSet(sent.get()) == sent.get() && sent.get() > 0);
            assertThat(sent.get()).isLessThan(64L << 20);
            client.reset();
            writer.join();
        }
    }

    @Test
    void readingStopsWhileTheDiskIsBehind() throws Exception {
        try (var harbour = accepting(Map.of("maxMessageBytes", 0L, "maxDataLine", 16_777_216));
                var client = harbour.connect(harbour.listen())) {
            harbour.store.slow = true;
            client.expect("220 …")
                    .send("HELO x")
                    .expect("250 …")
                    .send("MAIL FROM:<>")
                    .expect("250 …");
            client.send("RCPT TO:<c@d.example>").expect("250 …").send("DATA").expect("354 …");
            client.send("one").send("two");
            await().until(harbour.store::proceed);
            client.send("three", ".");
            await().until(() -> {
                harbour.store.proceed();
                return !harbour.store.messages.isEmpty();
            });
            client.expect("250 2.0.0 …");
            assertThat(harbour.store.messages.getFirst().text()).contains("one\r\ntwo\r\nthree\r\n");
        }
    }

    @Test
    void whoWatchesTheBodyAndIsBehindIsWaitedFor() throws Exception {
        try (var harbour = accepting(Map.of());
                var client = harbour.connect(harbour.listen())) {
            harbour.hooks.bodyAnswer = HookResult.CONTINUE;
            harbour.hooks.bodyFull = true;
            client.expect("220 …")
                    .send("HELO x")
                    .expect("250 …")
                    .send("MAIL FROM:<>")
                    .expect("250 …");
            client.send("RCPT TO:<c@d.example>").expect("250 …").send("DATA").expect("354 …");
            client.send("one").send("two").send(".").expect("250 2.0.0 …");
            assertThat(harbour.hooks.body.toString()).isEqualTo("one\r\ntwo\r\n");
        }
    }

    @Test
    void oneSessionMoreThanAllowedIsTurnedAway() throws IOException {
        try (var harbour = accepting(Map.of("maxSessions", 2))) {
            var listener = harbour.listen();
            try (var one = harbour.connect(listener);
                    var two = harbour.connect(listener)) {
                one.expect("220 …");
                two.expect("220 …");
                try (var three = harbour.connect(listener)) {
                    three.expect("421 4.4.5 too busy, try again later").expectEnd();
                }
                one.send("QUIT").expect("221 …").expectEnd();
                await().until(() -> harbour.server.open() == 1);
                try (var four = harbour.connect(listener)) {
                    four.expect("220 …");
                }
            }
        }
    }

    @Test
    void aTakenPortIsTriedAgainUntilItCanBeHad() throws IOException {
        var taker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        try (var harbour = accepting(Map.of())) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), taker.getLocalPort());
            var listener = harbour.listen("mx", address);
            var status = new ListenerStatus(harbour.server);

            assertThat(listener.bound()).isNull();
            assertThat(status.get()).containsEntry("ready", false);
            assertThat(listener.status())
                    .startsWith("mx: listener mx cannot listen on 127.0.0.1:" + taker.getLocalPort());

            taker.close();
            await().until(() -> listener.bound() != null);
            assertThat(status.get()).containsEntry("ready", true);
            try (var client = harbour.connect(listener)) {
                client.expect("220 …");
            }
        }
    }

    @Test
    void aListenerThatIsMovedToATakenPortServesWhereItWasUntilItCanMove() throws IOException {
        var taker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        try (var harbour = accepting(Map.of())) {
            var listener = harbour.listen();
            var before = Harbour.place(listener);
            var wanted = new InetSocketAddress(InetAddress.getLoopbackAddress(), taker.getLocalPort());

            listener.change(new ListenerSettings(wanted, ListenerMode.SMTP));

            assertThat(listener.bound()).isEqualTo(before);
            assertThat(listener.status()).contains("cannot listen on 127.0.0.1:" + taker.getLocalPort());
            try (var client = harbour.connect(listener)) {
                client.expect("220 …");
            }

            taker.close();
            await().until(() -> wanted.equals(listener.bound()));
            assertThat(listener.status()).doesNotContain("cannot listen");
            try (var client = harbour.connect(listener)) {
                client.expect("220 …");
            }
            await().untilAsserted(
                            () -> assertThatThrownBy(() -> new Client(before)).isInstanceOf(SocketException.class));
        }
    }

    @Test
    void aMoveThatIsTakenBackLeavesTheListenerWhereItIs() throws IOException {
        try (var taker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var harbour = accepting(Map.of())) {
            var listener = harbour.listen();
            var before = Harbour.place(listener);
            listener.change(new ListenerSettings(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), taker.getLocalPort()), ListenerMode.SMTP));

            listener.change(new ListenerSettings(before, ListenerMode.SMTP));

            assertThat(listener.bound()).isEqualTo(before);
            assertThat(listener.status()).doesNotContain("cannot listen");
            try (var client = harbour.connect(listener)) {
                client.expect("220 …");
            }
        }
    }

    @Test
    void aListenerMovesBetweenOneAddressAndAllOfThem() throws IOException {
        try (var harbour = accepting(Map.of())) {
            var listener = harbour.listen();
            var one = Harbour.place(listener);
            var all = new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), one.getPort());

            listener.change(new ListenerSettings(all, ListenerMode.SMTP));
            await().until(() -> {
                var at = listener.bound();
                return at instanceof InetSocketAddress ip && ip.getAddress().isAnyLocalAddress();
            });
            listener.change(new ListenerSettings(one, ListenerMode.SMTP));
            await().until(() -> one.equals(listener.bound()));

            try (var client = harbour.connect(listener)) {
                client.expect("220 …");
            }
        }
    }

    @Test
    void twoListenersDoNotShareAnAddress() throws IOException {
        try (var harbour = accepting(Map.of())) {
            var first = harbour.listen();
            var second = harbour.listen("second", Harbour.place(first));

            assertThat(second.bound()).isNull();
            assertThat(second.status()).contains("listener test has this address and port");
        }
    }

    @Test
    void changingOneListenerTouchesNeitherTheOtherNorOpenSessions() throws IOException {
        try (var harbour = accepting(Map.of())) {
            var moved = harbour.listen("moved", Harbour.anyPort());
            var still = harbour.listen("still", Harbour.anyPort());
            var oldPlace = Harbour.place(moved);
            try (var onMoved = harbour.connect(moved);
                    var onStill = harbour.connect(still)) {
                onMoved.expect("220 …").send("HELO x").expect("250 …");
                onStill.expect("220 …").send("HELO x").expect("250 …");

                moved.change(new ListenerSettings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort()), ListenerMode.SMTP));

                assertThat(moved.bound()).isNotNull().isNotEqualTo(oldPlace);
                mail(onMoved);
                mail(onStill);
                try (var client = harbour.connect(moved)) {
                    client.expect("220 …");
                }
                await().untilAsserted(() ->
                        assertThatThrownBy(() -> new Client(oldPlace)).isInstanceOf(SocketException.class));
            }
        }
    }

    @Test
    void theSocketOutlivesTheServerAndTheNextOneAcceptsFromIt() throws IOException {
        try (var harbour = accepting(Map.of())) {
            var listener = harbour.listen();
            var place = Harbour.place(listener);
            try (var early = harbour.connect(listener)) {
                early.expect("220 …");
                listener.stop(false);
                harbour.server.deactivate();
                early.expect("421 4.3.2 …").expectEnd();
            }
            try (var between = new Client(place)) {
                harbour.server = harbour.start(Map.of());
                var next = harbour.listen("next", place);
                assertThat(next.bound()).isEqualTo(place);
                between.expect("220 …").send("HELO x").expect("250 …");
                mail(between);
            }
        }
    }

    @Test
    void aServerThatRetiresLeavesTheSocketToItsSuccessorAndServesItsSessionsToTheirEnd() throws IOException {
        try (var harbour = accepting(Map.of())) {
            var listener = harbour.listen();
            var place = Harbour.place(listener);
            var former = harbour.server;
            try (var old = harbour.connect(listener)) {
                old.expect("220 …").send("HELO x").expect("250 …");
                harbour.server = harbour.start(Map.of());
                var next = harbour.listen("next", place);
                assertThat(next.bound()).isEqualTo(place);

                var over = former.retire().toCompletableFuture();
                try (var client = new Client(place)) {
                    client.expect("220 …").send("HELO x").expect("250 …");
                    assertThat(harbour.server.open()).isEqualTo(1);
                    mail(client);
                }
                mail(old);
                assertThat(over).isNotDone();
                old.send("QUIT").expect("221 …").expectEnd();
                await().until(over::isDone);
            }
        }
    }

    @Test
    void aRemovedListenerListensNoMore() throws IOException {
        try (var harbour = accepting(Map.of())) {
            var listener = harbour.listen();
            var place = Harbour.place(listener);
            listener.stop(true);
            // The kernel closes it when the loop's selector has let go of it.
            await().untilAsserted(
                            () -> assertThatThrownBy(() -> new Client(place)).isInstanceOf(SocketException.class));
        }
    }

    @Test
    void aStopLetsAnOpenTransactionFinishAndTurnsIdleSessionsAway() throws Exception {
        try (var harbour = accepting(Map.of("drain", "PT10S"))) {
            var listener = harbour.listen();
            try (var idle = harbour.connect(listener);
                    var busy = harbour.connect(listener)) {
                idle.expect("220 …");
                busy.expect("220 …")
                        .send("HELO x")
                        .expect("250 …")
                        .send("MAIL FROM:<>")
                        .expect("250 …");
                listener.stop(false);
                var stop = CompletableFuture.runAsync(harbour.server::deactivate);
                idle.expect("421 4.3.2 …").expectEnd();
                busy.send("RCPT TO:<c@d.example>").expect("250 …").send("DATA").expect("354 …");
                busy.send("x", ".").expect("250 2.0.0 …", "421 4.3.2 …").expectEnd();
                stop.join();
                assertThat(harbour.server.open()).isZero();
            }
        }
    }

    @Test
    void theEndOfTheProcessClosesTheListeningSocketsAndWaitsForOpenTransactions() throws Exception {
        try (var harbour = accepting(Map.of("drain", "PT10S"))) {
            var listener = harbour.listen();
            var place = Harbour.place(listener);
            try (var busy = harbour.connect(listener)) {
                busy.expect("220 …")
                        .send("HELO x")
                        .expect("250 …")
                        .send("MAIL FROM:<>")
                        .expect("250 …");
                var stop = CompletableFuture.runAsync(harbour.server::close);
                await().untilAsserted(() ->
                        assertThatThrownBy(() -> new Client(place)).isInstanceOf(SocketException.class));
                busy.send("RCPT TO:<c@d.example>").expect("250 …").send("DATA").expect("354 …");
                assertThat(stop).isNotDone();
                busy.send("x", ".").expect("250 2.0.0 …", "421 4.3.2 …").expectEnd();
                stop.join();
            }
        }
    }

    @Test
    void aStopDoesNotWaitForEver() throws Exception {
        try (var harbour = accepting(Map.of("drain", "PT0.2S"))) {
            var listener = harbour.listen();
            try (var busy = harbour.connect(listener)) {
                busy.expect("220 …")
                        .send("HELO x")
                        .expect("250 …")
                        .send("MAIL FROM:<>")
                        .expect("250 …");
                listener.stop(false);
                harbour.server.deactivate();
                busy.expect("421 4.3.2 …").expectEnd();
                assertThat(harbour.hooks.released.get()).isEqualTo(1);
            }
        }
    }

    @Test
    void withoutTheChainsNothingIsTakenAndSessionsLiveOn() throws IOException {
        try (var harbour = accepting(Map.of())) {
            var listener = harbour.listen();
            try (var client = harbour.connect(listener)) {
                client.expect("220 …").send("HELO x").expect("250 …");
                harbour.server.unbindHooks(harbour.hooks);
                client.send("MAIL FROM:<>").expect("451 4.3.2 …");
                try (var other = harbour.connect(listener)) {
                    other.expect("421 4.3.2 …").expectEnd();
                }
                harbour.server.bindHooks(harbour.hooks);
                mail(client);
            }
        }
    }

    @Test
    void settingsHoldForSessionsThatBeginLater() throws IOException {
        try (var harbour = accepting(Map.of())) {
            var listener = harbour.listen();
            try (var before = harbour.connect(listener)) {
                before.expect("220 mx.test ESMTP …");
                harbour.server.modified(Stage.config(Map.of("hostname", "other.test")));
                before.send("HELO x").expect("250 mx.test …");
                try (var after = harbour.connect(listener)) {
                    after.expect("220 other.test ESMTP …");
                }
            }
        }
    }

    @Test
    void aPluginsFaultInTheCoreEndsOneSessionWithAnApology() throws IOException {
        try (var harbour = accepting(Map.of())) {
            harbour.hooks.answers.put(Moment.MAIL, _ -> {
                throw new IllegalStateException("a fault of the hooks bundle");
            });
            try (var client = harbour.connect(harbour.listen())) {
                client.expect("220 …").send("HELO x").expect("250 …");
                client.send("MAIL FROM:<>").expect("421 4.3.0 internal error…").expectEnd();
            }
            await().until(() -> harbour.hooks.released.get() == 1);
        }
    }

    @Test
    void anAddressThatFailsInAnUnforeseenWayIsTriedAgain() throws IOException {
        try (var harbour = accepting(Map.of())) {
            var dead = ServerSocketChannel.open();
            dead.close();
            harbour.server.bindSockets(_ -> dead);
            var listener = harbour.listen();
            assertThat(listener.status()).contains("cannot listen on 127.0.0.1:0");
            harbour.server.bindSockets(harbour);
            await().until(() -> listener.bound() != null);
        }
    }

    @Test
    void notesAreMadeOnceHoweverManyAskForThem() throws Exception {
        try (var stage = new Stage().connect()) {
            var connections = new ArrayList<SmtpConnection>();
            stage.hooks.answers.put(Moment.NOOP, subject -> {
                connections.add(subject.connection());
                return HookResult.CONTINUE;
            });
            stage.expect("220 …").send("NOOP").expect("250 …");
            var connection = connections.getFirst();
            var others = new CompletableFuture<Notes>();
            var other = Thread.ofPlatform().unstarted(() -> others.complete(connection.notes()));
            stage.hooks.makingNotes = () -> {
                stage.hooks.makingNotes = () -> {};
                other.start();
                await().until(() -> other.getState() == Thread.State.BLOCKED || others.isDone());
            };
            var notes = connection.notes();
            assertThat(others.get(10, TimeUnit.SECONDS)).isSameAs(notes);
        }
    }

    @Test
    void aRecipientThatIsNamedForEverHasALimitToo() {
        try (var stage = new Stage()) {
            stage.mode = ListenerMode.LMTP;
            stage.settings.put("maxRecipients", 100);
            stage.hooks.on(Moment.RCPT, HookResult.OK);
            stage.hooks.on(Moment.QUEUE, HookResult.OK);
            stage.connect().expect("220 …").send("LHLO x");
            while (!stage.line().startsWith("250 ")) {}
            stage.send("MAIL FROM:<>").expect("250 …");
            for (int i = 0; i < 100; i++) {
                stage.send("RCPT TO:<a@b.example>").expect("250 …");
            }
            stage.send("RCPT TO:<a@b.example>").expect("452 …");
        }
    }
}
