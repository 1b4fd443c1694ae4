package org.tarishi.core.server;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.BodyType;
import org.tarishi.api.Domain;
import org.tarishi.api.Hello;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.Mailbox;
import org.tarishi.api.Moment;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Transaction;
import org.tarishi.api.TransactionOutcome;
import org.tarishi.api.hook.ClientFacts;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.message.Message;
import org.tarishi.core.server.Step.Event;
import org.tarishi.core.spi.Intake;
import org.tarishi.core.spi.MessageStore;

/**
 * SMTP as a function: from a state and a command to the next step. It has no state of its own, does nothing, and knows neither network
 * nor threads; a {@link Session} carries its steps out.
 */
final class Machine {

    /** RFC 5321 section 7.8, ALPACA: what speaks HTTP here was sent by somebody else's browser. */
    private static final Set<String> HTTP =
            Set.of("GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "DELETE", "PATCH", "TRACE");

    /** Known to the RFCs and not carried out here; a plugin may. */
    private static final Set<String> NOT_IMPLEMENTED = Set.of("EXPN", "TURN", "ETRN", "SEND", "SOML", "SAML");

    private static final String SMTPUTF8 = "SMTPUTF8";
    static final String STARTTLS = "STARTTLS";

    /** In characters, of which plugins may choose some beyond ASCII. */
    private static final int LONGEST_WELCOME = 160;

    /** The facts of a session that steps depend on, as they are when asked. */
    interface Facts extends AuthDialog.Facts {
        /** The connection's id. */
        String id();

        ListenerMode mode();

        /** Whether the connection's mail may go anywhere. */
        boolean isRelaying();

        /** What TLS is to the session. */
        Security security();

        /** The client, for the first line of the reply to its hello: {@code name [address]}. */
        String client();

        /** How many transactions have begun. */
        int transactions();

        /** What the time is. */
        Instant now();

        /** Whether a message of so many octets could be kept. */
        boolean hasRoomFor(long octets);

        /** What is wrong with the message that is arriving, null for nothing so far. */
        Intake.@Nullable Fault fault();

        /** Why the queue would refuse the message of the open transaction, if it goes there; null for nothing. */
        @Nullable Reply outboundRefusal();

        /** How many RCPT commands of the open transaction were accepted, repeated ones counted. */
        int accepted();
    }

    /**
     * One verb, in three moves that never mix.
     *
     * @param sequence what the state has against it, null for nothing; no hook has seen the command yet
     * @param syntax reads the argument, or objects
     * @param asking the moments whose hooks have a say, and behind them the effect
     * @param <A> the argument
     */
    private record Row<A>(
            Function<State, @Nullable Reply> sequence, Syntax<A> syntax, BiFunction<State, A, Step> asking) {

        Step step(State state, String argument) throws Objection {
            var bad = sequence.apply(state);
            if (bad != null) {
                throw new Objection(bad);
            }
            return asking.apply(state, syntax.read(state, argument));
        }
    }

    /** Reads an argument. */
    @FunctionalInterface
    private interface Syntax<A> {
        A read(State state, String argument) throws Objection;
    }

    private final Settings settings;
    private final Facts facts;
    private final Envelope envelope;
    private final AuthDialog auth;
    private final Supplier<Instant> clock;
    private final Map<Verb, Row<?>> rows = new EnumMap<>(Verb.class);

    Machine(Settings settings, Facts facts) {
        this.settings = settings;
        this.facts = facts;
        this.clock = facts::now;
        this.auth = new AuthDialog(settings.auth(), facts);
        this.envelope = new Envelope(settings.strict(), settings.maxBytes(), settings.host());

        rows.put(Verb.HELO, new Row<>(Machine::always, hello(Hello.Verb.HELO), this::hello));
        rows.put(Verb.EHLO, new Row<>(Machine::always, hello(Hello.Verb.EHLO), this::hello));
        rows.put(Verb.LHLO, new Row<>(Machine::always, hello(Hello.Verb.LHLO), this::hello));
        rows.put(Verb.MAIL, new Row<>(this::maySendMail, this::sender, this::mail));
        rows.put(Verb.RCPT, new Row<>(this::maySendRcpt, this::recipient, this::rcpt));
        rows.put(Verb.DATA, new Row<>(this::maySendData, Machine::nothing, this::data));
        rows.put(Verb.BDAT, new Row<>(Machine::always, Machine::chunk, this::bdat));
        rows.put(Verb.RSET, new Row<>(Machine::always, Machine::nothing, (state, _) -> rset(state)));
        rows.put(Verb.NOOP, new Row<>(Machine::always, Machine::anything, this::noop));
        rows.put(Verb.QUIT, new Row<>(Machine::always, Machine::nothing, (_, _) -> quit()));
        rows.put(Verb.VRFY, new Row<>(Machine::always, this::user, this::vrfy));
        rows.put(Verb.STARTTLS, new Row<>(this::maySecure, Machine::nothing, (_, _) -> new Step.Secure()));
        rows.put(Verb.HELP, new Row<>(Machine::always, this::helpful, (state, reply) -> new Step.Say(reply, state)));
    }

    // ---- what happens ----

    /** A client has connected. */
    Step connected(State.Connecting state) {
        return new Step.AskName(named -> switch (named) {
            case Opinion.Yes _ -> greet(state);
            case Opinion.No no -> unwelcome(no);
            case Opinion.HangUp() -> new Step.Close(null, Event.CONNECTION);
        });
    }

    /** A front-end that may says who the client really is: all begins anew. */
    private Step newClient(ClientFacts facts) {
        var connecting = new State.Connecting();
        return new Step.End(
                TransactionOutcome.RESET,
                new Step.Become(
                        facts,
                        new Step.Enter(connecting, facts.isNameKnown() ? greet(connecting) : connected(connecting))));
    }

    private Step greet(State state) {
        return new Step.Ask(Moment.CONNECT, null, opinion -> switch (opinion) {
            case Opinion.Yes(var words, var _) ->
                new Step.Say(
                        Replies.words(words, greeting()),
                        state instanceof State.Connecting ? new State.Greeted() : state);
            case Opinion.No no -> unwelcome(no);
            case Opinion.HangUp() -> new Step.Close(null, Event.CONNECTION);
        });
    }

    private Reply greeting() {
        var word = facts.mode() == ListenerMode.LMTP ? " LMTP " : " ESMTP ";
        var id = settings.idInGreeting() ? " (" + facts.id() + ")" : "";
        var lines = new ArrayList<String>();
        var text = settings.greeting();
        lines.add(settings.hostname() + word + (text.isEmpty() ? settings.product() + " ready" : text.getFirst()) + id);
        lines.addAll(text.subList(Math.min(1, text.size()), text.size()));
        return new Reply(220, null, lines);
    }

    private static Step unwelcome(Opinion.No no) {
        return no.close()
                ? new Step.Close(no.reply(), Event.CONNECTION)
                : new Step.Say(no.reply(), new State.Unwelcome(no.reply()), Event.CONNECTION);
    }

    /** A command line has come, without its CRLF. */
    Step line(State state, byte[] bytes) {
        if (state instanceof State.Authenticating authenticating) {
            return auth.response(authenticating, bytes);
        }
        if (AuthCommand.isOne(bytes) && !(state instanceof State.Unwelcome)) {
            return facts.security().isNeeded()
                    ? error(Replies.TLS_REQUIRED, state)
                    : auth.command(state, bytes, helloFirst());
        }
        try {
            var line = Line.read(bytes, settings.smtpUtf8() && isExtended(state));
            var verb = Verb.of(line.verb(), facts.mode());
            int room = settings.commandLine() + verb.map(this::extraRoom).orElse(0);
            if (bytes.length + 2 > room) {
                throw new Objection(Replies.LINE_TOO_LONG);
            }
            if (line.verb().isEmpty() && Chunk.isAnnounced(bytes, 0, bytes.length)) {
                throw new Objection(Replies.UNKNOWN_COMMAND);
            }
            return line(state, line, verb);
        } catch (Objection objection) {
            return broken(state, objection.reply(), Chunk.isAnnounced(bytes, 0, bytes.length));
        }
    }

    private int extraRoom(Verb verb) {
        return verb.extraRoom()
                + (verb == Verb.MAIL && !facts.offer().mechanisms().isEmpty() ? Verb.ROOM_OF_AUTH : 0);
    }

    private Step line(State state, Line line, Optional<Verb> verb) throws Objection {
        if (state instanceof State.Unwelcome(var reply) && verb.orElse(null) != Verb.QUIT) {
            var say = new Step.Say(reply, state);
            return verb.orElse(null) == Verb.BDAT
                    ? new Step.Discard(chunk(state, line.argument()).octets(), say)
                    : say;
        }
        if (facts.security().isNeeded()
                && verb.filter(one -> one.is(Verb.Rule.BEFORE_TLS)).isEmpty()) {
            return insecure(state, line, verb.orElse(null));
        }
        if (verb.isEmpty()) {
            return unknown(state, line);
        }
        return row(verb.get()).step(state, line.argument());
    }

    /** RFC 3207 section 4: what is not possible before TLS. */
    private Step insecure(State state, Line line, @Nullable Verb verb) throws Objection {
        if (isHttp(line)) {
            return new Step.Close(Replies.NOT_HTTP, Event.CONNECTION);
        }
        var say = error(Replies.TLS_REQUIRED, state);
        return verb == Verb.BDAT
                ? new Step.Discard(chunk(state, line.argument()).octets(), say)
                : say;
    }

    private @Nullable Reply maySecure(State state) {
        var security = facts.security();
        if (security.isOn()) {
            return Replies.TLS_IS_ON;
        }
        if (!security.isSpoken()) {
            return Replies.NO_TLS;
        }
        return switch (state) {
            case State.Mailing _ -> Replies.TLS_BETWEEN_MAILS;
            case State.Named _
            when isExtended(state) -> {
                if (!security.canBegin()) {
                    yield Replies.TLS_AWAY;
                }
                yield facts.offer().has(STARTTLS) ? null : Replies.NO_TLS;
            }
            default -> helloFirst();
        };
    }

    private Row<?> row(Verb verb) {
        var row = rows.get(verb);
        if (row == null) {
            throw new IllegalStateException("no row for " + verb);
        }
        return row;
    }

    /**
     * A command line has come that is none.
     *
     * @param isChunk whether octets may follow that must never be taken for commands; nobody knows how many
     */
    Step broken(State state, Reply reply, boolean isChunk) {
        if (state instanceof State.Authenticating authenticating && !isChunk) {
            return auth.broken(authenticating, reply);
        }
        return isChunk ? new Step.Close(reply, Event.CONNECTION) : error(reply, state);
    }

    /** The data behind 354 are here, or faulty. */
    Step received(State.Receiving state, Intake.Received received) {
        return switch (received) {
            case Intake.Received.Faulty(var fault)
            when fault == Intake.Fault.TOO_BIG ->
                new Step.Ask(Moment.MAX_DATA_EXCEEDED, null, opinion -> switch (opinion) {
                    case Opinion.Yes _ -> refused(state, Replies.MESSAGE_TOO_BIG);
                    case Opinion.No no -> refused(state, no);
                    case Opinion.HangUp() -> hangUp(Event.MESSAGE);
                });
            case Intake.Received.Faulty(var fault) -> refused(state, faultReply(fault));
            case Intake.Received.Complete(var message)
            when message.headers().all("Received").size() > settings.maxReceived() -> refused(state, Replies.LOOP);
            case Intake.Received.Complete(var message)
            when !settings.eightBitHeaders() && message.hasUtf8Headers() && !isUtf8(state) ->
                refused(state, Replies.UTF8_HEADER);
            case Intake.Received.Complete(var message) ->
                facts.mode() == ListenerMode.SUBMISSION
                        ? new Step.Complete(() -> checkAuthors(state, message))
                        : checkAuthors(state, message);
        };
    }

    /** Where the setting is on, From and Sender of a user's message must be the user's too. */
    private Step checkAuthors(State.Receiving state, Message message) {
        var then = new Step.Stamp(new Step.AskBody(opinion -> go(state, opinion, _ -> dataPost(state))));
        if (!settings.auth().sendersInFrom() || !facts.isAuthenticated()) {
            return then;
        }
        var headers = message.headers();
        var authors = new ArrayList<Mailbox>();
        for (var field : List.of("From", "Sender")) {
            int fields = headers.all(field).size();
            var addresses = headers.addresses(field);
            // What can't be read may be read by others; who writes From twice shows one to us and another to them.
            if (fields > 1 || (addresses.isEmpty() && (fields == 1 || field.equals("From")))) {
                return refused(state, AuthReplies.NOT_YOUR_FROM);
            }
            for (var address : addresses) {
                if (address.mailbox().isEmpty()) {
                    return refused(state, AuthReplies.NOT_YOUR_FROM);
                }
                authors.add(address.mailbox().get());
            }
        }
        return new Step.CheckSenders(authors, answer -> switch (answer) {
            case YES -> then;
            case NO -> refused(state, AuthReplies.NOT_YOUR_FROM);
            case UNKNOWN -> refused(state, AuthReplies.SENDERS_UNKNOWN);
        });
    }

    private static Reply faultReply(Intake.Fault fault) {
        return switch (fault) {
            case BARE_LF -> Replies.BARE_LF_IN_DATA;
            case BARE_CR -> Replies.BARE_CR_IN_DATA;
            case NUL -> Replies.NUL_IN_DATA;
            case TOO_BIG -> Replies.MESSAGE_TOO_BIG;
            case LINE_TOO_LONG -> Replies.DATA_LINE_TOO_LONG;
            case HEADER_TOO_BIG -> Replies.HEADER_TOO_BIG;
            case STORAGE -> Replies.NO_STORAGE;
        };
    }

    private Step dataPost(State.Receiving state) {
        return new Step.Ask(Moment.DATA_POST, null, opinion -> go(state, opinion, _ -> new Step.Restamp(queue(state))));
    }

    private Step queue(State.Receiving state) {
        // RFC 5321 has no word for it, the specification has: relaying at the end of data_post decides.
        var moment = state.tx().isRelaying() ? Moment.QUEUE_OUTBOUND : Moment.QUEUE;
        return new Step.Ask(
                moment,
                null,
                opinion -> go(
                        state,
                        opinion,
                        yes -> moment == Moment.QUEUE_OUTBOUND && !yes.isSaid()
                                ? enqueue(state)
                                : queued(state, yes.words())));
    }

    /** No plugin has taken a message for other hosts: the server's own queue does. */
    private Step enqueue(State.Receiving state) {
        return new Step.Enqueue(opinion -> go(state, opinion, yes -> queued(state, yes.words())));
    }

    private Step queued(State.Receiving state, @Nullable Reply words) {
        var id = state.tx().id();
        return new Step.Ask(Moment.QUEUE_OK, id, opinion -> {
            var said = opinion instanceof Opinion.Yes(var better, var _) && better != null ? better : words;
            return answer(state, TransactionOutcome.ACCEPTED, taken(said, id));
        });
    }

    private static Reply taken(@Nullable Reply words, String id) {
        if (words == null) {
            return Reply.of(250, Replies.DONE, "message accepted as " + id);
        }
        var lines = new ArrayList<>(words.lines());
        if (!words.text().contains(id) && lines.getLast().length() < 120) {
            lines.set(lines.size() - 1, lines.getLast() + " (" + id + ")");
        }
        return Replies.withStatus(new Reply(words.code(), words.status(), lines), Replies.DONE);
    }

    /** Goes on after a yes; else the message is answered with the refusal. */
    private Step go(State.Receiving state, Opinion opinion, Function<Opinion.Yes, Step> then) {
        return switch (opinion) {
            case Opinion.Yes yes -> then.apply(yes);
            case Opinion.No no -> refused(state, no);
            case Opinion.HangUp() -> hangUp(Event.MESSAGE);
        };
    }

    private Step refused(State.Receiving state, Opinion.No no) {
        return no.close()
                ? new Step.End(outcome(no.reply()), new Step.Close(no.reply(), Event.MESSAGE))
                : refused(state, no.reply());
    }

    private Step refused(State.Receiving state, Reply reply) {
        return answer(state, outcome(reply), reply);
    }

    private Step answer(State.Receiving state, TransactionOutcome outcome, Reply reply) {
        int copies = facts.mode() == ListenerMode.LMTP && state.isWhole() ? facts.accepted() : 1;
        return new Step.End(outcome, new Step.Say(reply, state.idle(), Event.MESSAGE, copies, false));
    }

    // ---- the verbs ----

    private Syntax<Hello> hello(Hello.Verb verb) {
        return (_, argument) -> {
            int blank = argument.indexOf(' ');
            var word = blank < 0 ? argument : argument.substring(0, blank);
            if (word.isEmpty()) {
                throw new Objection(Replies.badArgument(verb + " wants a domain or an address in brackets"));
            }
            if (word.chars().anyMatch(c -> c >= 0x80)) {
                throw new Objection(Replies.badArgument(verb + " wants a domain in ASCII"));
            }
            return new Hello(verb, word);
        };
    }

    private Step hello(State state, Hello hello) {
        var moment = hello.verb() == Hello.Verb.HELO ? Moment.HELO : Moment.EHLO;
        var ready = new State.Ready(hello);
        // RFC 5321 section 4.1.4: a new hello ends the transaction, and what was said before.
        return new Step.End(
                TransactionOutcome.RESET,
                new Step.Enter(new State.Greeted(), new Step.Ask(moment, hello, opinion -> switch (opinion) {
                    case Opinion.Yes(var words, var _) ->
                        new Step.Enter(
                                ready,
                                hello.verb() == Hello.Verb.HELO
                                        ? new Step.Say(new Reply(250, null, List.of(welcome(words))), ready)
                                        : new Step.AskCapabilities(
                                                offer -> new Step.Say(extensions(welcome(words), offer), ready)));
                    case Opinion.No no -> refuse(no, new State.Greeted(), Event.HELLO);
                    case Opinion.HangUp() -> new Step.Close(null, Event.HELLO);
                })));
    }

    private String welcome(@Nullable Reply words) {
        var text = words == null ? settings.helloText() : words.lines().getFirst();
        var line = settings.hostname() + " Hello " + facts.client() + (text.isEmpty() ? "" : ", " + text);
        // Names and words may be long, each of them; a line of a reply has 512 octets.
        return line.length() > LONGEST_WELCOME ? settings.hostname() : line;
    }

    private static Reply extensions(String first, Offer offer) {
        var lines = new ArrayList<String>();
        lines.add(first);
        lines.addAll(offer.lines());
        return new Reply(250, null, lines);
    }

    private @Nullable Reply maySendMail(State state) {
        return switch (state) {
            case State.Mailing _ -> Replies.NESTED_MAIL;
            case State.Ready _ ->
                settings.auth().use() == AuthSettings.Use.REQUIRED && !facts.isAuthenticated() && !facts.isRelaying()
                        ? Replies.AUTH_REQUIRED
                        : null;
            default -> helloFirst();
        };
    }

    private ReversePath sender(State state, String argument) throws Objection {
        return envelope.mail(argument, facts.offer(), clock);
    }

    private Step mail(State state, ReversePath sender) {
        if (!(state instanceof State.Ready ready)) {
            throw new IllegalStateException("MAIL in " + state);
        }
        if (facts.transactions() >= settings.maxTransactions()) {
            return new Step.Close(Replies.TOO_MANY_TRANSACTIONS, Event.CONNECTION);
        }
        if (!hasRoomFor(sender)) {
            return new Step.Say(Replies.NO_STORAGE, ready, Event.SENDER);
        }
        var mailbox = sender.mailbox();
        if (mailbox.isPresent() && isTooShort(mailbox.get())) {
            return new Step.Say(AuthReplies.SHORT_SENDER, ready, Event.SENDER);
        }
        var begin = begin(ready, sender);
        return mailbox.isEmpty() || settings.auth().senders().isEmpty() || !facts.isAuthenticated()
                ? begin
                : new Step.CheckSenders(List.of(mailbox.get()), answer -> switch (answer) {
                    case YES -> begin;
                    case NO -> new Step.Say(AuthReplies.NOT_YOUR_SENDER, ready, Event.SENDER);
                    case UNKNOWN -> new Step.Say(AuthReplies.SENDERS_UNKNOWN, ready, Event.SENDER);
                });
    }

    /** RFC 6409 section 4.2: a submission server takes fully qualified domains; its own name is what it is. */
    private boolean isTooShort(Mailbox mailbox) {
        return facts.mode() == ListenerMode.SUBMISSION
                && !settings.submission().shortDomains()
                && mailbox.host() instanceof Domain domain
                && domain.ascii().indexOf('.') < 0
                && !domain.equals(settings.host());
    }

    private Step begin(State.Ready ready, ReversePath sender) {
        return new Step.Begin(sender, begun -> switch (begun) {
            case Step.Begun.Refused(var reply) -> new Step.Say(reply, ready, Event.SENDER);
            case Step.Begun.Open(var tx) ->
                new Step.Ask(Moment.MAIL, sender, opinion -> switch (opinion) {
                    case Opinion.Yes(var words, var _) ->
                        new Step.Say(
                                Replies.words(words, Replies.SENDER_ACCEPTED),
                                new State.Addressing(ready.hello(), tx),
                                Event.SENDER);
                    case Opinion.No no -> new Step.End(outcome(no.reply()), refuse(no, ready, Event.SENDER));
                    case Opinion.HangUp() -> hangUp(Event.SENDER);
                });
        });
    }

    /** RFC 1870 section 6.1: a message that can't be kept now is better refused before it is sent. */
    private boolean hasRoomFor(ReversePath sender) {
        if (sender.parameters().isEmpty()) {
            return true;
        }
        var size = sender.parameters().value("SIZE").orElse("");
        // More digits than a long holds are more than any disk does.
        return size.isEmpty() || facts.hasRoomFor(size.length() > 18 ? Long.MAX_VALUE : Long.parseLong(size));
    }

    private @Nullable Reply maySendRcpt(State state) {
        return switch (state) {
            case State.Addressing(var _, var tx) ->
                // Also one that is named again and again: with LMTP each of them is a reply to the message.
                facts.accepted() >= settings.maxRecipients()
                                || tx.recipients().all().size() >= settings.maxRecipients()
                        ? Replies.TOO_MANY_RCPTS
                        : null;
            case State.Mailing _ -> Replies.ADDRESSED_ALREADY;
            case State.Named _ -> Replies.MAIL_FIRST;
            default -> helloFirst();
        };
    }

    private Recipient recipient(State state, String argument) throws Objection {
        return envelope.rcpt(argument, facts.offer(), isUtf8(state));
    }

    private Step rcpt(State state, Recipient recipient) {
        if (isTooShort(recipient.mailbox())) {
            return new Step.Say(AuthReplies.SHORT_RECIPIENT, state, Event.RECIPIENT);
        }
        return new Step.Try(recipient, new Step.Ask(Moment.RCPT, recipient, first -> switch (first) {
            case Opinion.Yes(var words, var _) ->
                new Step.Ask(Moment.RCPT_OK, recipient, second -> switch (second) {
                    case Opinion.Yes(var better, var _) ->
                        new Step.Keep(new Step.Say(
                                Replies.words(better == null ? words : better, Replies.RCPT_ACCEPTED),
                                state,
                                Event.RECIPIENT));
                    case Opinion.No no -> refuse(no, state, Event.RECIPIENT);
                    case Opinion.HangUp() -> new Step.Close(null, Event.RECIPIENT);
                });
            case Opinion.No no -> refuse(no, state, Event.RECIPIENT);
            case Opinion.HangUp() -> new Step.Close(null, Event.RECIPIENT);
        }));
    }

    private @Nullable Reply maySendData(State state) {
        return switch (state) {
            case State.Addressing(var _, var tx) when isBinary(tx) -> Replies.ONLY_CHUNKS;
            default -> maySendMessage(state);
        };
    }

    private @Nullable Reply maySendMessage(State state) {
        return switch (state) {
            case State.Addressing(var _, var tx) -> tx.recipients().all().isEmpty() ? Replies.RCPT_FIRST : null;
            // RFC 3030 section 2: DATA and BDAT don't mix.
            case State.Mailing _ -> Replies.CHUNKS_BEGUN;
            case State.Named _ -> Replies.MAIL_FIRST;
            default -> helloFirst();
        };
    }

    private Step data(State state, String nothing) {
        if (!(state instanceof State.Addressing(var hello, var tx))) {
            throw new IllegalStateException("DATA in " + state);
        }
        return new Step.Ask(Moment.DATA, null, opinion -> switch (ifThereIsRoom(opinion)) {
            // A plugin may have taken the last recipient away.
            case Opinion.Yes _ when tx.recipients().all().isEmpty() -> error(Replies.RCPT_FIRST, state);
            case Opinion.Yes(var words, var _) ->
                new Step.Receive(
                        MessageStore.Framing.DOT,
                        new Step.Say(Replies.words(words, Replies.GO_AHEAD), new State.Receiving(hello, tx, true)));
            case Opinion.No no -> new Step.End(outcome(no.reply()), refuse(no, new State.Ready(hello), Event.MESSAGE));
            case Opinion.HangUp() -> hangUp(Event.MESSAGE);
        });
    }

    /** A message that the queue would refuse need not be sent first. */
    private Opinion ifThereIsRoom(Opinion opinion) {
        var full = opinion instanceof Opinion.Yes ? facts.outboundRefusal() : null;
        return full == null ? opinion : new Opinion.No(full, false);
    }

    // ---- chunks: whatever becomes of them, their octets are read (RFC 3030 section 2)

    private Step bdat(State state, Chunk chunk) {
        var bad = chunk.objection();
        if (bad == null && !(state instanceof State.Chunking)) {
            bad = state instanceof State.Named && !facts.offer().has("CHUNKING")
                    ? Replies.NO_CHUNKING
                    : maySendMessage(state);
        }
        if (bad != null) {
            return new Step.Discard(chunk.octets(), error(bad, state));
        }
        return switch (state) {
            case State.Addressing addressing -> firstChunk(addressing, chunk);
            case State.Chunking(var hello, var tx) -> read(hello, tx, chunk);
            default -> throw new IllegalStateException("BDAT in " + state);
        };
    }

    private Step firstChunk(State.Addressing state, Chunk chunk) {
        var tx = state.tx();
        var hello = state.hello();
        return new Step.Ask(Moment.DATA, null, opinion -> switch (ifThereIsRoom(opinion)) {
            case Opinion.Yes _
            when tx.recipients().all().isEmpty() -> new Step.Discard(chunk.octets(), error(Replies.RCPT_FIRST, state));
            case Opinion.Yes _ ->
                new Step.Receive(
                        isBinary(tx) ? MessageStore.Framing.BINARY_CHUNKS : MessageStore.Framing.CHUNKS,
                        read(hello, tx, chunk));
            case Opinion.No no when no.close() -> new Step.End(outcome(no.reply()), refuse(no, state, Event.MESSAGE));
            case Opinion.No no ->
                new Step.Discard(
                        chunk.octets(),
                        new Step.End(outcome(no.reply()), refuse(no, new State.Ready(hello), Event.MESSAGE)));
            case Opinion.HangUp() -> hangUp(Event.MESSAGE);
        });
    }

    private Step read(Hello hello, Transaction tx, Chunk chunk) {
        var reading = new State.Receiving(hello, tx, chunk.isLast());
        return new Step.Enter(reading, new Step.Read(chunk.octets(), () -> {
            if (chunk.isLast()) {
                return new Step.Finish();
            }
            var fault = facts.fault();
            return fault == null
                    ? new Step.Say(Replies.chunkTaken(chunk.octets()), new State.Chunking(hello, tx))
                    : received(reading, new Intake.Received.Faulty(fault));
        }));
    }

    private static Chunk chunk(State state, String argument) throws Objection {
        var chunk = Chunk.parse(argument);
        if (chunk == null) {
            throw new Objection(Replies.NO_CHUNK_SIZE);
        }
        return chunk;
    }

    private static boolean isBinary(Transaction tx) {
        return tx.sender()
                .bodyType()
                .filter(type -> type == BodyType.BINARY_MIME)
                .isPresent();
    }

    private Step rset(State state) {
        return new Step.Ask(Moment.RSET, "", opinion -> {
            var reply = Replies.words(opinion instanceof Opinion.Yes(var words, var _) ? words : null, Replies.OK);
            return new Step.End(TransactionOutcome.RESET, new Step.Say(reply, idle(state)));
        });
    }

    private Step noop(State state, String argument) {
        return ask(Moment.NOOP, argument, state, Replies.OK, Replies.OK, false);
    }

    /** RFC 6531 section 3.7.4.2: what VRFY may name, and be answered with, beyond ASCII. */
    private record User(String text, boolean utf8) {}

    private User user(State state, String argument) throws Objection {
        var text = something(argument);
        int blank = text.lastIndexOf(' ');
        var last = text.substring(blank + 1);
        boolean asks = blank > 0 && last.regionMatches(true, 0, SMTPUTF8, 0, SMTPUTF8.length());
        if (asks && last.length() > SMTPUTF8.length() && last.charAt(SMTPUTF8.length()) == '=') {
            throw new Objection(Replies.badArgument("SMTPUTF8 takes no value"));
        }
        boolean utf8 = asks && last.length() == SMTPUTF8.length();
        if (utf8 && !facts.offer().has(SMTPUTF8)) {
            throw new Objection(Replies.unknownParameter(SMTPUTF8));
        }
        if (!utf8 && text.chars().anyMatch(c -> c >= 0x80)) {
            throw new Objection(Replies.UTF8_NOT_ASKED_FOR);
        }
        return new User(utf8 ? text.substring(0, blank).strip() : text, utf8);
    }

    private Step vrfy(State state, User user) {
        return ask(Moment.VRFY, user.text(), state, Replies.CANNOT_VRFY, Replies.VRFY_OK, user.utf8());
    }

    private Reply helpful(State state, String argument) throws Objection {
        if (argument.isEmpty()) {
            return Replies.help(Arrays.stream(Verb.values())
                    .filter(verb -> Verb.of(verb.name(), facts.mode()).isPresent())
                    .toList());
        }
        return Replies.help(Verb.of(argument, facts.mode()).orElseThrow(() -> new Objection(Replies.NO_HELP)));
    }

    private Step quit() {
        return new Step.Ask(Moment.QUIT, "", opinion -> {
            var own = Reply.of(221, Replies.DONE, settings.hostname() + " " + settings.closeText());
            var reply = Replies.words(opinion instanceof Opinion.Yes(var words, var _) ? words : null, own);
            return new Step.End(TransactionOutcome.RESET, new Step.Close(reply));
        });
    }

    private Step ask(Moment moment, String argument, State state, Reply silence, Reply yes, boolean utf8) {
        return new Step.Ask(moment, argument, opinion -> switch (opinion) {
            case Opinion.Yes(var words, var isSaid) ->
                new Step.Say(Replies.words(words, isSaid ? yes : silence), state, Event.NONE, 1, utf8);
            case Opinion.No no ->
                no.close() ? refuse(no, state, Event.NONE) : new Step.Say(no.reply(), state, Event.NONE, 1, utf8);
            case Opinion.HangUp() -> new Step.Close(null);
        });
    }

    private Step unknown(State state, Line line) throws Objection {
        var verb = line.verb().toUpperCase(Locale.ROOT);
        if (isHttp(line)) {
            return new Step.Close(Replies.NOT_HTTP, Event.CONNECTION);
        }
        return new Step.AskCommand(line, result -> switch (result) {
            case CommandResult.Say(var reply, var close) -> close ? new Step.Close(reply) : new Step.Say(reply, state);
            case CommandResult.RunAs(var moment) -> as(moment, state, line);
            case CommandResult.NewClient(var facts) -> newClient(facts);
            case CommandResult.Answer(var answer) ->
                switch (Policy.of(Moment.UNRECOGNIZED_COMMAND, answer, facts.isRelaying())) {
                    case Opinion.Yes(var words, var _) -> new Step.Say(Replies.words(words, Replies.OK), state);
                    case Opinion.No(var reply, var _)
                    when reply.equals(Replies.UNKNOWN_COMMAND) -> error(unknownReply(verb), state);
                    case Opinion.No no -> no.close() ? new Step.Close(no.reply()) : error(no.reply(), state);
                    case Opinion.HangUp() -> new Step.Close(null);
                };
        });
    }

    private static boolean isHttp(Line line) {
        return HTTP.contains(line.verb().toUpperCase(Locale.ROOT));
    }

    private Reply unknownReply(String verb) {
        if (NOT_IMPLEMENTED.contains(verb)) {
            return Replies.NOT_IMPLEMENTED;
        }
        // Offered at EHLO and gone since: a plugin is being replaced, the client may try again.
        return facts.offer().has(verb) ? Replies.VERB_AWAY : Replies.UNKNOWN_COMMAND;
    }

    /** Answers as another moment does. */
    private Step as(Moment moment, State state, Line line) {
        return switch (moment) {
            case CONNECT -> greet(state);
            case NOOP -> noop(state, line.argument());
            case VRFY -> vrfy(state, new User(line.argument(), false));
            case RSET -> rset(state);
            case QUIT -> quit();
            default -> throw new IllegalArgumentException("can't run as " + moment.key());
        };
    }

    // ---- small things ----

    private static Step error(Reply reply, State state) {
        return new Step.Say(reply, state, Event.ERROR);
    }

    private static Step refuse(Opinion.No no, State next, Event event) {
        return no.close() ? new Step.Close(no.reply(), event) : new Step.Say(no.reply(), next, event);
    }

    private static Step hangUp(Event event) {
        return new Step.End(TransactionOutcome.REJECTED, new Step.Close(null, event));
    }

    private static TransactionOutcome outcome(Reply reply) {
        return reply.isPermanent() ? TransactionOutcome.REJECTED : TransactionOutcome.DEFERRED;
    }

    private static State idle(State state) {
        return state instanceof State.Named named ? named.idle() : state;
    }

    private static boolean isUtf8(State state) {
        return state instanceof State.Mailing mailing
                && mailing.tx().sender().parameters().has(SMTPUTF8);
    }

    private Reply helloFirst() {
        return facts.mode() == ListenerMode.LMTP ? Replies.LHLO_FIRST : Replies.HELLO_FIRST;
    }

    private static boolean isExtended(State state) {
        return state instanceof State.Named named && named.hello().verb() != Hello.Verb.HELO;
    }

    private static @Nullable Reply always(State state) {
        return null;
    }

    private static String nothing(State state, String argument) throws Objection {
        if (!argument.isEmpty()) {
            throw new Objection(Replies.badArgument("no argument allowed"));
        }
        return argument;
    }

    private static String anything(State state, String argument) {
        return argument;
    }

    private static String something(String argument) throws Objection {
        if (argument.isEmpty()) {
            throw new Objection(Replies.badArgument("argument missing"));
        }
        return argument;
    }
}
