package org.tarishi.core.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.api.service.TlsFailedException;

/**
 * The client's side of one SMTP or LMTP session (RFC 5321, RFC 2033): a greeting, then any number of transactions.
 *
 * <p>Where the peer offers PIPELINING (RFC 2920) MAIL, all RCPT and DATA go out in one flush, else each command alone; the same loop
 * does both. A RSET that an unfinished transaction calls for is put off to the next one and travels with its MAIL.
 *
 * <p>One thread at a time. After an {@link IOException} only {@link #close} makes sense.
 */
final class Session {

    /**
     * RFC 2920 section 3.1 has the client see to it that both sides do not wait for each other to read: this many commands, and their
     * replies, fit the buffers between them.
     */
    static final int GROUP = 100;

    static final Reply NO_SMTPUTF8 =
            Reply.of(550, new EnhancedStatus(5, 6, 7), "Next hop does not take internationalized mail (SMTPUTF8)");
    static final Reply NO_8BITMIME =
            Reply.of(554, new EnhancedStatus(5, 6, 3), "Next hop does not take 8-bit content (8BITMIME)");

    static final Reply NO_BINARYMIME =
            Reply.of(554, new EnhancedStatus(5, 6, 1), "Next hop does not take binary content (BINARYMIME)");

    private final Route route;
    private final Wire wire;
    private final Settings settings;
    private final Talk talk;
    private final StartTls tls;
    private final Transfer transfer;

    private Offer offer = Offer.NOTHING;
    private boolean isAuthenticated;
    private boolean isKnown;
    private int transactions;
    private long idleSince;
    private boolean isUnreset;

    Session(Route route, Wire wire, Settings settings, StartTls tls) {
        this.route = route;
        this.wire = wire;
        this.settings = settings;
        this.talk = new Talk(route, wire, settings);
        this.tls = tls;
        this.transfer = new Transfer(wire, talk, settings);
    }

    Route route() {
        return route;
    }

    /**
     * Opens it, up to where a transaction may follow; see {@link Opening#run}.
     *
     * @return the refusal, if the peer does not want us
     */
    Optional<Reply> open(String name, boolean authPreferred) throws IOException {
        var opening = new Opening(route, wire, talk, settings, tls);
        var refusal = opening.run(name, authPreferred);
        offer = opening.offer();
        isAuthenticated = opening.isAuthenticated();
        return refusal;
    }

    /** Returns what is known of this session; asked once a transaction. */
    SmtpClient.Session facts() {
        boolean isFirst = !isKnown;
        isKnown = true;
        return new Facts(
                wire.peerAddress(),
                wire.ownAddress(),
                wire.isSecured(),
                isAuthenticated,
                offers("DSN"),
                wire.tlsVersion(),
                wire.cipherSuite(),
                tls.whyPlain(),
                tls.objection(),
                isFirst);
    }

    private record Facts(
            Optional<InetAddress> address,
            Optional<InetAddress> localAddress,
            boolean isSecured,
            boolean isAuthenticated,
            boolean isDsnOffered,
            Optional<String> tlsVersion,
            Optional<String> cipherSuite,
            Optional<String> whyPlain,
            Optional<String> objection,
            boolean isFirst)
            implements SmtpClient.Session {}

