package org.tarishi.core.server;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Domain;
import org.tarishi.api.Hello;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.Mailbox;
import org.tarishi.api.Moment;
import org.tarishi.api.Notes;
import org.tarishi.api.Peer;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SessionCounters;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Tls;
import org.tarishi.api.TransactionOutcome;
import org.tarishi.api.hook.ClientFacts;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.RdnsResult;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.Tables;
import org.tarishi.core.spi.Admission;
import org.tarishi.core.spi.Authentication;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.Hooks;
import org.tarishi.core.spi.Intake;
import org.tarishi.core.spi.LiveResults;
import org.tarishi.core.spi.MessageStore;
import org.tarishi.core.spi.OutboundQueue;
import org.tarishi.core.spi.Subject;
import org.tarishi.core.spi.Verdict;

/**
 * One connection: carries out the steps of the {@link Machine}. Knows no network; a {@link Wire} stands for it.
 *
 * <p>All methods run on the session's own thread, which is {@link Wire#turn()}'s. While plugins are asked nothing here is touched: also
 * when the client goes meanwhile, everything is kept until they have answered, and the answer is dropped then.
 */
final class Session implements SmtpConnection, Machine.Facts, Findings.Teller {

    /** The way to the client. */
    interface Wire {
        /** Writes a reply; it is sent when there is nothing more to do. */
        void write(Reply reply, boolean utf8);

        /** Closes when what was written is sent; the client is given a while to read it. */
        void close(boolean politely);

        /** Goes on reading: the session wants input again. */
        void resume();

        /** Writes a challenge (RFC 4954 section 4), in base64. */
        void challenge(String base64);

        /** Runs code on the session's thread after a time; code that comes after the end of that thread is dropped. */
        void later(Duration time, Runnable code);

        /** Tells whether the client has sent more than what the session was given. */
        boolean hasMore();

        /**
         * Sends what was written, throws away what has come and was not looked at, and begins TLS below everything that follows. The session
         * is told of the end by {@link Session#secured} or {@link Session#handshakeFailed}.
         *
         * @return how many bytes were thrown away
         */
        default int secure(SSLEngine engine, Duration timeout) {
            throw new UnsupportedOperationException("there is no network");
        }

        /** Runs code on the session's thread; code that comes after the end of that thread is dropped. */
        Executor turn();
    }

    /** What a session needs of its server. */
    interface Core {
        /** The chains; null while nobody offers them. */
        @Nullable Hooks hooks();

        /** The message store; null while nobody offers it. */
        @Nullable MessageStore store();

        /** The queue for other hosts; null while nobody offers it. */
        @Nullable OutboundQueue outbound();

        /** The resolver, if there is one. */
        @Nullable Dns dns();

        /** The tables; null while nobody offers them. */
        @Nullable Tables tables();

        /** What has failed to authenticate, here and elsewhere. */
        AuthThrottle throttle();

        /** Why no transaction may begin now; null while one may. */
        @Nullable Reply overload();

        ZonedDateTime now();

        /** What TLS is to the session; asked once. */
        default Security security() {
            return Security.none();
        }

        /** Runs code that blocks. */
        void block(Runnable code);

        /** The session has ended and holds nothing any more. */
        void ended(Session session);

        /** What it does otherwise, where it is only tried; null for a session with a client. */
        default @Nullable Rehearsal rehearsal() {
            return null;
        }
    }

    /** What the session wants of the client. */
    enum Want {
        LINE,
        DATA,
        /** Nothing: it is busy, or over. */
        NOTHING
    }

    /** What plugins see of a challenge. */
    private static final Reply CHALLENGE = Reply.of(334, "");

    private final String id;
    private final String listener;
    private final ListenerMode mode;
    private final Settings settings;
    private final Core core;
    private final Wire wire;
    private final Machine machine;
    private final SessionLog log;
    private final Stamp stamp;
    private final Login login;
    private final Discretion discretion;
    private final Instant startedAt;
    private final Counters counters = new Counters();
    private final @Nullable Rehearsal rehearsal;
    private final Security security;

    private End local;
    private End remote;
    private @Nullable InetSocketAddress proxy;
    private State state = new State.Connecting();
    private Offer offer = Offer.NONE;
    private @Nullable MailTransaction tx;

    /** Who was told of the beginning, and is told of the end. */
    private @Nullable Hooks announced;

    /** Something is being waited for that is not the client. */
    private boolean busy;

    /** It is time alone that is waited for. */
    private boolean pausing;

    /** AUTH needs TLS, and would be offered with it. */
    private boolean tlsMissing;

    /** No more is said to the client. */
    private boolean closing;

    /** The client is not there any more. */
    private boolean gone;

    private boolean ended;
    private boolean draining;

    /** Octets of a chunk that are still to come, what becomes of them, and what comes then. */
    private long octetsLeft;

    private boolean isDiscarding;
    private @Nullable Supplier<Step> afterOctets;

    /** Whose answer the last opinion was. */
    private String by = "core";

    /** What was known of the connection itself, before its client has said a word; null where TLS can't begin later. */
    private @Nullable Greeting greeting;

    private boolean relaying;
    private boolean pipelining;
    private boolean early;
    private byte[] currentLine = {};
    private @Nullable Reply lastReply;
    private @Nullable Reply lastRefusal;
    private @Nullable Findings findings;
    private @Nullable Duration lasted;

