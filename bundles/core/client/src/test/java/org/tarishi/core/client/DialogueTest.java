package org.tarishi.core.client;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.SmtpClient.Outcome;
import org.tarishi.core.spi.SmtpClientBackend.Terms;

/** What the client says where a peer offers less, or more, than usual. */
@Timeout(30)
class DialogueTest {

    private static final ReversePath SENDER = ReversePath.parse("<sender@example.org>");
    private static final Terms TERMS = new Terms(Duration.ofSeconds(5), false, false);

    private PooledSmtpClient client = client(Map.of());

    private static PooledSmtpClient client(Map<String, Object> settings) {
        return new PooledSmtpClient(
                Configs.settings(settings),
                "client.example",
                () -> 0,
                host -> List.of(InetAddress.ofLiteral(host)),
                SocketChannel::open);
    }

    @AfterEach
    void close() {
        client.deactivate();
        assertThat(client.connections()).isZero();
    }

    private Outcome send(Route route, ReversePath from, Message message, Terms terms) throws IOException {
        return client.send(route, from, List.of(Recipient.parse("<a@example.com>")), message, terms);
    }

    @Test
    void eightBitContentBecomesSevenBitForAPeerThatTakesNoOther() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING", "SIZE");
            var mail = line.hear();
            assertThat(mail).startsWith("MAIL FROM:<sender@example.org> SIZE=").doesNotContain("BODY=");
            line.hear("RCPT ", "DATA").say("250 ok", "250 ok", "354 go");
            var message = line.hearMessage();
            assertThat(message)
                    .endsWith("Content-Transfer-Encoding: quoted-printable\r\n\r\n..Gr=C3=BC=C3=9Fe\r\n..\r\n");
            assertThat(mail).endsWith("SIZE=" + (message.length() - 2));
            line.say("250 taken");
        })) {
            var message = new FakeMessage("Subject: x\r\n\r\n.Grüße\r\n.\r\n");
            assertThat(send(peer.route(), SENDER, message, TERMS).decisive().isPositive())
                    .isTrue();
            peer.done();
        }
    }

    @Test
    void whatCantBeConvertedIsRefusedAndTheConnectionStaysGood() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING");
            line.take(1);
        })) {
            var signed = new FakeMessage("Content-Type: multipart/signed; boundary=a\r\n\r\n--a\r\n\r\nü\r\n--a--\r\n");
            assertThat(send(peer.route(), SENDER, signed, TERMS).decisive().toString())
                    .startsWith("554 5.6.3 ");
            assertThat(send(peer.route(), SENDER, new FakeMessage("Subject: x\r\n\r\n"), TERMS)
                            .decisive()
                            .isPositive())
                    .isTrue();
            peer.done();
        }
    }

    @Test
    void aMessageLargerThanThePeerTakesIsNotEvenBegun() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING", "SIZE 20");
            line.take(1);
        })) {
            var large = send(peer.route(), SENDER, new FakeMessage("Subject: x\r\n\r\n123456789"), TERMS);
            assertThat(large.decisive().toString()).startsWith("552 5.3.4 ");
            assertThat(large.isSessionRefused()).isFalse();
            assertThat(send(peer.route(), SENDER, new FakeMessage("Subject: x\r\n\r\n"), TERMS)
                            .decisive()
                            .isPositive())
                    .isTrue();
            peer.done();
        }
    }

    @Test
    void aPeerThatTakesFewMessagesAConnectionGetsNoMore() throws Exception {
        FakePeer.Script two = line -> {
            line.greet("PIPELINING", "LIMITS MAILMAX=2");
            line.take(1);
            line.take(1);
            line.hear("QUIT");
        };
        try (var peer = new FakePeer(two, two)) {
            for (int i = 0; i < 4; i++) {
                send(peer.route(), SENDER, new FakeMessage("Subject: x\r\n\r\n"), TERMS);
            }
            peer.done();
        }
    }

    @Test
    void aPriorityGoesOnToWhoKnowsOfIt() throws Exception {
        var urgent = SENDER.withParameters(EsmtpParameters.of(Map.of("MT-PRIORITY", "-3")));
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING", "MT-PRIORITY MIXER");
            assertThat(line.hear()).endsWith(" MT-PRIORITY=-3");
            line.hear("RCPT ", "DATA").say("250 ok", "250 ok", "354 go").hearMessage();
            line.say("250 ok");
        })) {
            assertThat(send(peer.route(), urgent, new FakeMessage("Subject: x\r\n\r\n"), TERMS)
                            .decisive()
                            .isPositive())
                    .isTrue();
            peer.done();
        }
    }

    @Test
    void whatIsKnownOfTheSessionIsTold() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING", "DSN", "AUTH PLAIN").hear("AUTH ").say("235 in");
            line.take(1);
        })) {
            var session = send(
                            peer.route().withCredentials("user", "hunter2"),
                            SENDER,
                            new FakeMessage("Subject: x\r\n\r\n"),
                            TERMS)
                    .session()
                    .orElseThrow();
            assertThat(session.address()).contains(InetAddress.ofLiteral("127.0.0.1"));
            assertThat(session.isAuthenticated()).isTrue();
            assertThat(session.isDsnOffered()).isTrue();
            assertThat(session.isSecured()).isFalse();
            peer.done();
        }
    }

    @Test
    void withoutALoginOnOfferAMailGoesOnlyWhereThatIsAllowedAndTheConnectionServesNobodyElse() throws Exception {
        try (var peer = new FakePeer(
                line -> {
                    line.greet("PIPELINING");
                    line.take(1);
                    line.hear("QUIT");
                },
                line -> line.greet("PIPELINING").hear("QUIT"))) {
            var route = peer.route().withCredentials("user", "hunter2");
            var message = new FakeMessage("Subject: x\r\n\r\n");
            var preferred = send(route, SENDER, message, new Terms(Duration.ofSeconds(5), false, true));
            assertThat(preferred.decisive().isPositive()).isTrue();
            assertThat(preferred.session().orElseThrow().isAuthenticated()).isFalse();

            var required = send(route, SENDER, message, TERMS);
            assertThat(required.isSessionRefused()).isTrue();
            assertThat(required.decisive().isTransient()).isTrue();
            peer.done();
        }
    }

    /** Whoever allows mail without a login does not mean a login that failed. */
    @Test
    void aLoginThatFailsIsARefusalAlsoWhereOneIsOnlyPreferred() throws Exception {
        try (var peer = new FakePeer(line ->
                line.greet("AUTH PLAIN").hear("AUTH ").say("535 5.7.8 wrong").hear("QUIT"))) {
            var outcome = send(
                    peer.route().withCredentials("user", "hunter2"),
                    SENDER,
                    new FakeMessage("Subject: x\r\n\r\n"),
                    new Terms(Duration.ofSeconds(5), false, true));
            assertThat(outcome.isSessionRefused()).isTrue();
            peer.done();
        }
    }

    @Test
    void aConnectionThatIsLoggedInIsKeptAndLoginIsSaidOnce() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING", "AUTH PLAIN").hear("AUTH ").say("235 in");
            line.take(1);
            line.take(1);
        })) {
            var route = peer.route().withCredentials("user", "hunter2");
            send(route, SENDER, new FakeMessage("Subject: x\r\n\r\n"), TERMS);
            send(route, SENDER, new FakeMessage("Subject: x\r\n\r\n"), TERMS);
            peer.done();
        }
    }

    @Test
    void noLogHasTheSecretWhateverItsLevel() throws Exception {
        var root = (Logger) LoggerFactory.getLogger("org.tarishi");
        var log = new ListAppender<ILoggingEvent>();
        log.start();
        root.addAppender(log);
        root.setLevel(Level.TRACE);
        try (var peer = new FakePeer(
                line -> {
                    line.greet("PIPELINING", "AUTH PLAIN").hear("AUTH ").say("235 in");
                    line.take(1);
                },
                line -> {
                    var _ = line.greet("PIPELINING", "AUTH LOGIN")
                            .hear("AUTH ")
                            .say("334 VXNlcm5hbWU6")
                            .hear();
                    var _ = line.say("334 UGFzc3dvcmQ6").hear();
                    line.say("535 5.7.8 no");
                })) {
            var route = peer.route().withCredentials("user", "hunter2");
            send(route, SENDER, new FakeMessage("Subject: x\r\n\r\n"), TERMS);
            client.modified(Configs.of(Map.of()));
            send(route, SENDER, new FakeMessage("Subject: x\r\n\r\n"), TERMS);
            peer.done();
        } finally {
            root.detachAppender(log);
            root.setLevel(null);
        }
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.endsWith("> AUTH PLAIN ***"))
                .noneMatch(line -> line.contains("hunter2")
                        || line.contains(Base64.getEncoder()
                                .encodeToString("hunter2".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                        || line.contains(Base64.getEncoder()
                                .encodeToString("\0user\0hunter2".getBytes(java.nio.charset.StandardCharsets.UTF_8))));
    }
}