    /**
     * Hands over one message.
     *
     * @throws TlsFailedException when the message wants what this session has not (RFC 8689)
     * @throws StaleException when this is not the first transaction and the peer gave up before it accepted MAIL
     */
    Answer send(ReversePath from, List<Recipient> to, Message message, boolean allRecipientsOrNone) throws IOException {
        boolean utf8 = from.needsUtf8()
                || message.hasUtf8Headers()
                || to.stream().anyMatch(rcpt -> rcpt.mailbox().needsUtf8());
        if (utf8 && !offers("SMTPUTF8")) {
            return Answer.mailRefused(NO_SMTPUTF8);
        }
        // Who takes mail by LMTP keeps it.
        boolean isKeptToTls = from.parameters().has(Envelope.REQUIRE_TLS) && !route.isLmtp();
        if (isKeptToTls && !(wire.isSecured() && offers(Envelope.REQUIRE_TLS))) {
            // RFC 8689 section 4.2.1; another host may promise it.
            throw new TlsFailedException(
                    TlsFailedException.Kind.NOT_OFFERED,
                    "the next hop does not promise to keep to TLS on its way (REQUIRETLS)");
        }
        boolean binary = message.isBinary();
        if (binary && !(offers("CHUNKING") && offers("BINARYMIME"))) {
            return Answer.mailRefused(NO_BINARYMIME);
        }
        boolean eightBit = message.isEightBit() && !binary;
        Optional<SevenBit> converted = Optional.empty();
        if (eightBit && !offers("8BITMIME")) {
            converted = settings.convertEightBit() ? SevenBit.of(message) : Optional.empty();
            if (converted.isEmpty()) {
                return Answer.mailRefused(NO_8BITMIME);
            }
            eightBit = false;
        }
        long size = converted.isPresent() && offers("SIZE") ? converted.get().size() : message.size();
        if (size > offer.mostBytes()) {
            // RFC 1870 section 6.1: the peer would say the same, some only behind the last byte.
            return Answer.mailRefused(tooBig(offer, size));
        }
        wire.limit(settings.transactionTimeout());
        var form = new Envelope.Form(size, eightBit, binary, utf8);
        var envelope = new Envelope(from, to, form, offer, allRecipientsOrNone, isUnreset);
        exchange(envelope);
        transactions++;
        return conclude(envelope, message, converted);
    }

    static Reply tooBig(Offer offer, long size) {
        return Reply.of(
                552,
                new EnhancedStatus(5, 3, 4),
                "Next hop takes messages of up to " + offer.mostBytes() + " bytes, and this has " + size);
    }

    /** Returns the session as one whose steps somebody chooses; it serves nothing else then. */
    Steps steps(Ticker ticker, Runnable ended) {
        return new Steps(route, wire, talk, settings, offer, transfer, facts(), ticker, ended);
    }

    /** Says RSET where it is due, MAIL, RCPT… and DATA, and hears the replies. */
    private void exchange(Envelope envelope) throws IOException {
        var commands = envelope.commands();
        int group = offers("PIPELINING") ? GROUP : 1;
        int said = 0;
        for (int heard = 0; heard < commands.size() && !isOver(); heard++) {
            if (heard == said) {
                if (envelope.isHopeless()) {
                    return;
                }
                begin(commands.get(heard));
                said = Math.min(heard + group, commands.size());
                try {
                    for (var command : commands.subList(heard, said)) {
                        talk.put(command);
                    }
                    wire.flush();
                } catch (IOException e) {
                    throw staleOr(e, envelope);
                }
            } else {
                begin(commands.get(heard));
            }
            hear(commands.get(heard), envelope);
        }
    }

    private void begin(String command) {
        var verb = command.substring(0, 4);
        wire.begin(
                "waiting for the reply to " + verb,
                switch (verb) {
                    case "RCPT" -> settings.rcptTimeout();
                    case "DATA" -> settings.dataTimeout();
                    default -> settings.mailTimeout();
                });
    }

    private void hear(String command, Envelope envelope) throws IOException {
        var verb = command.substring(0, 4);
        Reply reply;
        try {
            reply = talk.reply(verb);
        } catch (IOException e) {
            throw staleOr(e, envelope);
        }
        switch (verb) {
            case "RSET" -> {
                if (!reply.isPositive()) {
                    throw new StaleException("RSET refused: " + reply);
                }
                isUnreset = false;
            }
            case "MAIL" -> {
                if (reply.code() == 421 && transactions > 0) {
                    throw new StaleException("MAIL refused: " + reply);
                }
                envelope.heardMail(notIntermediate(verb, reply));
            }
            case "RCPT" -> envelope.heardRcpt(notIntermediate(verb, reply));
            default -> {
                if (reply.isPositive()) {
                    throw new ProtocolException("DATA answered with " + reply);
                }
                envelope.heardData(reply);
            }
        }
    }

