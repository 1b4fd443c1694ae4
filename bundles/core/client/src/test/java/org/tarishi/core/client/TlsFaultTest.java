package org.tarishi.core.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.outbound.RouteTls;
import org.tarishi.api.service.TlsFailedException;
import org.tarishi.api.service.UnknownOutcomeException;
import org.tarishi.core.client.FakePeer.Line;
import org.tarishi.core.client.FakePeer.Script;
import org.tarishi.core.spi.SmtpClientBackend.Terms;

/**
 * A peer whose TLS misbehaves in each way a row tells, and what comes of it where TLS is not demanded, demanded, and verified. The peer has
 * the message once at most, and never in the clear where that is not allowed.
 */
@Timeout(20)
class TlsFaultTest {

    private static final String TEXT = "Subject: x\r\n\r\nx\r\n";
    private static final String PLAIN = "delivered in plain text";
    private static final String SECURED = "delivered over TLS";
    private static final String NOTHING = "nothing";
    private static final String UNKNOWN = "unknown";

    /** A fatal alert: handshake_failure. */
    private static final String ALERT = "\u0015\u0003\u0003\0\u0002\u0002(";

    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicInteger inTheClear = new AtomicInteger();
    private final List<SocketChannel> opened = Collections.synchronizedList(new ArrayList<>());
    private final PooledSmtpClient client = new PooledSmtpClient(
            Configs.settings(Map.of()),
            "client.example",
            new AtomicLong()::get,
            host -> List.of(InetAddress.getLoopbackAddress()),
            family -> {
                var channel = SocketChannel.open(family);
                opened.add(channel);
                return channel;
            });

    @AfterEach
    void nothingIsLeftOpen() {
        client.deactivate();
        assertThat(client.connections()).isZero();
        assertThat(opened).noneMatch(SocketChannel::isOpen);
    }

    /** What a peer does, and what comes of it at each level. */
    record Row(String what, String opportunistic, String required, String verified, Script script) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Line go(Line line) throws IOException {
        return line.greet("STARTTLS", "PIPELINING").hear("STARTTLS").say("220 go ahead");
    }

    /** Begins TLS, and hears the envelope and the message. */
    private static Line message(Line line) throws IOException {
        line.startTls(FakeTls.server(), "PIPELINING");
        line.hear("MAIL ", "RCPT ", "DATA").say("250 ok", "250 ok", "354 go").hearMessage();
        return line;
    }

