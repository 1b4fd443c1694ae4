package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.Moment;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.HookResult;

/** Who may be here, how many of them, and how long they take. */
final class LimitsTest {

    private static final String OF_ADDRESS = "421 4.7.0 too many connections from your address, try again later";
    private static final String OF_NETWORK = "421 4.7.0 too many connections from your network, try again later";

    private static Stage stage(String remote, Object... settings) {
        var stage = new Stage();
        stage.remote = remote;
        for (int i = 0; i < settings.length; i += 2) {
            stage.settings.put((String) settings[i], settings[i + 1]);
        }
        return stage;
    }

    private static void pass(Stage stage, long seconds) {
        stage.channel().advanceTimeBy(seconds, TimeUnit.SECONDS);
        stage.channel().runScheduledPendingTasks();
        stage.settle();
    }

    /** Says what one more client gets. */
    private static String greeting(Stage first, String remote) {
        first.remote = remote;
        try (var one = first.another()) {
            return one.line();
        }
    }

    @ParameterizedTest(name = "{0} and {1} are of one network: {2}")
    @CsvSource({
        "192.0.2.7, 192.0.2.255, true",
        "192.0.2.7, 192.0.3.7, false",
        "2001:db8:1:2::1, 2001:db8:1:2:ffff::1, true",
        "2001:db8:1:2::1, 2001:db8:1:3::1, false"
    })
    void aNetworkHasALimit(String one, String other, boolean isOneNetwork) {
        try (var stage = stage(one, "maxSessionsPerNetwork", 1)) {
            stage.connect().expect("220 …");
            assertThat(greeting(stage, other)).startsWith(isOneNetwork ? OF_NETWORK : "220 ");
        }
    }

    @Test
    void loopbackAndTrustedNetworksAreFreeOfTheLimitsByAddressAndNetwork() {
        try (var stage = stage(
                "192.0.2.7",
                "maxSessionsPerNetwork",
                1,
                "maxSessionsPerAddress",
                1,
                "trustedNetworks",
                "198.51.100.0/25|2001:db8::/32")) {
            stage.connect().expect("220 …");
            assertThat(greeting(stage, "192.0.2.7")).isEqualTo(OF_ADDRESS);
            for (var free : new String[] {"127.0.0.1", "::1", "198.51.100.1", "2001:db8::1"}) {
                stage.remote = free;
                try (var a = stage.another();
                        var b = stage.another()) {
                    assertThat(a.line()).as(free).startsWith("220 ");
                    assertThat(b.line()).as(free).startsWith("220 ");
                }
            }
            stage.remote = "198.51.100.129";
            try (var a = stage.another();
                    var b = stage.another()) {
                a.expect("220 …");
                b.expect(OF_ADDRESS);
            }
        }
    }

    @Test
    void aListenerHasLimitsOfItsOwn() {
        try (var stage = stage("192.0.2.7", "maxErrors", 20)) {
            stage.listener.putAll(Map.of("maxErrors", 1, "maxMessageBytes", 1000L, "maxSessionsPerAddress", 1));
            stage.connect().expect("220 …");
            assertThat(greeting(stage, "192.0.2.7")).isEqualTo(OF_ADDRESS);
            stage.send("EHLO x");
            var offered = new ArrayList<String>();
            do {
                offered.add(stage.line());
            } while (offered.getLast().startsWith("250-"));
            assertThat(offered).contains("250-SIZE 1000");
            stage.send("FOO").expect("500 …").send("FOO").expect("421 4.7.0 …").expectClosed();
        }
    }

    @Test
    void theSessionsOfAListenerHaveALimit() throws IOException {
        try (var harbour = new Harbour(Map.of())) {
            var small = harbour.listen("small", Stage.listenerSettings(Map.of("port", 0, "maxSessions", 1)));
            var other = harbour.listen("other", Harbour.anyPort());
            try (var one = harbour.connect(small).expect("220 …");
                    var two = harbour.connect(small);
                    var three = harbour.connect(other)) {
                two.expect("421 4.4.5 too busy, try again later").expectEnd();
                three.expect("220 …");
                one.send("QUIT").expect("221 …");
            }
        }
    }

    @Test
    void aListenerTakesUpTheServersNewSettingsWhereItHasNoneOfItsOwn() throws IOException {
        try (var harbour = new Harbour(Map.of("maxErrors", 1))) {
            var listener = harbour.listen("test", Stage.listenerSettings(Map.of("port", 0, "maxRecipients", 100)));
            harbour.server.modified(Stage.config(Map.of("hostname", "new.test", "maxErrors", 5)));
            try (var client = harbour.connect(listener)) {
                client.expect("220 new.test …").send("A", "B").expect("500 …", "500 …");
            }
        }
    }

