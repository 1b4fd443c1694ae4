package org.tarishi.core.client;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;
import org.tarishi.api.AddressLiteral;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.NotifyOn;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Text;
import org.tarishi.api.Xtext;
import org.tarishi.api.log.LogMarkers;
import org.tarishi.api.message.Message;
import org.tarishi.api.message.Message.WriteOption;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.UnknownOutcomeException;

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

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final Marker PROTOCOL = MarkerFactory.getMarker(LogMarkers.PROTOCOL);

    private static final Set<WriteOption> WIRE_FORM = EnumSet.of(WriteOption.DOT_STUFFED, WriteOption.FINAL_DOT);

    private static final Reply NO_SMTPUTF8 =
            Reply.of(550, new EnhancedStatus(5, 6, 7), "Next hop does not take internationalized mail (SMTPUTF8)");
    private static final Reply NO_8BITMIME =
            Reply.of(554, new EnhancedStatus(5, 6, 3), "Next hop does not take 8-bit content (8BITMIME)");

    private static final Reply NO_BINARYMIME =
            Reply.of(554, new EnhancedStatus(5, 6, 1), "Next hop does not take binary content (BINARYMIME)");

    private final Route route;
    private final Wire wire;
    private final Settings settings;
    private final ReplyReader replies;

    private Set<String> extensions = Set.of();
    private int transactions;
    private long idleSince;
    private boolean isUnreset;
    private boolean isOver;

    Session(Route route, Wire wire, Settings settings) {
        this.route = route;
        this.wire = wire;
        this.settings = settings;
        this.replies = new ReplyReader(settings);
    }

    Route route() {
        return route;
    }

    /**
     * Reads the greeting and says EHLO, LHLO or HELO.
     *
     * @param name this host's name, empty for the address of the connection
     * @return the refusal, if the peer does not want us
     */
    Optional<Reply> greet(String name) throws IOException {
        wire.begin("waiting for the greeting", settings.greetingTimeout());
        var greeting = reply("greeting");
        if (!greeting.isPositive()) {
            return Optional.of(greeting);
        }
        var hello = name.isEmpty() ? addressLiteral() : name;
        var answer = ask((route.isLmtp() ? "LHLO " : "EHLO ") + hello);
        if (answer.isPositive()) {
            var offered = new HashSet<String>();
            for (var line : answer.lines().subList(1, answer.lines().size())) {
                offered.add(line.split(" ", 2)[0].toUpperCase(Locale.ROOT));
            }
            extensions = Set.copyOf(offered);
            return Optional.empty();
        }
        // 421 is no permanent refusal; LMTP has no HELO (RFC 2033 section 4.1).
        if (answer.isPermanent() && !route.isLmtp()) {
            answer = ask("HELO " + hello);
        }
        return answer.isPositive() ? Optional.empty() : Optional.of(answer);
    }

    private String addressLiteral() throws IOException {
        return new AddressLiteral(wire.localAddress().orElseGet(InetAddress::getLoopbackAddress)).ascii();
    }

    private Reply ask(String command) throws IOException {
        var verb = command.substring(0, 4);
        wire.begin("waiting for the reply to " + verb, settings.heloTimeout());
        put(command);
        wire.flush();
        return reply(verb);
    }

    /**
     * Hands over one message.
     *
     * @throws StaleException when this is not the first transaction and the peer gave up before it accepted MAIL
     */
    Answer send(ReversePath from, List<Recipient> to, Message message, boolean allRecipientsOrNone) throws IOException {
        boolean utf8 = from.needsUtf8()
                || message.hasUtf8Headers()
                || to.stream().anyMatch(rcpt -> rcpt.mailbox().needsUtf8());
        if (utf8 && !offers("SMTPUTF8")) {
            return Answer.mailRefused(NO_SMTPUTF8);
        }
        boolean binary = message.isBinary();
        if (binary && !(offers("CHUNKING") && offers("BINARYMIME"))) {
            return Answer.mailRefused(NO_BINARYMIME);
        }
        boolean eightBit = message.isEightBit() && !binary;
        if (eightBit && !offers("8BITMIME")) {
            return Answer.mailRefused(NO_8BITMIME);
        }
        var mail = new StringBuilder("MAIL FROM:<");
        from.mailbox().ifPresent(mailbox -> mail.append(mailbox.asciiAddress()));
        mail.append('>');
        if (offers("SIZE")) {
            mail.append(" SIZE=").append(message.size());
        }
        if (eightBit) {
            mail.append(" BODY=8BITMIME");
        }
        if (binary) {
            mail.append(" BODY=BINARYMIME");
        }
        if (utf8) {
            mail.append(" SMTPUTF8");
        }
        if (offers("DSN")) {
            from.returnContent().ifPresent(ret -> mail.append(" RET=").append(ret));
            from.envelopeId().ifPresent(id -> mail.append(" ENVID=").append(Xtext.encode(id)));
        }
        wire.limit(settings.transactionTimeout());
        var envelope = new Envelope(mail.toString(), to, allRecipientsOrNone, binary);
        exchange(envelope);
        transactions++;
        return conclude(envelope, message);
    }

    /** What is said and heard up to DATA. */
    private static final class Envelope {
        private final String mail;
        private final List<Recipient> to;
        private final boolean allOrNone;
        private final boolean isBinary;
        private final List<Reply> rcpt = new ArrayList<>();
        private @Nullable Reply mailReply;
        private @Nullable Reply dataReply;

        Envelope(String mail, List<Recipient> to, boolean allOrNone, boolean isBinary) {
            this.mail = mail;
            this.to = to;
            this.allOrNone = allOrNone;
            this.isBinary = isBinary;
        }

        long accepted() {
            return rcpt.stream().filter(Reply::isPositive).count();
        }

        /** Tells whether nothing that could still be said would help. */
        boolean isHopeless() {
            if (mailReply != null && !mailReply.isPositive()) {
                return true;
            }
            return rcpt.size() == to.size() && (allOrNone ? accepted() < to.size() : accepted() == 0);
        }

        boolean isGo() {
            return dataReply != null && dataReply.code() / 100 == 3;
        }
    }

    /** Says RSET where it is due, MAIL, RCPT… and DATA, and hears the replies. */
    private void exchange(Envelope envelope) throws IOException {
        var commands = new ArrayList<String>(envelope.to.size() + 3);
        if (isUnreset) {
            commands.add("RSET");
        }
        commands.add(envelope.mail);
        envelope.to.forEach(rcpt -> commands.add(rcpt(rcpt)));
        if (!envelope.isBinary) {
            commands.add("DATA");
        }

        int group = offers("PIPELINING") ? GROUP : 1;
        int said = 0;
        for (int heard = 0; heard < commands.size() && !isOver; heard++) {
            if (heard == said) {
                if (envelope.isHopeless()) {
                    return;
                }
                begin(commands.get(heard));
                said = Math.min(heard + group, commands.size());
                try {
                    for (var command : commands.subList(heard, said)) {
                        put(command);
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

    /** RFC 3461 section 5.2.1: what the sender wants to hear goes on to who knows of it. */
    private String rcpt(Recipient to) {
        var command = "RCPT TO:<" + to.mailbox().asciiAddress() + ">";
        if (to.parameters().isEmpty() || !offers("DSN")) {
            return command;
        }
        return command
                + to.notifyOn()
                        .map(when -> when.stream()
                                .sorted()
                                .map(NotifyOn::name)
                                .collect(Collectors.joining(",", " NOTIFY=", "")))
                        .orElse("")
                + to.original().map(original -> " ORCPT=" + original).orElse("");
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
            reply = reply(verb);
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
                envelope.mailReply = notIntermediate(verb, reply);
            }
            case "RCPT" -> envelope.rcpt.add(notIntermediate(verb, reply));
            default -> {
                if (reply.isPositive()) {
                    throw new ProtocolException("DATA answered with " + reply);
                }
                envelope.dataReply = reply;
            }
        }
    }

    private static Reply notIntermediate(String verb, Reply reply) throws ProtocolException {
        if (reply.code() / 100 == 3) {
            throw new ProtocolException(verb + " answered with " + reply);
        }
        return reply;
    }

    private IOException staleOr(IOException e, Envelope envelope) {
        boolean isStale = transactions > 0 && envelope.mailReply == null && !(e instanceof ClosedByInterruptException);
        return isStale ? new StaleException(e) : e;
    }

    private Answer conclude(Envelope envelope, Message message) throws IOException {
        var mail = envelope.mailReply;
        if (mail == null) {
            throw new IllegalStateException("MAIL is always answered");
        }
        if (!mail.isPositive()) {
            // A 354 behind a refused MAIL: whatever the peer believes, a dot could only do harm.
            if (envelope.isGo()) {
                giveUp();
            }
            return Answer.mailRefused(mail);
        }
        isUnreset = true;
        if (isOver && envelope.dataReply == null) {
            // 421 to a RCPT speaks for those behind it too: the peer closes.
            while (envelope.rcpt.size() < envelope.to.size()) {
                envelope.rcpt.add(envelope.rcpt.getLast());
            }
            return Answer.noData(envelope.rcpt);
        }
        if (envelope.isHopeless()) {
            if (envelope.isGo()) {
                takeBack(envelope);
            }
            return Answer.noData(envelope.rcpt);
        }
        int count = route.isLmtp() ? (int) envelope.accepted() : 1;
        if (envelope.isBinary) {
            return Answer.data(envelope.rcpt, chunk(message, count));
        }
        var data = envelope.dataReply;
        if (data == null) {
            throw new IllegalStateException("DATA is answered where there is hope");
        }
        return envelope.isGo()
                ? Answer.data(envelope.rcpt, data(message, count))
                : Answer.data(envelope.rcpt, List.of(data));
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
            giveUp();
            return;
        }
        try {
            wire.begin("waiting for the reply to a lone dot", settings.finalDotTimeout());
            put(".");
            wire.flush();
            reply(".");
            isUnreset = false;
        } catch (IOException e) {
            // The answer is known already; only the connection is lost.
            giveUp();
        }
    }

    /** Hangs up without a word: inside DATA a QUIT would be taken for the message. */
    private void giveUp() {
        isOver = true;
        wire.close();
    }

    private List<Reply> data(Message message, int count) throws IOException {
        wire.begin(Wire.BLOCK_STEP, settings.blockTimeout());
        try {
            message.writeTo(wire.blocks(settings.blockTimeout()), WIRE_FORM);
            wire.begin(Wire.BLOCK_STEP, settings.blockTimeout());
            wire.flush();
        } catch (IOException e) {
            return Collections.nCopies(count, lastWords(e));
        }
        return answers("final dot", count);
    }

    /** Sends a message by BDAT (RFC 3030), as one chunk: its bytes as they are. */
    private List<Reply> chunk(Message message, int count) throws IOException {
        wire.begin(Wire.BLOCK_STEP, settings.blockTimeout());
        long size = message.size();
        try {
            put("BDAT " + size + " LAST");
            var out = new Counted(wire.blocks(settings.blockTimeout()));
            message.writeTo(out, Set.of());
            if (out.count != size) {
                // The peer would take what comes next for the rest of the message, or the rest of it for commands.
                throw new IOException("the message has " + out.count + " bytes and said " + size);
            }
            wire.begin(Wire.BLOCK_STEP, settings.blockTimeout());
            wire.flush();
        } catch (IOException e) {
            return Collections.nCopies(count, lastWords(e));
        }
        return answers("last chunk", count);
    }

    /** Counts what goes through. */
    private static final class Counted extends FilterOutputStream {
        private long count;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count += length;
        }
    }

    private List<Reply> answers(String end, int count) throws IOException {
        wire.unlimited();
        var answers = new ArrayList<Reply>(count);
        try {
            for (int i = 0; i < count; i++) {
                wire.begin("waiting for the reply to the " + end, settings.finalDotTimeout());
                answers.add(notIntermediate(end, reply(".")));
            }
        } catch (IOException e) {
            throw new UnknownOutcomeException(
                    e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(), e);
        }
        isUnreset = false;
        return answers;
    }

    /** Returns the refusal that the peer left when it hung up in the middle of the message: the size, as a rule. */
    private Reply lastWords(IOException failure) throws IOException {
        if (!wire.isBroken()) {
            // It was the message that could not be read.
            throw failure;
        }
        Reply reply;
        try {
            reply = reply("data");
        } catch (IOException e) {
            failure.addSuppressed(e);
            throw failure;
        }
        if (!reply.isTransient() && !reply.isPermanent()) {
            throw failure;
        }
        giveUp();
        return reply;
    }

    private boolean offers(String extension) {
        return extensions.contains(extension);
    }

    private void put(String command) throws IOException {
        if (LOG.isDebugEnabled(PROTOCOL)) {
            LOG.debug(PROTOCOL, "{} > {}", route, Text.escaped(command));
        }
        wire.put(command);
    }

    private Reply reply(String to) throws IOException {
        var reply = replies.read(wire);
        if (LOG.isDebugEnabled(PROTOCOL)) {
            LOG.debug(PROTOCOL, "{} < {} (to {})", route, reply, to);
        }
        // RFC 5321 section 3.8: the peer closes after it.
        isOver |= reply.code() == 421;
        return reply;
    }

    /** Tells whether another transaction may follow: the peer stays, owes nothing and has said nothing unasked. */
    boolean isReusable() {
        return !isOver && !wire.hasMore() && transactions < settings.maxMessagesPerConnection();
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
        if (LOG.isDebugEnabled(PROTOCOL)) {
            LOG.debug(PROTOCOL, "{} > QUIT", route);
        }
        wire.quit();
    }

    /** Closes without a word. Any thread. */
    void close() {
        wire.close();
    }
}