    static Stream<Row> rows() {
        return Stream.of(
                new Row("hangs up behind 220", PLAIN, "HANDSHAKE", "HANDSHAKE", line -> go(line).hear(1)),
                new Row("resets behind 220", NOTHING, NOTHING, NOTHING, line -> {
                    go(line).hear(1);
                    line.reset();
                }),
                new Row("says words in place of the handshake", PLAIN, "HANDSHAKE", "HANDSHAKE", line -> {
                    go(line).hear(1);
                    line.raw("500 what is this?\r\n");
                }),
                new Row("says noise in place of the handshake", PLAIN, "HANDSHAKE", "HANDSHAKE", line -> {
                    go(line).hear(1);
                    line.rawBelow("\u00ff\u00fe\0\u0001".repeat(50));
                }),
                new Row("says an alert in place of the handshake", PLAIN, "HANDSHAKE", "HANDSHAKE", line -> {
                    go(line).hear(1);
                    line.rawBelow(ALERT);
                }),
                new Row("says a record that is too large", PLAIN, "HANDSHAKE", "HANDSHAKE", line -> {
                    go(line).hear(1);
                    line.rawBelow("\u0016\u0003\u0003\u00ff\u00ff" + "x".repeat(200));
                }),
                new Row("says half a record and hangs up", PLAIN, "HANDSHAKE", "HANDSHAKE", line -> {
                    go(line).hear(1);
                    line.rawBelow("\u0016\u0003\u0003\0Pabc");
                }),
                new Row(
                        "says more in the clear behind 220",
                        NOTHING,
                        NOTHING,
                        NOTHING,
                        line -> line.greet("STARTTLS").hear("STARTTLS").raw("220 go\r\n250 injected\r\n")),
                new Row(
                        "says nonsense to STARTTLS",
                        NOTHING,
                        NOTHING,
                        NOTHING,
                        line -> line.greet("STARTTLS").hear("STARTTLS").say("yes")),
                new Row(
                        "says 421 to STARTTLS",
                        NOTHING,
                        NOTHING,
                        NOTHING,
                        line -> line.greet("STARTTLS").hear("STARTTLS").say("421 busy")),
                new Row(
                        "hangs up at STARTTLS",
                        NOTHING,
                        NOTHING,
                        NOTHING,
                        line -> line.greet("STARTTLS").hear("STARTTLS")),
                new Row("knows no version in common", PLAIN, "HANDSHAKE", "HANDSHAKE", line -> {
                    go(line);
                    var socket = line.unsecured(FakeTls.server());
                    socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                    socket.setEnabledCipherSuites(new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
                    try {
                        socket.startHandshake();
                    } catch (IOException e) {
                        // its key is none for that
                    }
                }),
                new Row("offers nothing within TLS and hangs up", NOTHING, NOTHING, NOTHING, line -> {
                    go(line).secure(FakeTls.server());
                    line.hear("EHLO ");
                }),
                new Row("goes on in the clear behind the handshake", NOTHING, NOTHING, NOTHING, line -> {
                    go(line).secure(FakeTls.server());
                    line.hear("EHLO ");
                    line.rawBelow("250 plain.example\r\n");
                }),
                new Row(
                        "answers the dot in the clear",
                        UNKNOWN,
                        UNKNOWN,
                        UNKNOWN,
                        line -> message(line).rawBelow("250 2.0.0 taken\r\n")),
                new Row(
                        "answers the dot by an alert",
                        UNKNOWN,
                        UNKNOWN,
                        UNKNOWN,
                        line -> message(line).rawBelow(ALERT)),
                new Row(
                        "hangs up behind the dot without a word of TLS",
                        UNKNOWN,
                        UNKNOWN,
                        UNKNOWN,
                        TlsFaultTest::message),
                new Row(
                        "takes the message and hangs up without a word of TLS",
                        SECURED,
                        SECURED,
                        SECURED,
                        line -> message(line).say("250 2.0.0 taken")),
                new Row("takes the message and closes TLS as it should", SECURED, SECURED, SECURED, line -> {
                    var socket = line.startTls(FakeTls.server(), "PIPELINING");
                    line.take(1);
                    socket.close();
                }));
    }

    /** Takes whatever a client sends that comes once more, and notes how. */
    private Script last() {
        return line -> {
            line.greet("PIPELINING", "STARTTLS");
            if (line.hear().startsWith("MAIL ")) {
                line.hear("RCPT ", "DATA").say("250 ok", "250 ok", "354 go").hearMessage();
                inTheClear.incrementAndGet();
                messages.incrementAndGet();
                line.say("250 taken");
            }
        };
    }

    private String outcome(FakePeer peer, RouteTls tls) throws IOException {
        var route = org.tarishi.api.outbound.Route.to("mx.test", peer.route().port())
                .withTls(tls);
        try {
            var outcome = client.send(
                    route,
                    ReversePath.parse("<sender@example.org>"),
                    List.of(Recipient.parse("<a@example.com>")),
                    new FakeMessage(TEXT),
                    new Terms(Duration.ofSeconds(5), false, false));
            return outcome.refusal().isPresent()
                    ? NOTHING
                    : outcome.session().orElseThrow().isSecured() ? SECURED : PLAIN;
        } catch (UnknownOutcomeException e) {
            return UNKNOWN;
        } catch (TlsFailedException e) {
            return e.kind().name();
        } catch (IOException e) {
            return NOTHING;
        }
    }

    private void has(Row row, String expected, RouteTls tls) throws Exception {
        client.tls = new FakeTls();
        try (var peer = new FakePeer(row.script, last())) {
            assertThat(outcome(peer, tls)).isEqualTo(expected);
            peer.done(0);
            assertThat(messages.get()).isEqualTo(expected.equals(PLAIN) ? 1 : 0);
            assertThat(inTheClear.get()).isEqualTo(expected.equals(PLAIN) ? 1 : 0);
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void whereTlsIsNotDemanded(Row row) throws Exception {
        has(row, row.opportunistic, RouteTls.OPPORTUNISTIC);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void whereTlsIsDemanded(Row row) throws Exception {
        has(row, row.required, RouteTls.REQUIRED);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void whereTheCertificateIsVerified(Row row) throws Exception {
        has(row, row.verified, RouteTls.VERIFIED);
    }

    static Stream<RouteTls> unmet() {
        return Stream.of(RouteTls.verified(List.of("other.test")), RouteTls.judgedBy(chain -> {
            throw new CertificateException("not this one");
        }));
    }

    @ParameterizedTest
    @MethodSource("unmet")
    void aCertificateThatWontDoIsRefusedBeforeAnythingIsSaid(RouteTls tls) throws Exception {
        SSLContext context = FakeTls.server();
        Script refused = line -> {
            go(line);
            try {
                line.secure(context);
                assertThat(line.hear()).isEqualTo("<closed>");
            } catch (IOException e) {
                // it was told why
            }
        };
        has(new Row("has another certificate", "", "", "CERTIFICATE", refused), "CERTIFICATE", tls);
    }
}