    Session(String id, String listener, ListenerMode mode, Settings settings, Route route, Core core, Wire wire) {
        this.id = id;
        this.listener = listener;
        this.mode = mode;
        this.settings = settings;
        this.core = core;
        this.wire = wire;
        this.local = new End(route.local(), settings.hostname());
        this.remote = new End(route.remote(), null);
        this.proxy = route.proxy();
        this.startedAt = core.now().toInstant();
        this.rehearsal = core.rehearsal();
        this.security = core.security();
        security.meet(remote.address().getAddress());
        this.log = new SessionLog(id);
        this.stamp = new Stamp(this, settings);
        this.login = new Login(settings, core.throttle(), log);
        this.discretion = new Discretion(settings.auth().mechanisms());
        this.machine = new Machine(settings, this);
    }

    // ---- what happens ----

    /** The client has connected; {@code refusal} says why it can't be served, if so. */
    void open(Optional<Reply> refusal) {
        log.connected(remote.address(), local.address(), listener);
        var hooks = core.hooks();
        var no = refusal.or(
                () -> hooks == null || core.store() == null ? Optional.of(Replies.NOT_READY) : hooks.refusal());
        if (no.isPresent()) {
            run(new Step.Close(no.get(), Step.Event.CONNECTION));
            return;
        }
        if (hooks != null) {
            announced = hooks;
            findings = new Findings(id, hooks, this);
            hooks.opened(this);
        }
        run(machine.connected(new State.Connecting()));
    }

    /** What the session wants next. */
    Want wants() {
        if (busy || closing || gone) {
            return Want.NOTHING;
        }
        return wantsData() ? Want.DATA : Want.LINE;
    }

    private boolean wantsData() {
        return state instanceof State.Receiving || octetsLeft > 0;
    }

    /** A line has come, without its CRLF. */
    void line(byte[] bytes) {
        var shown = discretion.shown(state, bytes, mode);
        currentLine = shown;
        noticeHaste(bytes);
        log.line(shown);
        run(() -> {
            try {
                return machine.line(state, bytes);
            } finally {
                if (discretion.hasHidden()) {
                    Arrays.fill(bytes, (byte) 0);
                }
            }
        });
    }

    /** Tells whether the next line may hold a password or a token, as far as that is known before it is looked at. */
    boolean expectsSecret() {
        return state instanceof State.Authenticating || discretion.isWary();
    }

    /** The most octets of a line, with its CRLF. */
    int longestLine() {
        int most = settings.commandLine() + Verb.MOST_EXTRA_ROOM;
        // One that is a little longer than it may be is answered, one much longer ends the connection.
        return state instanceof State.Authenticating || !offer.mechanisms().isEmpty()
                ? Math.max(most + Verb.ROOM_OF_AUTH, settings.auth().maxLine() + Verb.MOST_EXTRA_ROOM)
                : most;
    }

    /** Something has come that is no command line; {@code isChunk} tells whether it may have announced octets. */
    void broken(Reply reply, boolean isChunk) {
        run(() -> machine.broken(state, reply, isChunk));
    }

    /** Something has come that ends the session. */
    void refuse(Reply reply) {
        run(new Step.Close(reply, Step.Event.CONNECTION));
    }

    /** Bytes of the message have come; what is behind its end, or that of a chunk, stays in the buffer. */
    void data(ByteBuffer bytes) {
        run(() -> octetsLeft > 0 ? octets(bytes) : dotted(bytes));
    }

    private @Nullable Step dotted(ByteBuffer bytes) {
        var open = open();
        var arrival = open.arrival();
        return switch (arrival.feed(bytes)) {
            case MORE -> null;
            case WAIT -> await(arrival, null);
            case END -> complete(open, arrival);
        };
    }

    /** Bytes of a chunk have come, or of one that is thrown away. */
    private @Nullable Step octets(ByteBuffer bytes) {
        int some = (int) Math.min(bytes.remaining(), octetsLeft);
        octetsLeft -= some;
        var then = octetsLeft == 0 ? afterOctets : null;
        if (isDiscarding) {
            bytes.position(bytes.position() + some);
            return then == null ? null : then.get();
        }
        int limit = bytes.limit();
        bytes.limit(bytes.position() + some);
        var arrival = open().arrival();
        var progress = arrival.feed(bytes);
        bytes.limit(limit);
        if (progress == Intake.Progress.WAIT) {
            return await(arrival, then);
        }
        return then == null ? null : then.get();
    }

    /** Waits for those who take the message in. */
    private @Nullable Step await(Arrival arrival, @Nullable Supplier<Step> then) {
        busy = true;
        arrival.whenReady(wire.turn(), () -> {
            busy = false;
            resume(then == null ? null : () -> then.get());
        });
        return null;
    }

    /** Makes ready for octets; where there are none goes on at once. */
    private @Nullable Step expect(long octets, boolean discard, Supplier<Step> then) {
        if (octets == 0) {
            return then.get();
        }
        octetsLeft = octets;
        isDiscarding = discard;
        afterOctets = then;
        return null;
    }

    private @Nullable Step finish() {
        var open = open();
        var arrival = open.arrival();
        arrival.end();
        return complete(open, arrival);
    }

    private @Nullable Step complete(MailTransaction open, Arrival arrival) {
        if (!(state instanceof State.Receiving receiving)) {
            throw new IllegalStateException("data in " + state);
        }
        var awaited = new Awaited<Intake.Received>(received -> {
            if (received instanceof Intake.Received.Complete(var message)) {
                open.arrived(message);
            }
            return machine.received(receiving, received);
        });
        arrival.complete(wire.turn(), awaited);
        return awaited.answered();
    }

