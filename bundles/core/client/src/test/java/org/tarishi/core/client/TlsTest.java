package org.tarishi.core.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.nio.channels.SocketChannel;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;
import org.tarishi.api.service.SmtpClient.Outcome;
import org.tarishi.api.service.TlsFailedException;
import org.tarishi.api.service.TlsFailedException.Kind;
import org.tarishi.core.client.FakePeer.Script;
import org.tarishi.core.spi.SmtpClientBackend.Terms;

@Timeout(30)
class TlsTest {

    private static final ReversePath SENDER = ReversePath.parse("<sender@example.org>");
    private static final List<Recipient> TO = List.of(Recipient.parse("<a@example.com>"));
    private static final String TEXT = "Subject: x\r\n\r\n" + "line\r\n".repeat(20_000);

    private final AtomicLong now = new AtomicLong();
    private final FakeTls tls = new FakeTls();
    private final List<SocketChannel> opened = new ArrayList<>();
    private PooledSmtpClient client = client(Map.of());

    private PooledSmtpClient client(Map<String, Object> settings) {
        var made = new PooledSmtpClient(
                Configs.settings(settings),
                "client.example",
                now::get,
                host -> List.of(InetAddress.getLoopbackAddress()),
                family -> {
                    var channel = SocketChannel.open(family);
                    opened.add(channel);
                    return channel;
                });
        made.tls = tls;
        return made;
    }

    @AfterEach
    void nothingIsLeftOpen() {
        client.deactivate();
        assertThat(client.connections()).isZero();
        assertThat(opened).noneMatch(SocketChannel::isOpen);
    }

    private static Route at(FakePeer peer) throws IOException {
        return Route.to("mx.test", peer.route().port());
    }

    private Outcome send(Route route) throws IOException {
        return client.send(route, SENDER, TO, new FakeMessage(TEXT), new Terms(Duration.ofSeconds(5), false, false));
    }

    private Kind failed(Route route) {
        var thrown = org.assertj.core.api.Assertions.catchThrowableOfType(TlsFailedException.class, () -> send(route));
        assertThat(thrown).isNotNull();
        return thrown.kind();
    }

    private static Script encrypted() {
        return line -> {
            line.startTls(FakeTls.server(), "PIPELINING");
            assertThat(line.take(1)).isEqualTo(TEXT);
        };
    }

    /** Says that it can, and then says something else than TLS. */
    private static Script broken() {
        return line -> {
            line.greet("STARTTLS").hear("STARTTLS").say("220 go ahead");
            line.hear(1);
            line.raw("500 what is this, I can't\r\n");
        };
    }

    private static Script plain() {
        return line -> {
            line.greet("PIPELINING", "STARTTLS");
            line.take(1);
        };
    }

    // ---- where it is offered

    @Test
    void whereTlsIsOfferedTheMessageGoesByItAndTheSessionTellsVersionAndCipher() throws Exception {
        try (var peer = new FakePeer(line -> {
            var socket = line.startTls(FakeTls.server(), "PIPELINING");
            assertThat(((ExtendedSSLSession) socket.getSession()).getRequestedServerNames())
                    .containsExactly(new SNIHostName("mx.test"));
            assertThat(line.take(1)).isEqualTo(TEXT);
        })) {
            var session = send(at(peer)).session().orElseThrow();

            assertThat(session.isSecured()).isTrue();
            assertThat(session.tlsVersion()).contains("TLSv1.3");
            assertThat(session.cipherSuite().orElseThrow()).startsWith("TLS_");
            assertThat(session.whyPlain()).isEmpty();
            peer.done();
        }
    }

    @Test
    void whatIsWatchedIsToldAndNothingElse() throws Exception {
        try (var peer = new FakePeer(encrypted(), encrypted(), encrypted())) {
            var watched = RouteTls.OPPORTUNISTIC.watching(List.of("other.test"));
            assertThat(send(at(peer).withTls(watched)).session().orElseThrow().objection())
                    .contains("it does not hold the name [other.test]");
            var fitting = RouteTls.REQUIRED.watching(List.of("mx.test"));
            assertThat(send(at(peer).withTls(fitting)).session().orElseThrow().objection())
                    .isEmpty();
            assertThat(send(at(peer)).session().orElseThrow().objection()).isEmpty();
            peer.done();
        }
    }