    static Reply notIntermediate(String verb, Reply reply) throws ProtocolException {
        if (reply.code() / 100 == 3) {
            throw new ProtocolException(verb + " answered with " + reply);
        }
        return reply;
    }

    private IOException staleOr(IOException e, Envelope envelope) {
        boolean isStale = transactions > 0 && envelope.mail() == null && !(e instanceof ClosedByInterruptException);
        return isStale ? new StaleException(e) : e;
    }

    private Answer conclude(Envelope envelope, Message message, Optional<SevenBit> converted) throws IOException {
        var mail = envelope.mail();
        if (mail == null) {
            throw new IllegalStateException("MAIL is always answered");
        }
        if (!mail.isPositive()) {
            // A 354 behind a refused MAIL: whatever the peer believes, a dot could only do harm.
            if (envelope.isGo()) {
                transfer.giveUp();
            }
            return Answer.mailRefused(mail);
        }
        isUnreset = true;
        if (isOver() && envelope.data() == null) {
            // 421 to a RCPT speaks for those behind it too: the peer closes.
            envelope.spread();
            return Answer.noData(envelope.rcpt());
        }
        if (envelope.isHopeless()) {
            if (envelope.isGo()) {
                takeBack(envelope);
            }
            return Answer.noData(envelope.rcpt());
        }
        int count = route.isLmtp() ? envelope.accepted() : 1;
        if (message.isBinary()) {
            return heard(envelope, transfer.chunk(message, count));
        }
        var data = envelope.data();
        if (data == null) {
            throw new IllegalStateException("DATA is answered where there is hope");
        }
        return envelope.isGo()
                ? heard(envelope, transfer.message(message, converted, count))
                : Answer.data(envelope.rcpt(), List.of(data));
    }

    /** The message was answered: the peer has nothing that RSET would have to take from it. */
    private Answer heard(Envelope envelope, List<Reply> replies) {
        isUnreset = false;
        return Answer.data(envelope.rcpt(), replies);
    }

    /**
     * Ends a DATA that should not have been accepted.
     *
     * <p>RFC 2920 section 3.1 has a lone dot sent when every recipient was refused. Where some were accepted that would give them an
     * empty message, and LMTP does not say how many replies would come: then the connection is given up, which ends a transaction
     * without effect (RFC 5321 section 4.1.1.10).
     */
    private void takeBack(Envelope envelope) {
        if (envelope.accepted() > 0 || route.isLmtp()) {
            transfer.giveUp();
            return;
        }
        try {
            wire.begin("waiting for the reply to a lone dot", settings.finalDotTimeout());
            talk.put(".");
            wire.flush();
            talk.reply(".");
            isUnreset = false;
        } catch (IOException e) {
            // The answer is known already; only the connection is lost.
            transfer.giveUp();
        }
    }

    private boolean offers(String extension) {
        return offer.has(extension);
    }

    /** Tells whether this connection serves no more. */
    private boolean isOver() {
        return transfer.isGivenUp() || talk.isGoodbye();
    }

    /** Tells whether another transaction may follow: the peer stays, owes nothing and has said nothing unasked. */
    boolean isReusable() {
        return !isOver()
                && !wire.hasMore()
                // One that goes without a login where others need one must not be taken for theirs.
                && (route.user().isEmpty() || isAuthenticated)
                && transactions < Math.min(settings.maxMessagesPerConnection(), offer.mostMessages());
    }

    /** Tells whether the peer is still there and silent, as it ought to be. */
    boolean isHealthy() {
        return wire.isQuiet();
    }

    /** Tells whether it was opened with these settings. */
    boolean isOf(Settings others) {
        return settings.equals(others);
    }

    /** Puts it away for the next transaction. */
    void rest(long now) {
        wire.rest();
        idleSince = now;
    }

    /** Returns when it was put away. */
    long idleSince() {
        return idleSince;
    }

    /** Says QUIT without waiting for the answer, and closes. Any thread, when no other uses it. */
    void quit() {
        talk.trace("QUIT");
        wire.quit();
    }

    /** Closes without a word. Any thread. */
    void close() {
        wire.close();
    }
}
