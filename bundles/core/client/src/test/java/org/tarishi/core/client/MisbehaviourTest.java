package org.tarishi.core.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;
import org.tarishi.api.service.SmtpClient.Outcome;
import org.tarishi.api.service.UnknownOutcomeException;
import org.tarishi.core.client.FakePeer.Line;
import org.tarishi.core.client.FakePeer.Script;
import org.tarishi.core.spi.SmtpClientBackend.Terms;

/**
 * A peer that misbehaves in each way a row tells, and what comes of it: a refusal of the session or of MAIL, replies for recipients or
 * data, no outcome (nothing was taken, and the mail may be tried elsewhere), or an unknown one (it may have been taken). Each time the
 * connection ends, nothing is left open, and a second mail over a new connection is delivered.
 */
@Timeout(20)
class MisbehaviourTest {

    private static final String TEXT = "Subject: x\r\n\r\n.dot\r\nend\r\n";
    private static final String NO_OUTCOME = "none";
    private static final String UNKNOWN = "unknown";

    private final AtomicLong now = new AtomicLong();
    private final List<SocketChannel> opened = Collections.synchronizedList(new ArrayList<>());
    private final PooledSmtpClient client = new PooledSmtpClient(
            Configs.settings(Map.of("maxReplyLine", 1024, "maxReplyBytes", 16_384)),
            "client.example",
            now::get,
            host -> List.of(InetAddress.ofLiteral(host)),
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

    record Row(String what, String outcome, Script script, Over over) {
        @Override
        public String toString() {
            return what + ": " + outcome;
        }
    }

    private static Row row(String what, String outcome, Script script) {
        return new Row(what, outcome, script, Over.PLAIN);
    }

    /** Greets a client that pipelines, and hears its envelope of two recipients. */
    private static Line envelope(Line line) throws IOException {
        return line.greet("PIPELINING").hear("MAIL ", "RCPT ", "RCPT ", "DATA");
    }

    /** The same, and all of it accepted. */
    private static Line go(Line line) throws IOException {
        return envelope(line).say("250 ok", "250 ok", "250 ok", "354 go");
    }

    private static Line message(Line line) throws IOException {
        go(line).hearMessage();
        return line;
    }

    /** Says something again and again, until nobody listens any more. */
    private static void endlessly(Line line, String text) {
        try {
            while (true) {
                line.raw(text.repeat(100));
            }
        } catch (IOException e) {
            // That is what this waits for.
        }
    }

    private static void login(Line line, String... after) throws IOException {
        line.greet("AUTH PLAIN").hear("AUTH PLAIN ").say(after);
    }

    /** How a peer is spoken to. */
    enum Over {
        PLAIN,
        STARTTLS,
        TLS_AT_ONCE
    }

    private static Row over(Over over, Row row) {
        Script script = switch (over) {
            case PLAIN -> row.script;
            case STARTTLS -> line -> row.script.play(line.greetingByStartTls(FakeTls.server()));
            case TLS_AT_ONCE ->
                line -> {
                    line.secure(FakeTls.server());
                    row.script.play(line);
                };
        };
        return new Row(over + ", " + row.what, row.outcome, script, over);
    }

    /** All of it in plain text and where TLS comes first; by STARTTLS what comes behind the greeting. */
    static Stream<Row> rows() {
        return Stream.of(
                        greetings().map(row -> over(Over.PLAIN, row)),
                        greetings().map(row -> over(Over.TLS_AT_ONCE, row)),
                        dialogues().map(row -> over(Over.PLAIN, row)),
                        dialogues().map(row -> over(Over.STARTTLS, row)),
                        dialogues().map(row -> over(Over.TLS_AT_ONCE, row)))
                .flatMap(each -> each);
    }

    private static Stream<Row> greetings() {
        return Stream.of(
                // the greeting
                row("hangs up instead of greeting", NO_OUTCOME, line -> {}),
                row("resets instead of greeting", NO_OUTCOME, Line::reset),
                row("greets with 421", "session 421", line -> line.say("421 4.3.2 busy")),
                row("greets with 554", "session 554", line -> line.say("554 5.7.1 not you")),
                row(
                        "greets with 421 and hangs up in one go",
                        "session 421",
                        line -> line.raw("421 x\r\n").reset()),
                row("greets like HTTP", NO_OUTCOME, line -> line.say("HTTP/1.1 400 Bad Request", "", "no")),
                row("greets like TLS", NO_OUTCOME, line -> line.raw("\u0015\u0003\u0001\0\u0002\u0002\n")),
                row("greets with an empty line", NO_OUTCOME, line -> line.say("")),
                row("greets with 99", NO_OUTCOME, line -> line.say("99 x")),
                row("greets with 600", NO_OUTCOME, line -> line.say("600 x")),
                row("greets with 354", "session 354", line -> line.say("354 what")),
                row("greets with letters behind the code", NO_OUTCOME, line -> line.say("220x")),
                row("greets with half a line", NO_OUTCOME, line -> line.raw("220 mx.exam")),
                row("greets with two codes", NO_OUTCOME, line -> line.say("220-a", "250 b")),
                row("greets without an end of the lines", NO_OUTCOME, line -> endlessly(line, "220-x\r\n")),
                row("greets without an end of the line", NO_OUTCOME, line -> endlessly(line, "220 xxxxxxxx")),
                row("greets with nothing but NULs", NO_OUTCOME, line -> endlessly(line, "\0\0\0\0\0\0\0\0")),
                row("greets by bare LF", "data 250", line -> {
                    line.raw("220 x\n").hear("EHLO ").raw("250-x\n250 PIPELINING\n");
                    line.take(2);
                }),
                // EHLO
                row("hangs up at EHLO", NO_OUTCOME, line -> line.say("220 x").hear("EHLO ")),
                row(
                        "says 421 to EHLO",
                        "session 421",
                        line -> line.say("220 x").hear("EHLO ").say("421 bye")),
                row(
                        "says 450 to EHLO",
                        "session 450",
                        line -> line.say("220 x").hear("EHLO ").say("450 later")),
                row(
                        "says 500 to EHLO and HELO",
                        "session 500",
                        line -> line.say("220 x")
                                .hear("EHLO ")
                                .say("500 what?")
                                .hear("HELO ")
                                .say("500 what?")),
                row(
                        "hangs up at HELO",
                        NO_OUTCOME,
                        line -> line.say("220 x").hear("EHLO ").say("502 no").hear("HELO ")),
                row("offers without an end", NO_OUTCOME, line -> {
                    line.say("220 x").hear("EHLO ");
                    endlessly(line, "250-X-EXTENSION\r\n");
                }),
                row("offers nonsense", "data 250", line -> {
                    line.say("220 x").hear("EHLO ").say("250-", "250- ", "250-SIZE x y", "250-=", "250 PIPELINING  ");
                    line.take(2);
                }));
    }

    private static Stream<Row> dialogues() {
        return Stream.of(
                row(
                        "offers a size smaller than the message",
                        "mail 552",
                        line -> line.greet("SIZE 5").hear()),
                // the envelope
                row("hangs up at MAIL", NO_OUTCOME, Line::greet),
                row(
                        "says 421 to MAIL",
                        "mail 421",
                        line -> line.greet().hear("MAIL ").say("421 busy")),
                row("says 451 to MAIL", "mail 451", line -> envelope(line).say("451 a", "503 b", "503 c", "503 d")),
                row(
                        "says 550 to MAIL and 250 to all else",
                        "mail 550",
                        line -> envelope(line).say("550 a", "250 b", "250 c", "354 d")),
                row("says 354 to MAIL", NO_OUTCOME, line -> envelope(line).say("354 a")),
                row("says nonsense to MAIL", NO_OUTCOME, line -> envelope(line).say("ok")),
                row("hangs up at RCPT", NO_OUTCOME, line -> envelope(line).say("250 ok")),
                row(
                        "hangs up at the second RCPT",
                        NO_OUTCOME,
                        line -> envelope(line).say("250 ok", "250 ok")),
                row(
                        "says 421 to the first RCPT",
                        "rcpt 421 421",
                        line -> envelope(line).say("250 ok", "421 busy")),
                row(
                        "says 421 to the second RCPT",
                        "rcpt 250 421",
                        line -> envelope(line).say("250 ok", "250 ok", "421 busy")),
                row("says 251 and 252 to RCPT", "data 250", line -> {
                    envelope(line)
                            .say("250 ok", "251 there", "252 maybe", "354 go")
                            .hearMessage();
                    line.say("250 ok");
                }),
                row(
                        "refuses all recipients and DATA",
                        "rcpt 550 450",
                        line -> envelope(line).say("250 ok", "550 a", "450 b", "503 c")),
                row("refuses all recipients and takes DATA", "rcpt 550 550", line -> {
                    envelope(line).say("250 ok", "550 a", "550 b", "354 go").hear(".");
                    line.say("554 no recipients");
                }),
                row("says 354 to RCPT", NO_OUTCOME, line -> envelope(line).say("250 ok", "354 go")),
                // DATA
                row("says 250 to DATA", NO_OUTCOME, line -> envelope(line).say("250 a", "250 b", "250 c", "250 d")),
                row("says 451 to DATA", "data 451", line -> envelope(line).say("250 a", "250 b", "250 c", "451 later")),
                row("says 554 to DATA", "data 554", line -> envelope(line).say("250 a", "250 b", "250 c", "554 never")),
                row("says 421 to DATA", "data 421", line -> envelope(line).say("250 a", "250 b", "250 c", "421 busy")),
                row("hangs up at DATA", NO_OUTCOME, line -> envelope(line).say("250 a", "250 b", "250 c")),
                row(
                        "says 421 to all of it, at once",
                        "mail 421",
                        line -> envelope(line).say("421 a", "421 b", "421 c", "421 d")),
                // the message
                row("hangs up behind the dot", UNKNOWN, MisbehaviourTest::message),
                row("resets behind the dot", UNKNOWN, line -> message(line).reset()),
                row(
                        "says half a reply to the dot",
                        UNKNOWN,
                        line -> message(line).raw("250 ta")),
                row("says nonsense to the dot", UNKNOWN, line -> message(line).say("taken")),
                row("says 354 to the dot", UNKNOWN, line -> message(line).say("354 more")),
                row("says more to the dot than anybody reads", UNKNOWN, line -> endlessly(message(line), "250-x\r\n")),
                row("says 4 GB in one line to the dot", UNKNOWN, line -> endlessly(message(line), "250 xxxxxxxx")),
                row(
                        "changes its code within the reply to the dot",
                        UNKNOWN,
                        line -> message(line).say("250-a", "550 b")),
                row("says 421 to the dot", "data 421", line -> message(line).say("421 busy")),
                row("says 550 to the dot", "data 550", line -> message(line).say("550 spam")),
                row(
                        "says 250 to the dot by single bytes",
                        "data 250",
                        line -> message(line).drip("250 2.0.0 ok\r\n")),
                row(
                        "says 250 to the dot and then 421",
                        "data 250",
                        line -> message(line).say("250 ok", "421 bye")),
                row(
                        "says 250 to the dot twice",
                        "data 250",
                        line -> message(line).say("250 ok", "250 ok")),
                row(
                        "says a control character to the dot",
                        "data 250",
                        line -> message(line).say("250 a\u0007\u001b[2Jb")));
    }

    private static RouteTls wanted(Over over) {
        return switch (over) {
            case PLAIN -> RouteTls.NONE;
            case STARTTLS -> RouteTls.REQUIRED;
            case TLS_AT_ONCE -> RouteTls.REQUIRED.atOnce();
        };
    }

    private String outcome(Route route) {
        try {
            return words(client.send(
                    route,
                    ReversePath.parse("<sender@example.org>"),
                    List.of(Recipient.parse("<a@example.com>"), Recipient.parse("<b@example.com>")),
                    new FakeMessage(TEXT),
                    new Terms(Duration.ofSeconds(5), false, false)));
        } catch (UnknownOutcomeException e) {
            return UNKNOWN;
        } catch (IOException e) {
            return NO_OUTCOME;
        }
    }

    private static String words(Outcome outcome) {
        if (outcome.refusal().isPresent()) {
            return (outcome.isSessionRefused() ? "session " : "mail ")
                    + outcome.refusal().get().code();
        }
        return outcome.data().isEmpty() ? "rcpt " + codes(outcome.recipients()) : "data " + codes(outcome.data());
    }

    private static String codes(List<Reply> replies) {
        return String.join(
                " ",
                replies.stream().map(reply -> Integer.toString(reply.code())).toList());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void whateverAPeerDoesHasItsOutcomeAndTheNextMailGoes(Row row) throws Exception {
        client.tls = new FakeTls();
        var good = over(row.over, row("takes it", "data 250", line -> {
            line.greet("PIPELINING");
            line.take(2);
        }));
        try (var peer = new FakePeer(row.script, good.script)) {
            var route = peer.route().withTls(wanted(row.over));
            assertThat(outcome(route)).isEqualTo(row.outcome);
            // Whatever it left is not used again: the second script needs a connection of its own.
            client.modified(Configs.of(Map.of()));
            assertThat(outcome(route)).isEqualTo("data 250");
            peer.done();
        }
    }

    static Stream<Row> logins() {
        return Stream.of(
                row("offers no AUTH", "session 454", Line::greet),
                row(
                        "knows EHLO not",
                        "session 454",
                        line -> line.say("220 x")
                                .hear("EHLO ")
                                .say("500 what?")
                                .hear("HELO ")
                                .say("250 x")),
                row("refuses the login for good", "session 454", line -> login(line, "535 5.7.8 wrong")),
                row("refuses the login for now", "session 454", line -> login(line, "454 4.7.0 later")),
                row("says 421 to AUTH", "session 454", line -> login(line, "421 busy")),
                row(
                        "hangs up at AUTH",
                        NO_OUTCOME,
                        line -> line.greet("AUTH PLAIN").hear("AUTH PLAIN ")),
                row("asks without an end", NO_OUTCOME, line -> {
                    line.greet("AUTH PLAIN").hear("AUTH PLAIN ").say("334 ");
                    line.hear("*").say("501 off");
                }),
                row("says nonsense to AUTH", NO_OUTCOME, line -> login(line, "welcome")),
                row("says 354 to AUTH", NO_OUTCOME, line -> login(line, "354 go")),
                row("lets us in", "data 250", line -> {
                    login(line, "235 2.7.0 in");
                    line.hear("MAIL ")
                            .say("250 ok")
                            .hear("RCPT ")
                            .say("250 ok")
                            .hear("RCPT ")
                            .say("250 ok");
                    line.hear("DATA").say("354 go").hearMessage();
                    line.say("250 ok");
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("logins")
    void aLoginThatFailsIsNeverLeftOutAndNeverForGood(Row row) throws Exception {
        try (var peer = new FakePeer(row.script)) {
            assertThat(outcome(peer.route().withCredentials("user", "hunter2"))).isEqualTo(row.outcome);
        }
    }
}