    /** Bytes have arrived; also those that are not looked at yet. */
    void counted(long bytes) {
        counters.bytes += bytes;
    }

    /** The client has spoken before it was greeted. */
    void spokeEarly() {
        if (state instanceof State.Connecting) {
            early = true;
        }
    }

    // ---- TLS ----

    /**
     * What stays when TLS begins: what is known by the client's address, and what plugins have made of that.
     *
     * @param known null where plugins have not been asked
     */
    private record Greeting(boolean isRelaying, boolean isEarly, Findings.@Nullable Known known) {}

    private @Nullable Step secure() {
        var engine = security.engine();
        if (engine == null) {
            return new Step.Say(Replies.TLS_AWAY, state);
        }
        write(Replies.TLS_GO, false);
        busy = true;
        int more = wire.secure(engine, security.timeout());
        if (more > 0) {
            log.thrownAway(remote.address(), more);
        }
        return null;
    }

    /** The handshake has succeeded; where the client was greeted before, nothing that it said then holds any more (RFC 3207 section 4.2). */
    void secured(SSLSession layer) {
        log.secured(security.begin(layer));
        if (!busy) {
            return;
        }
        busy = false;
        forget();
        if (draining) {
            run(new Step.Close(Replies.STOPPING));
        }
    }

    private void forget() {
        endTransaction(TransactionOutcome.ABORTED);
        state = new State.Greeted();
        offer = Offer.NONE;
        login.forget();
        tlsMissing = false;
        pipelining = false;
        currentLine = new byte[0];
        lastReply = null;
        lastRefusal = null;
        var before = greeting;
        relaying = before != null && before.isRelaying;
        early = before != null && before.isEarly;
        var found = findings;
        if (found != null && before != null && before.known != null) {
            found.backTo(before.known);
        }
    }

    /** The handshake has failed; the connection ends. */
    void handshakeFailed(Throwable cause) {
        busy = false;
        closing = true;
        if (!ended) {
            log.handshakeFailed(remote.address(), HandshakeFailure.inWords(cause));
        }
    }

    /** Something has come that is not what was begun; the connection ends. */
    void layerBroken(SSLException cause) {
        if (!closing && !ended) {
            log.layerBroken(remote.address(), HandshakeFailure.inWords(cause));
        }
    }

    /** The client took too long. */
    void timedOut() {
        if (!closing && !gone) {
            log.timedOut(wantsData() ? "data" : "command");
            run(new Step.Close(Replies.TIMEOUT));
        }
    }

    /** The client sends its message slower than it must. */
    void tooSlow() {
        if (!closing && !gone) {
            log.limit("minDataRate", remote.address());
            run(new Step.Close(Replies.DATA_TOO_SLOW));
        }
    }

    /** The server stops: an idle session ends now, another with its transaction. */
    void drain() {
        draining = true;
        if (!busy && !closing && !gone && octetsLeft == 0 && !(state instanceof State.Mailing)) {
            run(new Step.Close(Replies.STOPPING));
        }
    }

    /** The server waits no longer. */
    void abandon() {
        if (!busy && !closing && !gone) {
            run(new Step.Close(Replies.STOPPING));
        }
        gone = true;
        end(TransactionOutcome.ABORTED);
    }

    /** The client has gone. */
    void gone() {
        gone = true;
        if (!busy || pausing) {
            end(TransactionOutcome.ABORTED);
        }
    }

    /** Whether a message is arriving, or being decided on. */
    boolean isReceiving() {
        return wantsData() || state instanceof State.Chunking;
    }

    /** How long the client may take for what is wanted of it now. */
    Duration patience() {
        return wantsData() ? settings.dataTimeout() : settings.commandTimeout();
    }

    Settings settings() {
        return settings;
    }

    private void noticeHaste(byte[] bytes) {
        if (wire.hasMore() && !(state instanceof State.Authenticating)) {
            pipelining = true;
            // RFC 2920 section 3.1: these must be the last of a group.
            var word = new String(bytes, 0, Math.min(4, bytes.length), StandardCharsets.ISO_8859_1);
            early |= Verb.of(word, mode)
                    .filter(verb -> verb.is(Verb.Rule.ENDS_GROUP))
                    .isPresent();
        }
    }

    // ---- the engine ----

    /** Makes a step. */
    @FunctionalInterface
    private interface Source {
        @Nullable Step step();
    }

    private void run(Step step) {
        run(() -> step);
    }

