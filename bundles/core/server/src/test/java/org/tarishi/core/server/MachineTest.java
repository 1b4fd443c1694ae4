package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tarishi.api.Hello;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.Moment;
import org.tarishi.api.Reply;
import org.tarishi.api.hook.HookResult;
import org.tarishi.core.spi.Intake;

/** The protocol as a function: no session, no plugins, no network. */
final class MachineTest {

    private static final State GREETED = new State.Greeted();
    private static final State READY = new State.Ready(new Hello(Hello.Verb.EHLO, "x"));

    private final Machine machine = new Machine(Stage.settings(Map.of("hostname", "mx.test")), new Machine.Facts() {
        @Override
        public Security security() {
            return Security.none();
        }

        @Override
        public String id() {
            return "ID";
        }

        @Override
        public ListenerMode mode() {
            return ListenerMode.SMTP;
        }

        @Override
        public boolean isRelaying() {
            return false;
        }

        @Override
        public String client() {
            return "[127.0.0.1]";
        }

        @Override
        public Offer offer() {
            return Offer.of(Stage.settings(Map.of()));
        }

        @Override
        public int transactions() {
            return 0;
        }

        @Override
        public Instant now() {
            return Stage.NOON;
        }

        @Override
        public boolean hasRoomFor(long octets) {
            return true;
        }

        @Override
        public Intake.@Nullable Fault fault() {
            return null;
        }

        @Override
        public @Nullable Reply outboundRefusal() {
            return null;
        }

        @Override
        public int accepted() {
            return 1;
        }

        @Override
        public boolean isAuthenticated() {
            return false;
        }

        @Override
        public boolean isTlsMissing() {
            return false;
        }

        @Override
        public boolean mayTry() {
            return true;
        }

        @Override
        public int authFailures() {
            return 0;
        }
    });

    private Step line(State state, String text) {
        return machine.line(state, text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aHelloEndsTheTransactionForgetsTheOldNameAndAsks() {
        var end = (Step.End) line(READY, "HELO y");
        var enter = (Step.Enter) end.then();
        var ask = (Step.Ask) enter.then();

        assertThat(enter.next()).isEqualTo(GREETED);
        assertThat(ask.moment()).isEqualTo(Moment.HELO);
        assertThat(ask.argument()).isEqualTo(new Hello(Hello.Verb.HELO, "y"));
        assertThat(ask.then().apply(Opinion.YES))
                .isEqualTo(new Step.Enter(
                        new State.Ready(new Hello(Hello.Verb.HELO, "y")),
                        new Step.Say(
                                Reply.of(250, "mx.test Hello [127.0.0.1]"),
                                new State.Ready(new Hello(Hello.Verb.HELO, "y")))));
    }

    @Test
    void whatIsRefusedBySequenceOrSyntaxIsAskedOfNobody() {
        assertThat(line(GREETED, "MAIL FROM:<>"))
                .isEqualTo(new Step.Say(Replies.HELLO_FIRST, GREETED, Step.Event.ERROR));
        assertThat(line(READY, "MAIL FROM:<a>")).isInstanceOf(Step.Say.class);
        assertThat(line(READY, "RCPT TO:<a@b>")).isEqualTo(new Step.Say(Replies.MAIL_FIRST, READY, Step.Event.ERROR));
    }

    @Test
    void mailOpensATransactionBeforeItAsks() {
        var begin = (Step.Begin) line(READY, "MAIL FROM:<a@b.example>");

        assertThat(begin.sender().toString()).isEqualTo("<a@b.example>");
        assertThat(begin.then().apply(new Step.Begun.Refused(Replies.NOT_NOW)))
                .isEqualTo(new Step.Say(Replies.NOT_NOW, READY, Step.Event.SENDER));
    }

    @Test
    void theUnwelcomeMayOnlyQuit() {
        var unwelcome = new State.Unwelcome(Reply.of(554, "no"));

        for (var text : new String[] {"EHLO x", "NOOP", "FOO", ""}) {
            assertThat(line(unwelcome, text)).isEqualTo(new Step.Say(Reply.of(554, "no"), unwelcome));
        }
        assertThat(line(unwelcome, "QUIT")).isInstanceOf(Step.Ask.class);
    }

    @ParameterizedTest(name = "silence at {0} is {1}, relaying {2}")
    @CsvSource(textBlock = """
        CONNECT,           yes, yes
        HELO,              yes, yes
        MAIL,              yes, yes
        RCPT,              550, yes
        RCPT_OK,           yes, yes
        DATA,              yes, yes
        DATA_POST,         yes, yes
        MAX_DATA_EXCEEDED, 552, 552
        QUEUE,             451, 451
        QUEUE_OUTBOUND,    yes, yes
        QUEUE_OK,          yes, yes
        VRFY,              yes, yes
        """)
    void silenceMeansWhatTheTableSays(Moment moment, String stranger, String relaying) {
        assertThat(word(Policy.silence(moment, false))).isEqualTo(stranger);
        assertThat(word(Policy.silence(moment, true))).isEqualTo(relaying);
        assertThat(word(Policy.of(moment, HookResult.CONTINUE, false))).isEqualTo(stranger);
    }

    @ParameterizedTest(name = "{0}: deny {1}, denysoft {2}")
    @CsvSource(textBlock = """
        LOOKUP_RDNS,       554, 421
        CONNECT,           554, 421
        HELO,              550, 450
        EHLO,              550, 450
        MAIL,              550, 450
        RCPT,              550, 450
        RCPT_OK,           550, 450
        DATA,              554, 451
        BODY,              550, 450
        DATA_POST,         550, 450
        MAX_DATA_EXCEEDED, 552, 452
        QUEUE,             550, 450
        QUEUE_OUTBOUND,    550, 450
        PRE_SEND_TRANS_EMAIL, 550, 450
        VRFY,              550, 450
        NOOP,              500, 450
        UNRECOGNIZED_COMMAND, 500, 451
        CAPABILITIES,      yes, yes
        QUEUE_OK,          yes, yes
        RSET,              yes, yes
        QUIT,              yes, yes
        """)
    void refusalsHaveTheCodeOfTheirMoment(Moment moment, String deny, String soft) {
        assertThat(word(Policy.of(moment, HookResult.deny("x"), true))).isEqualTo(deny);
        assertThat(word(Policy.of(moment, HookResult.denySoft("x"), true))).isEqualTo(soft);
    }

    @ParameterizedTest
    @EnumSource(
            value = Moment.class,
            names = {"AUTH", "ATTACHMENT", "DENY", "SEND_EMAIL", "GET_MX", "DEFERRED", "BOUNCE"})
    void momentsThatAreNoSessionsHaveNoLine(Moment moment) {
        assertThatThrownBy(() -> Policy.silence(moment, false)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String word(Opinion opinion) {
        return switch (opinion) {
            case Opinion.Yes _ -> "yes";
            case Opinion.No no -> Objects.toString(no.reply().code());
            case Opinion.HangUp() -> "hang up";
        };
    }
}