    @Test
    void countsAreExactHoweverSessionsEnd() throws Exception {
        try (var harbour = new Harbour(Map.of("maxErrors", 1, "drain", "PT1S"))) {
            // Nobody here is loopback to the server: a header says who they are.
            var listener = harbour.listen("test", Stage.listenerSettings(Map.of("port", 0, "proxyFrom", "127.0.0.1")));
            harbour.hooks.on(Moment.RCPT, HookResult.OK);
            var clients = new ArrayList<Client>();
            for (int i = 0; i < 60; i++) {
                var client = harbour.connect(listener).raw("PROXY TCP4 203.0.113." + i + " 198.51.100.1 4711 25\r\n");
                clients.add(client);
                switch (i % 6) {
                    case 0 -> client.send("QUIT").expect("220 …", "221 …").expectEnd();
                    case 1 ->
                        client.send("A", "B", "C")
                                .expect("220 …", "500 …", "421 …")
                                .expectEnd();
                    case 2 -> client.expect("220 …").reset();
                    case 3 ->
                        client.send("HELO x", "MAIL FROM:<>", "RCPT TO:<a@b.example>", "DATA", "x")
                                .expect("220 …", "250 …", "250 …", "250 …", "354 …")
                                .reset();
                    case 4 -> client.raw("HEL").halfClose().expect("220 …").expectEnd();
                    default -> client.reset();
                }
            }
            await().untilAsserted(
                            () -> assertThat(harbour.server.census().all()).isZero());
            assertThat(harbour.server.census().remembered()).isZero();
            assertThat(listener.sessions().get()).isZero();
            assertThat(harbour.hooks.released.get()).isEqualTo(harbour.hooks.begun.get());
            for (var client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aSeatIsGivenBackOnce() {
        try (var stage = stage("192.0.2.7")) {
            var listener = new Listener(
                    "test", Stage.listenerSettings(Map.of()), stage.connect().server());
            var census = new Census();
            var settings = Stage.settings(Map.of());
            var one = census.enter(InetAddress.ofLiteral("192.0.2.1"), false, settings, listener);
            var two = census.enter(InetAddress.ofLiteral("192.0.2.2"), false, settings, listener);
            assertThat(census.remembered()).isEqualTo(3);
            one.leave();
            one.leave();
            assertThat(census.all()).isEqualTo(1);
            assertThat(census.remembered()).isEqualTo(2);
            two.leave();
            assertThat(census.all()).isZero();
            assertThat(census.remembered()).isZero();
            assertThat(listener.sessions().get()).isZero();
        }
    }

    // ---- the greeting ----

    private static Stage watched(Stage stage, List<SmtpConnection> seen) {
        stage.hooks.answers.put(Moment.CONNECT, subject -> {
            seen.add(Objects.requireNonNull(subject.connection()));
            return HookResult.CONTINUE;
        });
        return stage;
    }

    @Test
    void aGreetingThatIsDelayedComesAfterItsDelay() {
        var seen = new ArrayList<SmtpConnection>();
        try (var stage = watched(stage("192.0.2.7", "greetingDelay", "PT5S"), seen)) {
            stage.connect();
            pass(stage, 4);
            stage.expectNothing();
            pass(stage, 1);
            stage.expect("220 …").send("NOOP").expect("250 …");
            assertThat(seen.getFirst().isEarlyTalker()).isFalse();
        }
    }

    @Test
    void whoSpeaksBeforeTheGreetingIsAnEarlyTalkerAndPluginsKnowAtConnect() {
        var seen = new ArrayList<Boolean>();
        try (var stage = stage("192.0.2.7", "greetingDelay", "PT5S")) {
            stage.hooks.answers.put(Moment.CONNECT, subject -> {
                seen.add(Objects.requireNonNull(subject.connection()).isEarlyTalker());
                return HookResult.CONTINUE;
            });
            stage.connect();
            stage.send("HELO x").expectNothing();
            pass(stage, 5);
            assertThat(seen).containsExactly(true);
            stage.expect("220 …", "250 …");
        }
    }

    @Test
    void theDelayIsNotTheClientsTime() {
        try (var stage = stage("192.0.2.7", "greetingDelay", "PT30S", "commandTimeout", "PT10S")) {
            stage.connect();
            pass(stage, 29);
            stage.expectNothing();
            pass(stage, 1);
            stage.expect("220 …");
            pass(stage, 9);
            stage.expectNothing();
            pass(stage, 2);
            stage.expect("421 4.4.2 …").expectClosed();
        }
    }

    @Test
    void trustedClientsAndThoseThatAreRefusedNeedNotWait() {
        try (var stage = stage("127.0.0.1", "greetingDelay", "PT5S", "maxSessions", 1)) {
            stage.connect().expect("220 …");
            assertThat(greeting(stage, "192.0.2.7")).startsWith("421 4.4.5 ");
        }
    }

    @Test
    void aClientThatGoesBeforeItsGreetingLeavesNothing() {
        try (var stage = stage("192.0.2.7", "greetingDelay", "PT5S")) {
            stage.connect().hangUp();
            pass(stage, 6);
            assertThat(stage.hooks.events).isEmpty();
            assertThat(stage.server().open()).isZero();
        }
    }

    @Test
    void aStopDoesNotWaitForAGreetingThatIsDelayed() throws IOException {
        try (var harbour = new Harbour(Map.of("greetingDelay", "PT50S", "drain", "PT20S"))) {
            var listener = harbour.listen("test", Stage.listenerSettings(Map.of("port", 0, "proxyFrom", "127.0.0.1")));
            try (var client = harbour.connect(listener).raw("PROXY TCP4 203.0.113.1 198.51.100.1 4711 25\r\n")) {
                await().until(() -> harbour.server.open() == 1);
                harbour.server.close();
                client.expect("421 4.3.2 …").expectEnd();
                assertThat(harbour.server.open()).isZero();
            }
        }
    }

    @Test
    void aListenerMayDelayItsGreetingWhereTheServerDoesNot() {
        try (var stage = stage("192.0.2.7")) {
            stage.listener.put("greetingDelay", "PT5S");
            stage.connect().expectNothing();
            pass(stage, 5);
            stage.expect("220 …");
        }
    }

    // ---- a queue that fills ----

    private static Stage submitting(String client, int fullness) {
        var stage = stage(client);
        stage.mode = ListenerMode.SUBMISSION;
        stage.outbound = new FakeOutbound("queued", fullness);
        return stage;
    }

    @Test
    void whoSubmitsIsGreetedTheLaterTheFullerTheQueueIs() {
        try (var stage = submitting("192.0.2.7", 80)) {
            stage.connect().expect("220 …");
        }
        try (var stage = submitting("192.0.2.7", 92)) {
            stage.connect();
            pass(stage, 2);
            stage.expectNothing();
            pass(stage, 1);
            stage.expect("220 …");
        }
    }

    @Test
    void whoSubmitsIsTurnedAwayWhileTheQueueIsFull() {
        try (var stage = submitting("192.0.2.7", 100)) {
            stage.connect()
                    .expect("421 4.3.1 the queue is full, try again later")
                    .expectClosed();
        }
    }

    @Test
    void trustedClientsAndThoseWhoDoNotSubmitAndWhereItIsNotWantedFeelNothingOfIt() {
        try (var stage = submitting("127.0.0.1", 100)) {
            stage.connect().expect("220 …");
        }
        try (var stage = submitting("192.0.2.7", 100)) {
            stage.mode = ListenerMode.SMTP;
            stage.connect().expect("220 …");
        }
        try (var stage = submitting("192.0.2.7", 100)) {
            stage.settings.put("queueDelay", "PT0S");
            stage.connect().expect("220 …");
        }
    }

    // ---- the data rate ----

    private static Stage inData(Stage stage) {
        stage.hooks.on(Moment.RCPT, HookResult.OK);
        stage.hooks.on(Moment.QUEUE, HookResult.OK);
        stage.connect().expect("220 …");
        stage.send("HELO x").expect("250 …").send("MAIL FROM:<>").expect("250 …");
        return stage.send("RCPT TO:<a@b.example>").expect("250 …").send("DATA").expect("354 …");
    }

    @Test
    void aMessageThatComesTooSlowlyEndsAfterAMinute() {
        try (var stage = inData(stage("192.0.2.7", "minDataRate", 10))) {
            for (int i = 0; i < 59; i++) {
                pass(stage, 1);
                stage.send("1234567").expectNothing();
            }
            pass(stage, 2);
            stage.expect("421 4.4.2 the message comes too slowly, closing connection")
                    .expectClosed();
        }
    }

    @Test
    void aMessageThatComesJustFastEnoughMayTakeItsTime() {
        try (var stage = inData(stage("192.0.2.7", "minDataRate", 10))) {
            for (int i = 0; i < 600; i++) {
                pass(stage, 1);
                stage.send("123456789").expectNothing();
            }
            stage.send(".").expect("250 …");
        }
    }

    @Test
    void everyMinuteCounts() {
        try (var stage = inData(stage("192.0.2.7", "minDataRate", 10, "dataTimeout", "PT1H"))) {
            stage.send("x".repeat(10_000)).expectNothing();
            pass(stage, 61);
            stage.expectNothing();
            pass(stage, 61);
            stage.expect("421 4.4.2 the message comes too slowly…").expectClosed();
        }
    }

    @Test
    void whereWeAreInTheWayTheClientIsNotTooSlow() {
        try (var stage = inData(stage("192.0.2.7", "minDataRate", 10, "dataTimeout", "PT1H"))) {
            stage.store.slow = true;
            stage.send("x");
            pass(stage, 61);
            assertThat(stage.store.proceed()).isTrue();
            stage.settle();
            stage.store.slow = false;
            pass(stage, 58);
            stage.expectNothing();
            pass(stage, 60);
            stage.expect("421 4.4.2 the message comes too slowly…").expectClosed();
        }
    }

    @Test
    void aNextMessageHasANextMinute() {
        try (var stage = inData(stage("192.0.2.7", "minDataRate", 10))) {
            pass(stage, 50);
            stage.send(".").expect("250 …");
            stage.send("MAIL FROM:<>").expect("250 …").send("RCPT TO:<a@b.example>");
            stage.expect("250 …").send("DATA").expect("354 …");
            pass(stage, 50);
            stage.expectNothing();
            pass(stage, 11);
            stage.expect("421 4.4.2 the message comes too slowly…").expectClosed();
        }
    }
}