    private void run(Source source) {
        try {
            var step = source.step();
            while (step != null) {
                step = carryOut(step);
            }
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Goes on after something that came later. */
    private void resume(@Nullable Source source) {
        if (gone) {
            end(TransactionOutcome.ABORTED);
            return;
        }
        if (source != null) {
            run(source);
        }
        wire.resume();
    }

    /** Something has gone wrong that ends the connection at once. */
    void failed(Throwable cause) {
        log.broken(cause);
    }

    private void fail(RuntimeException cause) {
        log.broken(cause);
        busy = false;
        if (!closing) {
            closing = true;
            wire.write(Replies.OUR_FAULT, false);
            wire.close(true);
        }
    }

    private @Nullable Step carryOut(Step step) {
        return switch (step) {
            case Step.Say say -> say(say);
            case Step.Close(var reply, var event) -> close(reply, event);
            case Step.Enter(var next, var then) -> {
                state = next;
                if (next instanceof State.Greeted) {
                    offer = Offer.NONE;
                }
                if (next instanceof State.Ready(var hello)) {
                    greeted(hello);
                }
                yield then;
            }
            case Step.Ask ask -> ask(ask);
            case Step.AskName(var then) -> askName(then);
            case Step.Become(var facts, var then) -> {
                become(facts);
                yield then;
            }
            case Step.Secure() -> secure();
            case Step.AskCommand(var line, var then) -> askCommand(line, then);
            case Step.AskCapabilities(var then) -> askCapabilities(then);
            case Step.Authenticate(var mechanism, var initial, var then) -> authenticate(mechanism, initial, then);
            case Step.Respond(var response, var then) -> respond(response, then);
            case Step.Challenge(var base64, var next) -> challenge(base64, next);
            case Step.EndExchange(var then) -> {
                login.end();
                yield then;
            }
            case Step.Pause(var time, var then) -> pause(time, then);
            case Step.CheckSenders(var senders, var then) -> checkSenders(senders, then);
            case Step.Begin(var sender, var then) -> begin(sender, then);
            case Step.End(var outcome, var then) -> {
                note(outcome, then);
                endTransaction(outcome);
                yield then;
            }
            case Step.Try(var recipient, var then) -> {
                open().attempt(recipient);
                yield then;
            }
            case Step.Keep(var then) -> {
                var open = open();
                var asked = open.asked();
                open.keep();
                counters.rcptAccepted++;
                if (asked != null) {
                    open.answered(asked, then instanceof Step.Say say ? say.reply() : null);
                }
                yield then;
            }
            case Step.Receive(var framing, var then) -> {
                receive(framing);
                yield then;
            }
            case Step.Read(var octets, var then) -> expect(octets, false, then);
            case Step.Discard(var octets, var then) -> expect(octets, true, () -> then);
            case Step.Finish() -> finish();
            case Step.Complete(var then) -> {
                Submitted.complete(open(), settings, core.now());
                yield then.get();
            }
            case Step.Stamp(var then) -> {
                stamp.put(open(), core.now());
                yield then;
            }
            case Step.AskBody(var then) -> askBody(then);
            case Step.Enqueue(var then) -> enqueue(then);
            case Step.Restamp(var then) -> {
                stamp.renew(open());
                yield then;
            }
        };
    }

    private @Nullable Step say(Step.Say say) {
        var reply = say.reply();
        if (say.event() == Step.Event.ERROR && ++counters.errors > settings.maxErrors()) {
            log.limit("maxErrors", remote.address());
            return new Step.Close(Replies.TOO_MANY_ERRORS);
        }
        note(say.event(), reply);
        if (state instanceof State.Connecting && security.isSpoken()) {
            var found = findings;
            greeting = new Greeting(relaying, early, found == null ? null : found.known());
        }
        state = say.next();
        for (int i = 0; i < say.copies(); i++) {
            write(reply, say.utf8());
        }
        if (draining && !(state instanceof State.Mailing)) {
            return new Step.Close(Replies.STOPPING);
        }
        return null;
    }

    private @Nullable Step close(@Nullable Reply reply, Step.Event event) {
        note(event, reply);
        if (reply != null) {
            write(reply, false);
        }
        closing = true;
        wire.close(reply != null && reply.code() != 221);
        return null;
    }

    private void write(Reply reply, boolean utf8) {
        lastReply = reply;
        if (reply.isTransient() || reply.isPermanent()) {
            lastRefusal = reply;
        }
        log.reply(reply);
        var open = tx;
        wire.write(
                settings.idInRefusals() && reply.code() >= 400 ? Replies.marked(reply, id) : reply,
                utf8 || (open != null && open.isUtf8()));
    }

    /** Counts and logs what a reply is. */
    private void note(Step.Event event, @Nullable Reply reply) {
        boolean positive = reply != null && reply.code() < 400;
        var open = tx;
        if (event == Step.Event.SENDER && open != null) {
            open.senderAnswered(reply);
        }
        if (positive) {
            return;
        }
        switch (event) {
            case CONNECTION -> log.connectionRefused(remote.address(), reply);
            case HELLO -> log.helloRefused(reply, by);
            case RECIPIENT -> {
                if (reply != null && reply.isTransient()) {
                    counters.rcptDeferred++;
                } else {
                    counters.rcptRejected++;
                }
                var asked = open == null ? null : open.asked();
                if (open != null && asked != null) {
                    log.recipientRefused(open.id(), open.sender(), asked, reply, by);
                    open.forgetAsked();
                    open.answered(asked, reply);
                }
            }
            case SENDER, MESSAGE, NONE, ERROR -> {}
        }
    }

    /** Counts and logs how a transaction ends, while it is still there. */
    private void note(TransactionOutcome outcome, Step then) {
        var open = tx;
        if (open == null) {
            return;
        }
        var reply = switch (then) {
            case Step.Say say -> say.reply();
            case Step.Close(var last, var _) -> last;
            default -> null;
        };
        var event = switch (then) {
            case Step.Say say -> say.event();
            case Step.Close(var _, var e) -> e;
            default -> Step.Event.NONE;
        };
        if (event == Step.Event.SENDER) {
            log.senderRefused(open.id(), open.sender(), reply, by);
            open.senderAnswered(reply);
            return;
        }
        switch (outcome) {
            case ACCEPTED -> counters.accepted++;
            case DEFERRED -> counters.deferred++;
            case REJECTED -> counters.rejected++;
            case RESET, ABORTED -> {
                return;
            }
        }
        if (isTaking()) {
            open.queued(outcome == TransactionOutcome.ACCEPTED, reply, by);
        }
        log.message(
                open,
                outcome.name().toLowerCase(Locale.ROOT),
                reply,
                by,
                Duration.between(open.startedAt(), core.now().toInstant()).toMillis());
    }

    private MailTransaction open() {
        var open = tx;
        if (open == null) {
            throw new IllegalStateException("no transaction in " + state);
        }
        return open;
    }

    // ---- asking ----

    /** An answer that comes at once or later, and only once. */
    private final class Awaited<T> implements Consumer<T> {

        private final Function<T, @Nullable Step> then;
        private boolean inCall = true;
        private boolean done;
        private @Nullable Step step;

        Awaited(Function<T, @Nullable Step> then) {
            this.then = then;
        }

        @Override
        public void accept(T answer) {
            if (done) {
                return;
            }
            done = true;
            if (inCall) {
                step = then.apply(answer);
                return;
            }
            busy = false;
            if (gone) {
                afterwards(answer);
                return;
            }
            try {
                var next = then.apply(answer);
                resume(() -> next);
            } catch (RuntimeException e) {
                fail(e);
            }
        }

        /** The step, where the answer came at once; else the session is busy until it comes. */
        @Nullable Step answered() {
            inCall = false;
            if (!done) {
                busy = true;
            }
            return step;
        }
    }

    /** An answer has come whose client has gone: it is dropped, but a message that has a taker was accepted. */
    private void afterwards(Object answer) {
        if (answer instanceof Intake.Received.Complete(var message)) {
            message.close();
        }
        if (answer instanceof Admission.Admitted(var generation)) {
            generation.release();
        }
        if (answer instanceof OutboundQueue.Submitted.Queued) {
            note(TransactionOutcome.ACCEPTED, new Step.Close(null));
            end(TransactionOutcome.ACCEPTED);
            return;
        }
        if (isTaking() && answer instanceof Verdict<?>(var result, var plugin, var _)) {
            boolean yes = asking == Moment.QUEUE_OK || result instanceof HookResult.Ok;
            if (yes) {
                by = plugin == null ? by : plugin;
                var outcome = TransactionOutcome.ACCEPTED;
                note(outcome, new Step.Close(null));
                end(outcome);
                return;
            }
        }
        end(TransactionOutcome.ABORTED);
    }

    /** Tells whether those were asked last that take messages. */
    private boolean isTaking() {
        return asking == Moment.QUEUE || asking == Moment.QUEUE_OUTBOUND || asking == Moment.QUEUE_OK;
    }

    private Moment asking = Moment.CONNECT;

    private @Nullable Step ask(Step.Ask ask) {
        var moment = ask.moment();
        asking = moment;
        if (rehearsal != null && state instanceof State.Receiving receiving && !mayQueue(rehearsal, moment)) {
            return new Step.End(TransactionOutcome.ABORTED, new Step.Say(Replies.ONLY_TRIED, receiving.idle()));
        }
        var generation = generation(moment);
        if (generation == null) {
            return new Step.End(TransactionOutcome.DEFERRED, new Step.Close(Replies.NOT_READY));
        }
        if (generation.isEmpty(moment)) {
            silent(moment);
            return ask.then().apply(Policy.silence(moment, isRelayingNow()));
        }
        var awaited = new Awaited<Verdict<HookResult>>(verdict -> {
            heard(moment, verdict);
            return ask.then().apply(Policy.of(moment, verdict.answer(), isRelayingNow()));
        });
        generation.ask(moment, subject(ask.argument()), wire.turn(), awaited);
        return awaited.answered();
    }

    /** No plugin has an opinion on a message for other hosts. */
    private @Nullable Step enqueue(Function<Opinion, Step> then) {
        var queue = core.outbound();
        var open = open();
        var message = open.message();
        if (queue == null || message == null) {
            return then.apply(new Opinion.No(Replies.NO_OUTBOUND, false));
        }
        var awaited = new Awaited<OutboundQueue.Submitted>(submitted -> then.apply(
                switch (submitted) {
                    case OutboundQueue.Submitted.Queued(var reply) -> new Opinion.Yes(reply, true);
                    case OutboundQueue.Submitted.Refused(var reply) -> new Opinion.No(reply, false);
                    case OutboundQueue.Submitted.Denied(var verdict) -> {
                        heard(Moment.PRE_SEND_TRANS_EMAIL, verdict);
                        yield Policy.of(Moment.PRE_SEND_TRANS_EMAIL, verdict.answer(), true);
                    }
                }));
        queue.submit(open, message, open.generation(), wire.turn(), awaited);
        return awaited.answered();
    }

    private boolean mayQueue(Rehearsal tried, Moment moment) {
        var message = open().message();
        return (moment != Moment.QUEUE && moment != Moment.QUEUE_OUTBOUND)
                || message == null
                || tried.mayQueue(moment, message.headers());
    }

    private void silent(Moment moment) {
        // What a taker said of the message is not made nobody's by those that only hear of it.
        if (moment != Moment.QUEUE_OK) {
            by = "core";
        }
    }

    private void heard(Moment moment, Verdict<?> verdict) {
        var plugin = verdict.plugin();
        if (plugin == null) {
            silent(moment);
        } else if (moment != Moment.QUEUE_OK) {
            by = plugin;
        }
    }

    /** The chains for a moment: the transaction's own from MAIL to its end, else those in force. */
    private @Nullable Generation generation(Moment moment) {
        var open = tx;
        if (open != null) {
            switch (moment) {
                case MAIL, RCPT, RCPT_OK, DATA, BODY, DATA_POST, MAX_DATA_EXCEEDED, QUEUE, QUEUE_OUTBOUND, QUEUE_OK -> {
                    return open.generation();
                }
                default -> {}
            }
        }
        var hooks = core.hooks();
        return hooks == null ? null : hooks.current(this);
    }

    private Subject subject(@Nullable Object argument) {
        var open = tx;
        return new Subject(this, open, open == null ? null : open.message(), argument, rehearsal);
    }

    private boolean isRelayingNow() {
        var open = tx;
        return open == null ? relaying : open.isRelaying();
    }

    private @Nullable Step askName(Function<Opinion, Step> then) {
        asking = Moment.LOOKUP_RDNS;
        var generation = generation(Moment.LOOKUP_RDNS);
        if (generation == null) {
            return new Step.Close(Replies.NOT_READY);
        }
        if (generation.isEmpty(Moment.LOOKUP_RDNS)) {
            by = "core";
            return lookUp(then);
        }
        var awaited = new Awaited<Verdict<RdnsResult>>(verdict -> {
            heard(Moment.LOOKUP_RDNS, verdict);
            return switch (verdict.answer()) {
                case RdnsResult.Name(var name) -> named(name.ascii(), then);
                case RdnsResult.NoName() -> named(null, then);
                case RdnsResult.Answer(HookResult.Continue()) -> lookUp(then);
                case RdnsResult.Answer(var result) -> then.apply(Policy.of(Moment.LOOKUP_RDNS, result, false));
            };
        });
        generation.askName(subject(null), wire.turn(), awaited);
        return awaited.answered();
    }

    private @Nullable Step lookUp(Function<Opinion, Step> then) {
        var given = rehearsal == null ? null : rehearsal.name();
        if (given != null) {
            return named(given.isEmpty() ? null : given, then);
        }
        var dns = core.dns();
        var address = remote.address().getAddress();
        // This machine needs no introduction.
        if (dns == null || !settings.reverseLookup() || address.isLoopbackAddress()) {
            return named(null, then);
        }
        var awaited = new Awaited<Optional<String>>(name -> named(name.orElse(null), then));
        NameLookup.start(dns, address, NameLookup.LIMIT, core::block, wire.turn(), awaited);
        return awaited.answered();
    }

    private Step named(@Nullable String name, Function<Opinion, Step> then) {
        remote = new End(remote.address(), name);
        return then.apply(Opinion.YES);
    }

    private void become(ClientFacts facts) {
        var before = remote.address();
        proxy = before;
        remote = new End(facts.address(), facts.name().map(Domain::ascii).orElse(null));
        facts.local().ifPresent(address -> local = new End(address, settings.hostname()));
        security.meet(remote.address().getAddress());
        offer = Offer.NONE;
        relaying = false;
        login.forget();
        findings().forgetAuthResults();
        log.becomes(remote, before, by);
    }

    private @Nullable Step askCommand(Line line, Function<CommandResult, Step> then) {
        asking = Moment.UNRECOGNIZED_COMMAND;
        var generation = generation(Moment.UNRECOGNIZED_COMMAND);
        if (generation == null) {
            return new Step.Close(Replies.NOT_READY);
        }
        var verb = line.verb().toUpperCase(Locale.ROOT);
        boolean known = generation.hasVerb(verb);
        if (!known && (generation.isEmpty(Moment.UNRECOGNIZED_COMMAND) || discretion.isWary())) {
            by = "core";
            return then.apply(CommandResult.CONTINUE);
        }
        var awaited = new Awaited<Verdict<CommandResult>>(verdict -> {
            heard(Moment.UNRECOGNIZED_COMMAND, verdict);
            return then.apply(verdict.answer());
        });
        if (known) {
            generation.askVerb(verb, subject(line.argument()), wire.turn(), awaited);
        } else {
            generation.askCommand(subject(line.text()), wire.turn(), awaited);
        }
        return awaited.answered();
    }

    private @Nullable Step askCapabilities(Function<Offer, Step> then) {
        if (security.mustLookUp()) {
            var awaited = new Awaited<Boolean>(_ -> new Step.AskCapabilities(then));
            security.lookUp(remote, core::block, wire.turn(), awaited);
            return awaited.answered();
        }
        var offered = Offer.of(settings);
        if (security.canBegin()) {
            offered.offer(Machine.STARTTLS);
        }
        var queue = core.outbound();
        // RFC 4865 and 6710: for who submits mail, not for any client
        if (queue != null && (mode == ListenerMode.SUBMISSION || (mode == ListenerMode.SMTP && relaying))) {
            offered.outbound(
                    queue.longestHold(), queue.hasPriorities(), core.now().toInstant());
        }
        offer = offered;
        tlsMissing = false;
        var generation = generation(Moment.AUTH);
        var auth = settings.auth();
        if (generation == null
                || generation.isEmpty(Moment.AUTH)
                || auth.use() == AuthSettings.Use.OFF
                || auth.mechanisms().isEmpty()) {
            return offer(offered, then);
        }
        if (tls().isEmpty()
                && (security.isNeeded()
                        || !auth.withoutTls().contains(remote.address().getAddress()))) {
            tlsMissing = true;
            return offer(offered, then);
        }
        asking = Moment.AUTH;
        var awaited = new Awaited<List<String>>(there -> {
            var names = auth.mechanisms().stream().filter(there::contains).toList();
            if (!names.isEmpty()) {
                offered.addMechanisms(names);
            }
            return offer(offered, then);
        });
        generation.askMechanisms(subject(null), wire.turn(), awaited);
        return awaited.answered();
    }

    /** Lets plugins add to what is offered. */
    private Step offer(Offer offered, Function<Offer, Step> then) {
        return new Step.Ask(Moment.CAPABILITIES, offered, _ -> then.apply(offered));
    }

    // ---- AUTH ----

    private @Nullable Step authenticate(
            String mechanism, Optional<Secret> initial, Function<Authentication.Result, Step> then) {
        var generation = generation(Moment.AUTH);
        if (generation == null) {
            return then.apply(new Authentication.Result(new Authentication.Answer.Unavailable(), null));
        }
        var address = remote.address().getAddress();
        login.begin(generation.authenticate(mechanism, subject(null), user -> login.mayAsk(user, address)), mechanism);
        return step(initial.map(Secret::octets).orElse(null), then);
    }

    private @Nullable Step respond(Secret response, Function<Authentication.Result, Step> then) {
        return step(response.octets(), then);
    }

    private @Nullable Step step(byte @Nullable [] response, Function<Authentication.Result, Step> then) {
        asking = Moment.AUTH;
        var awaited = new Awaited<Authentication.Result>(result -> {
            var now = login.settle(result, remote.address().getAddress(), findings());
            if (now != null && settings.auth().relays()) {
                grantRelaying("auth");
            }
            return then.apply(result);
        });
        login.step(response, wire.turn(), awaited);
        return awaited.answered();
    }

    private @Nullable Step challenge(String base64, State next) {
        log.challenge();
        state = next;
        lastReply = CHALLENGE;
        wire.challenge(base64);
        return draining ? new Step.Close(Replies.STOPPING) : null;
    }

    private @Nullable Step pause(Duration time, Step then) {
        if (time.isZero()) {
            return then;
        }
        busy = true;
        pausing = true;
        wire.later(time, () -> {
            busy = false;
            pausing = false;
            resume(() -> then);
        });
        return null;
    }

    private @Nullable Step checkSenders(List<Mailbox> senders, Function<Senders.Answer, Step> then) {
        var tables = core.tables();
        var user = login.user();
        if (tables == null || user.isEmpty()) {
            return then.apply(Senders.Answer.UNKNOWN);
        }
        by = "core";
        var awaited = new Awaited<Senders.Answer>(answer -> {
            if (answer == Senders.Answer.NO) {
                log.notTheirSender(user.get(), senders, remote.address().getAddress());
            }
            return then.apply(answer);
        });
        Senders.start(tables, settings.auth().senders(), user.get(), senders, core::block, wire.turn(), awaited);
        return awaited.answered();
    }

    private @Nullable Step begin(ReversePath sender, Function<Step.Begun, Step> then) {
        asking = Moment.MAIL;
        var hooks = core.hooks();
        var store = core.store();
        if (hooks == null || store == null) {
            return then.apply(new Step.Begun.Refused(Replies.NOT_NOW));
        }
        var overload = core.overload();
        if (overload != null) {
            return then.apply(new Step.Begun.Refused(overload));
        }
        var awaited = new Awaited<Admission>(admission -> switch (admission) {
            case Admission.Refused(var reply) -> then.apply(new Step.Begun.Refused(reply));
            case Admission.Admitted(var generation) -> {
                var full = outboundRefusal(relaying);
                if (full != null) {
                    generation.release();
                    yield then.apply(new Step.Begun.Refused(full));
                }
                var begun = new MailTransaction(
                        id + "." + ++counters.transactions,
                        this,
                        core.now().toInstant(),
                        sender,
                        hooks,
                        store,
                        generation);
                tx = begun;
                yield then.apply(new Step.Begun.Open(begun));
            }
        });
        hooks.begin(this, wire.turn(), awaited);
        return awaited.answered();
    }

    @Override
    public @Nullable Reply outboundRefusal() {
        return outboundRefusal(open().isRelaying());
    }

    /** Says why the queue refuses mail now. Whether a plugin would take the message instead is known only when it is there. */
    private @Nullable Reply outboundRefusal(boolean isOutbound) {
        var queue = core.outbound();
        return isOutbound && queue != null ? queue.refusal().orElse(null) : null;
    }

    // ---- the message ----

    private void receive(MessageStore.Framing framing) {
        var open = open();
        open.receive(
                framing,
                settings.bareLineEnds(),
                new MessageStore.Limits(
                        settings.maxBytes(),
                        settings.dataLine(),
                        settings.headerFields(),
                        settings.headerBytes(),
                        !open.isDiscarding()),
                open.generation().openBody(subject(null)).orElse(null));
    }

    private @Nullable Step askBody(Function<Opinion, Step> then) {
        asking = Moment.BODY;
        var feed = open().arrival().feed();
        if (feed == null) {
            by = "core";
            return then.apply(Opinion.YES);
        }
        var awaited = new Awaited<Verdict<HookResult>>(verdict -> {
            heard(Moment.BODY, verdict);
            return then.apply(Policy.of(Moment.BODY, verdict.answer(), isRelayingNow()));
        });
        feed.end(wire.turn(), awaited);
        return awaited.answered();
    }

    // ---- the end ----

    private void endTransaction(TransactionOutcome outcome) {
        var open = tx;
        if (open == null) {
            return;
        }
        tx = null;
        try {
            open.generation().ended(open, outcome);
        } finally {
            open.close();
        }
    }

    private void end(TransactionOutcome outcome) {
        if (ended) {
            return;
        }
        ended = true;
        try {
            login.end();
            endTransaction(outcome);
            var after = Duration.between(startedAt, core.now().toInstant());
            if (announced != null) {
                disconnected(after);
                announced.closed(this);
            }
            log.disconnected(this, remote.name().orElse(""), after.toMillis());
        } catch (RuntimeException e) {
            log.broken(e);
        } finally {
            core.ended(this);
        }
    }

    // ---- for plugins, and for the machine ----

    @Override
    public String id() {
        return id;
    }

    @Override
    public Instant startedAt() {
        return startedAt;
    }

    @Override
    public Peer local() {
        return local;
    }

    @Override
    public Peer remote() {
        return remote;
    }

    @Override
    public Optional<InetSocketAddress> proxy() {
        return Optional.ofNullable(proxy);
    }

    @Override
    public String listener() {
        return listener;
    }

    @Override
    public ListenerMode mode() {
        return mode;
    }

    @Override
    public Optional<Hello> hello() {
        return state instanceof State.Named named ? Optional.of(named.hello()) : Optional.empty();
    }

    @Override
    public boolean isEsmtp() {
        return state instanceof State.Named named && named.hello().verb() != Hello.Verb.HELO;
    }

    @Override
    public Optional<Tls> tls() {
        return security.layer();
    }

    @Override
    public Security security() {
        return security;
    }

    @Override
    public Optional<String> user() {
        return login.user();
    }

    @Override
    public String protocol() {
        var open = tx;
        boolean utf8 = open != null && open.isUtf8();
        var lmtp = mode == ListenerMode.LMTP;
        var word = utf8 ? (lmtp ? "UTF8LMTP" : "UTF8SMTP") : lmtp ? "LMTP" : isEsmtp() ? "ESMTP" : "SMTP";
        return word + (tls().isPresent() ? "S" : "") + (user().isPresent() ? "A" : "");
    }

    @Override
    public List<String> capabilities() {
        return offer.lines();
    }

    @Override
    public boolean isPipelining() {
        return pipelining;
    }

    @Override
    public boolean isEarlyTalker() {
        return early;
    }

    @Override
    public boolean isRelaying() {
        return relaying;
    }

    @Override
    public void grantRelaying(String reason) {
        relaying = true;
    }

    @Override
    public String currentLine() {
        return new String(currentLine, StandardCharsets.UTF_8);
    }

    @Override
    public Optional<Reply> lastReply() {
        return Optional.ofNullable(lastReply);
    }

    @Override
    public Optional<Reply> lastRefusal() {
        return Optional.ofNullable(lastRefusal);
    }

    @Override
    public SessionCounters counters() {
        return counters;
    }

    @Override
    public Notes notes() {
        return findings().notes();
    }

    @Override
    public LiveResults results() {
        return findings().results();
    }

    @Override
    public void recount(LiveResults results) {
        if (state instanceof State.Named named) {
            CoreResults.hello(results, named.hello());
        }
        login.recount(results);
        if (lasted != null) {
            CoreResults.disconnected(results, lasted);
        }
    }

    private void disconnected(Duration after) {
        var found = findings();
        synchronized (found) {
            lasted = after;
            var now = found.writtenResults();
            if (now != null) {
                CoreResults.disconnected(now, after);
            }
        }
    }

    private void greeted(Hello hello) {
        var found = findings();
        synchronized (found) {
            var now = found.writtenResults();
            if (now != null) {
                CoreResults.hello(now, hello);
            }
        }
    }

    @Override
    public AuthParts authResults() {
        return findings().authResults();
    }

    /** Returns the parts of Authentication-Results, null where nobody has asked for them. */
    @Nullable AuthParts writtenAuthResults() {
        return findings().writtenAuthResults();
    }

    private Findings findings() {
        var now = findings;
        if (now == null) {
            throw new IllegalStateException("plugins know nothing of this connection");
        }
        return now;
    }

    @Override
    public String client() {
        var literal = TraceFields.literal(remote.address().getAddress());
        return remote.name().map(name -> name + " " + literal).orElse(literal);
    }

    @Override
    public Offer offer() {
        return offer;
    }

    @Override
    public int transactions() {
        return counters.transactions;
    }

    @Override
    public boolean isAuthenticated() {
        return login.user().isPresent();
    }

    @Override
    public boolean isTlsMissing() {
        return tlsMissing;
    }

    @Override
    public boolean mayTry() {
        return login.mayTry(remote.address().getAddress());
    }

    @Override
    public int authFailures() {
        return login.failures();
    }

    @Override
    public Instant now() {
        return core.now().toInstant();
    }

    @Override
    public boolean hasRoomFor(long octets) {
        var store = core.store();
        boolean room = store == null || store.hasRoomFor(octets);
        if (!room) {
            log.limit("disk", remote.address());
        }
        return room;
    }

    @Override
    public Intake.@Nullable Fault fault() {
        return open().arrival().fault();
    }

    @Override
    public int accepted() {
        return tx == null ? 0 : tx.accepted();
    }
}
