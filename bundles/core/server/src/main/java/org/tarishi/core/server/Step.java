package org.tarishi.core.server;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Mailbox;
import org.tarishi.api.Moment;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Transaction;
import org.tarishi.api.TransactionOutcome;
import org.tarishi.api.hook.ClientFacts;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.core.spi.Authentication;
import org.tarishi.core.spi.MessageStore;

/**
 * What a session does next. The machine returns it, the session carries it out, and asks the machine again through the function that
 * the step holds.
 */
sealed interface Step {

    /**
     * Answers and waits for the client.
     *
     * @param copies how often: LMTP answers a message once a recipient (RFC 2033 section 4.2)
     * @param utf8 whether the command has asked for more than ASCII, where no transaction has
     */
    record Say(Reply reply, State next, Event event, int copies, boolean utf8) implements Step {
        Say(Reply reply, State next) {
            this(reply, next, Event.NONE);
        }

        Say(Reply reply, State next, Event event) {
            this(reply, next, event, 1, false);
        }
    }

    /** Hangs up, after a last reply or without a word. */
    record Close(@Nullable Reply reply, Event event) implements Step {
        Close(@Nullable Reply reply) {
            this(reply, Event.NONE);
        }
    }

    /** Goes to a state without a word. */
    record Enter(State next, Step then) implements Step {}

    /** Asks plugins. */
    record Ask(Moment moment, @Nullable Object argument, Function<Opinion, Step> then) implements Step {}

    /** Finds the client's name, by plugins or DNS, and keeps it. */
    record AskName(Function<Opinion, Step> then) implements Step {}

    /** Makes the client another one: what was known, said or allowed of the one before is gone. */
    record Become(ClientFacts facts, Step then) implements Step {}

    /** Says that TLS may begin, throws away everything that the client has said, and begins. */
    record Secure() implements Step {}

    /** Asks who knows a command. */
    record AskCommand(Line line, Function<CommandResult, Step> then) implements Step {}

    /** Offers the extensions, with what plugins add. */
    record AskCapabilities(Function<Offer, Step> then) implements Step {}

    /** Begins a SASL exchange by a mechanism. */
    record Authenticate(String mechanism, Optional<Secret> initial, Function<Authentication.Result, Step> then)
            implements Step {}

    /** Goes on with it. */
    record Respond(Secret response, Function<Authentication.Result, Step> then) implements Step {}

    /** Says 334 with a challenge, in base64, and waits for the client. */
    record Challenge(String base64, State next) implements Step {}

    /** Ends the exchange, if one is open. */
    record EndExchange(Step then) implements Step {}

    /** Lets the client wait; no thread does. */
    record Pause(Duration time, Step then) implements Step {}

    /** Asks whether these are senders of the authenticated user. */
    record CheckSenders(List<Mailbox> senders, Function<Senders.Answer, Step> then) implements Step {}

    /** Opens a transaction. */
    record Begin(ReversePath sender, Function<Begun, Step> then) implements Step {}

    /** Ends the transaction, if one is open. */
    record End(TransactionOutcome outcome, Step then) implements Step {}

    /** Notes which recipient is being asked about, so that plugins can put others in its place. */
    record Try(Recipient recipient, Step then) implements Step {}

    /** Takes the recipient that was asked about, or what plugins put in its place, into the transaction. */
    record Keep(Step then) implements Step {}

    /** Makes ready for the message; the intake is open when 354 is said. */
    record Receive(MessageStore.Framing framing, Step then) implements Step {}

    /** Reads so many octets into the message. */
    record Read(long octets, Supplier<Step> then) implements Step {}

    /** Reads so many octets and throws them away. */
    record Discard(long octets, Step then) implements Step {}

    /** Ends a message that came in chunks. */
    record Finish() implements Step {}

    /** Adds to the message of a user what it should have (RFC 6409). */
    record Complete(Supplier<Step> then) implements Step {}

    /** Puts trace fields and what plugins have added on top of the message. */
    record Stamp(Step then) implements Step {}

    /** Asks those who have watched the message arrive. */
    record AskBody(Function<Opinion, Step> then) implements Step {}

    /** Puts the final Authentication-Results on top of the message. */
    record Restamp(Step then) implements Step {}

    /** Has the server's own queue take the message for other hosts. */
    record Enqueue(Function<Opinion, Step> then) implements Step {}

    /** Whether a transaction could begin. */
    sealed interface Begun {
        record Open(Transaction tx) implements Begun {}

        record Refused(Reply reply) implements Begun {}
    }

    /** What a reply is for the counters and the log. */
    enum Event {
        NONE,
        /** The client's mistake. */
        ERROR,
        /** The answer to a client that is not welcome. */
        CONNECTION,
        HELLO,
        SENDER,
        RECIPIENT,
        MESSAGE
    }
}