    @Test
    void whatWasOfferedBeforeTlsIsForgotten() throws Exception {
        try (var peer = new FakePeer(line -> {
            // Without PIPELINING this time: each command waits for its reply.
            line.startTls(FakeTls.server());
            line.hear("MAIL ")
                    .say("250 ok")
                    .hear("RCPT ")
                    .say("250 ok")
                    .hear("DATA")
                    .say("354 go");
            line.hearMessage();
            line.say("250 taken");
        })) {
            assertThat(send(at(peer)).decisive().code()).isEqualTo(250);
            peer.done();
        }
    }

    @Test
    void aKeptConnectionIsUsedAgainUnderItsTls() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.startTls(FakeTls.server(), "PIPELINING");
            line.take(1);
            line.take(1);
            line.hear("QUIT");
        })) {
            send(at(peer));
            var second = send(at(peer));

            assertThat(second.session().orElseThrow().isSecured()).isTrue();
            client.deactivate();
            peer.done();
        }
    }

    @Test
    void anAddressIsNoNameToAskFor() throws Exception {
        try (var peer = new FakePeer(encrypted())) {
            send(peer.route());
            assertThat(java.util.Objects.requireNonNull(tls.wanted).serverName())
                    .isEmpty();
            peer.done();
        }
    }

    @Test
    void theAddressOfARouteIsConnectedToAndItsHostIsNotLookedUp() throws Exception {
        try (var peer = new FakePeer(encrypted())) {
            var route = Route.to("nowhere.invalid", peer.route().port())
                    .withAddress(InetAddress.getLoopbackAddress())
                    .withTls(RouteTls.verified(List.of("mx.test")));
            assertThat(send(route).session().orElseThrow().isSecured()).isTrue();
            peer.done();
        }
    }

    @Test
    void withTlsAtOnceTheGreetingComesWithinIt() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.secure(FakeTls.server());
            line.greet("PIPELINING", "STARTTLS");
            assertThat(line.take(1)).isEqualTo(TEXT);
        })) {
            var outcome = send(at(peer).withTls(RouteTls.VERIFIED.atOnce()));
            assertThat(outcome.session().orElseThrow().isSecured()).isTrue();
            peer.done();
        }
    }

    @Test
    void aLoginSendsItsSecretOverTls() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.startTls(FakeTls.server(), "PIPELINING", "AUTH PLAIN");
            line.hear("AUTH PLAIN ").say("235 2.7.0 known");
            line.take(1);
        })) {
            var outcome = send(at(peer).withCredentials("user", "secret"));
            assertThat(outcome.session().orElseThrow().isAuthenticated()).isTrue();
            peer.done();
        }
    }

    // ---- where it is not, and need not be

    @Test
    void whereTlsIsNotOfferedAndNotDemandedTheMessageGoesWithoutAndTheSessionTellsWhy() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING");
            line.take(1);
        })) {
            var session = send(at(peer)).session().orElseThrow();
            assertThat(session.isSecured()).isFalse();
            assertThat(session.whyPlain()).contains("STARTTLS is not offered");
            peer.done();
        }
    }

    @Test
    void whereStartTlsIsRefusedTheSessionGoesOnWithout() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING", "STARTTLS").hear("STARTTLS").say("454 4.7.0 not now");
            line.take(1);
        })) {
            assertThat(send(at(peer)).session().orElseThrow().whyPlain().orElseThrow())
                    .contains("454");
            peer.done();
        }
    }

    @Test
    void aRouteWithoutTlsAsksForNone() throws Exception {
        try (var peer = new FakePeer(plain())) {
            assertThat(send(at(peer).withTls(RouteTls.NONE))
                            .session()
                            .orElseThrow()
                            .isSecured())
                    .isFalse();
            peer.done();
        }
    }

    @Test
    void aHostWhoseHandshakeFailsIsSpokenToWithoutAndThatIsRememberedForATime() throws Exception {
        try (var peer = new FakePeer(
                broken(),
                line -> {
                    line.greet("PIPELINING", "STARTTLS");
                    line.take(1);
                    line.hear("QUIT");
                },
                line -> {
                    line.greet("PIPELINING", "STARTTLS");
                    line.take(1);
                    line.hear("QUIT");
                },
                encrypted())) {
            var session = send(at(peer)).session().orElseThrow();
            assertThat(session.isSecured()).isFalse();
            assertThat(session.whyPlain().orElseThrow()).contains("handshake failed");

            client.modified(Configs.of(Map.of())); // closes what is kept
            assertThat(send(at(peer)).session().orElseThrow().whyPlain().orElseThrow())
                    .contains("TLS failed before");

            client.modified(Configs.of(Map.of()));
            now.addAndGet(Duration.ofHours(1).toNanos());
            assertThat(send(at(peer)).session().orElseThrow().isSecured()).isTrue();
            peer.done();
        }
    }

    @Test
    void aConnectionThatIsOnlyLostWithinTheHandshakeIsNoReasonToDoWithoutTls() throws Exception {
        try (var peer = new FakePeer(
                line -> {
                    line.greet("STARTTLS").hear("STARTTLS").say("220 go");
                    line.hear(1);
                    line.reset();
                },
                encrypted())) {
            assertThatThrownBy(() -> send(at(peer)))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(TlsFailedException.class);
            assertThat(send(at(peer)).session().orElseThrow().isSecured()).isTrue();
            peer.done();
        }
    }

    // ---- where it is demanded

    @Test
    void whereTlsIsDemandedNothingIsSentWithoutIt() throws Exception {
        try (var peer = new FakePeer(
                line -> line.greet("PIPELINING").hear("QUIT<closed>"),
                line -> line.greet("STARTTLS").hear("STARTTLS").say("454 not now"),
                broken())) {
            var route = at(peer).withTls(RouteTls.REQUIRED);

            assertThat(failed(route)).isEqualTo(Kind.NOT_OFFERED);
            assertThat(failed(route)).isEqualTo(Kind.NOT_OFFERED);
            assertThat(failed(route)).isEqualTo(Kind.HANDSHAKE);
        }
    }

    @Test
    void whatIsRememberedOfBrokenTlsCountsNothingWhereTlsIsDemanded() throws Exception {
        try (var peer = new FakePeer(broken(), plain(), encrypted())) {
            send(at(peer));
            var outcome = send(at(peer).withTls(RouteTls.REQUIRED));
            assertThat(outcome.session().orElseThrow().isSecured()).isTrue();
            peer.done();
        }
    }

    @Test
    void aConnectionKeptInPlainTextIsNotUsedWhereTlsIsDemanded() throws Exception {
        try (var peer = new FakePeer(
                line -> {
                    line.greet("PIPELINING");
                    line.take(1);
                    line.hear("QUIT");
                },
                encrypted())) {
            send(at(peer));
            send(at(peer).withTls(RouteTls.REQUIRED));
            client.deactivate();
            peer.done();
        }
    }

    @Test
    void aCertificateOfAnotherNameWontDoWhereItIsVerified() throws Exception {
        Script refused = line ->
                assertThatThrownBy(() -> line.startTls(FakeTls.server())).isInstanceOf(IOException.class);
        try (var peer = new FakePeer(refused, refused, encrypted(), encrypted())) {
            var route = at(peer);
            assertThat(failed(route.withTls(RouteTls.verified(List.of("other.test")))))
                    .isEqualTo(Kind.CERTIFICATE);
            assertThat(failed(route.withTls(RouteTls.judgedBy(new Refusing())))).isEqualTo(Kind.CERTIFICATE);

            send(route.withTls(RouteTls.VERIFIED));
            send(route.withTls(RouteTls.judgedBy(chain -> assertThat(chain).containsExactly(FakeTls.certificate()))));
            peer.done();
        }
    }

    private record Refusing() implements org.tarishi.api.outbound.CertificateJudge {
        @Override
        public void check(List<X509Certificate> chain) throws CertificateException {
            throw new CertificateException("not this one");
        }
    }

    @Test
    void withoutTlsHereWhatDemandsItFailsAndOtherMailGoes() throws Exception {
        client.tls = null;
        try (var peer = new FakePeer(line -> line.greet("STARTTLS"), plain())) {
            assertThat(failed(at(peer).withTls(RouteTls.REQUIRED))).isEqualTo(Kind.UNAVAILABLE);
            assertThat(send(at(peer)).session().orElseThrow().whyPlain()).contains("no TLS is installed here");
            peer.done();
        }
    }

    @Test
    void aCertificateThatIsNotThereIsNoReasonToGoWithout() throws Exception {
        try (var peer =
                new FakePeer(line -> line.greet("STARTTLS").hear("STARTTLS").say("220 go"))) {
            assertThat(failed(at(peer).withTls(RouteTls.OPPORTUNISTIC.withCertificate("absent.example"))))
                    .isEqualTo(Kind.UNAVAILABLE);
            peer.done();
        }
    }

    @Test
    void aMessageWithRequireTlsGoesOnlyToWhoPromisesToKeepToIt() throws Exception {
        var from = SENDER.withParameters(EsmtpParameters.of(Map.of("REQUIRETLS", "")));
        try (var peer = new FakePeer(line -> line.startTls(FakeTls.server(), "PIPELINING"), line -> {
            line.startTls(FakeTls.server(), "PIPELINING", "REQUIRETLS");
            var mail = line.hear();
            assertThat(mail).endsWith(" REQUIRETLS");
            line.hear("RCPT ", "DATA").say("250 ok", "250 ok", "354 go");
            line.hearMessage();
            line.say("250 taken");
        })) {
            var route = at(peer).withTls(RouteTls.VERIFIED);
            var terms = new Terms(Duration.ofSeconds(5), false, false);
            assertThatThrownBy(() -> client.send(route, from, TO, new FakeMessage(TEXT), terms))
                    .isInstanceOf(TlsFailedException.class)
                    .hasMessageContaining("REQUIRETLS");
            assertThat(client.send(route, from, TO, new FakeMessage(TEXT), terms)
                            .decisive()
                            .code())
                    .isEqualTo(250);
        }
    }

    // ---- what a peer, or somebody in between, does

    @Test
    void whatComesInTheClearBehindTheReplyToStartTlsEndsTheSession() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("STARTTLS").hear("STARTTLS").raw("220 go ahead\r\n250 injected\r\n");
            assertThat(line.hear()).isEqualTo("<closed>");
        })) {
            assertThatThrownBy(() -> send(at(peer)))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("STARTTLS");
            peer.done();
        }
    }

    @Test
    void aHandshakeThatNeverEndsIsGivenUp() throws Exception {
        client = client(Map.of("tlsTimeout", "PT10S"));
        try (var peer = new FakePeer(line -> {
            line.greet("STARTTLS").hear("STARTTLS").say("220 go ahead");
            line.hear(1);
            now.addAndGet(Duration.ofSeconds(10).toNanos());
            client.sweep();
            line.hear();
        })) {
            assertThatThrownBy(() -> send(at(peer)))
                    .isInstanceOf(java.net.SocketTimeoutException.class)
                    .hasMessageContaining("TLS handshake");
        }
    }

    @Test
    void aPeerThatSpeaksWithinTlsWithoutBeingAskedIsNotUsedAgain() throws Exception {
        var said = new java.util.concurrent.CountDownLatch(1);
        try (var peer = new FakePeer(
                line -> {
                    line.startTls(FakeTls.server(), "PIPELINING");
                    line.take(1);
                    line.say("421 I go");
                    said.countDown();
                },
                encrypted())) {
            send(at(peer));
            said.await();
            assertThat(send(at(peer)).decisive().code()).isEqualTo(250);
            peer.done();
        }
    }
}
