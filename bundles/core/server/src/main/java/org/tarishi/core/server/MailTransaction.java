package org.tarishi.core.server;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Mailbox;
import org.tarishi.api.Notes;
import org.tarishi.api.Recipient;
import org.tarishi.api.Recipients;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.core.spi.BodyFeed;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.Hooks;
import org.tarishi.core.spi.LiveHeaders;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.LiveResults;
import org.tarishi.core.spi.MessageStore;

/** A live transaction, with what it holds until it ends. One thread at a time: the session's, or the chain's while the session waits. */
final class MailTransaction implements Transaction, Findings.Teller {

    private final String id;
    private final SmtpConnection connection;
    private final Instant startedAt;
    private final MessageStore store;
    private final Generation generation;

    /** The most answered recipients that are kept for {@link #results}; a client may have any number refused. */
    private static final int MOST_ANSWERS = 1000;

    /** An answered recipient, with those before; null for a reply is hanging up. */
    private record Answered(
            Recipient recipient,
            @Nullable Reply reply,
            @Nullable Answered before) {}

    private final Findings findings;
    private final Book book = new Book();

    /** As MAIL named it; plugins may put another in its place. */
    private final ReversePath named;

    // What the core says in results: kept as it arises, and written when there are any.
    private boolean isSenderAnswered;
    private @Nullable Reply senderReply;
    private @Nullable Answered answered;
    private int answers;
    private @Nullable String queuedBy;
    private @Nullable Reply queueReply;
    private boolean isTaken;

    private ReversePath sender;
    private int tried;
    private boolean relaying;
    private boolean discarding;
    private @Nullable Set<String> skipped;
    private volatile @Nullable LiveHeaders headers;

    private @Nullable Arrival arrival;
    private @Nullable LiveMessage message;

    MailTransaction(
            String id,
            SmtpConnection connection,
            Instant startedAt,
            ReversePath sender,
            Hooks hooks,
            MessageStore store,
            Generation generation) {
        this.id = id;
        this.connection = connection;
        this.startedAt = startedAt;
        this.sender = sender;
        this.named = sender;
        this.findings = new Findings(id, hooks, this);
        this.store = store;
        this.generation = generation;
    }

    // ---- for the session ----

    Generation generation() {
        return generation;
    }

    /** A recipient is asked about. */
    void attempt(Recipient recipient) {
        tried++;
        book.asked = recipient;
        book.instead = List.of(recipient);
    }

    /** The recipient that was asked about is accepted. */
    void keep() {
        var asked = book.asked;
        if (asked == null) {
            return;
        }
        book.accepted++;
        if (book.first == null) {
            book.first = asked;
        }
        book.instead.forEach(book::add);
        forgetAsked();
    }

    /** The recipient that was asked about is answered. */
    void forgetAsked() {
        book.asked = null;
        book.instead = List.of();
    }

    /** Returns the recipient that is being asked about. */
    @Nullable Recipient asked() {
        return book.asked;
    }

    /** Returns how many RCPT commands were accepted, repeated ones counted. */
    int accepted() {
        return book.accepted;
    }

    /** Returns the recipient for the Received field: the only one that the client named (RFC 5321 section 7.2). */
    @Nullable Recipient only() {
        return book.accepted == 1 ? book.first : null;
    }

    /** Makes ready for the message, with the feed of those that want the bytes as they arrive. */
    void receive(
            MessageStore.Framing framing,
            MessageStore.BareLineEnds bare,
            MessageStore.Limits limits,
            @Nullable BodyFeed body) {
        arrival = new Arrival(store.open(id, framing, bare, limits), body);
    }

    /** The message that is arriving, or has arrived. */
    Arrival arrival() {
        var now = arrival;
        if (now == null) {
            throw new IllegalStateException("no message arrives");
        }
        return now;
    }

    @Nullable LiveMessage message() {
        return message;
    }

    /** Takes the complete message; what plugins added to the header so far goes on top of it, below what comes later. */
    void arrived(LiveMessage complete) {
        message = complete;
    }

    /** Returns what plugins have added to the header before there was a message, and uses the message's from now on. */
    @Nullable LiveHeaders mergeHeaders() {
        var early = headers;
        if (message != null) {
            headers = message.headers();
        }
        return early;
    }

    /** Returns the parts of Authentication-Results, null where nobody has asked for them. */
    @Nullable AuthParts writtenAuthResults() {
        return findings.writtenAuthResults();
    }

    /** Tells whether MAIL had SMTPUTF8. */
    boolean isUtf8() {
        return sender.parameters().has("SMTPUTF8");
    }

    /** MAIL is answered; with null by hanging up. */
    void senderAnswered(@Nullable Reply reply) {
        synchronized (findings) {
            isSenderAnswered = true;
            senderReply = reply;
            var now = findings.writtenResults();
            if (now != null) {
                CoreResults.sender(now, named, reply);
            }
        }
    }

    /** RCPT is answered; with null by hanging up. */
    void answered(Recipient recipient, @Nullable Reply reply) {
        synchronized (findings) {
            if (answers == MOST_ANSWERS) {
                return;
            }
            answers++;
            answered = new Answered(recipient, reply, answered);
            var now = findings.writtenResults();
            if (now != null) {
                CoreResults.recipient(now, recipient, reply);
            }
        }
    }

    /** The message was taken or refused at its last step. */
    void queued(boolean taken, @Nullable Reply reply, String by) {
        synchronized (findings) {
            isTaken = taken;
            queueReply = reply;
            queuedBy = by;
            var now = findings.writtenResults();
            if (now != null) {
                CoreResults.queue(now, taken, reply, by);
            }
        }
    }

    @Override
    public void recount(LiveResults results) {
        if (isSenderAnswered) {
            CoreResults.sender(results, named, senderReply);
        }
        var recipients = new ArrayDeque<Answered>(answers);
        for (var one = answered; one != null; one = one.before()) {
            recipients.push(one);
        }
        for (var one : recipients) {
            CoreResults.recipient(results, one.recipient(), one.reply());
        }
        if (queuedBy != null) {
            CoreResults.queue(results, isTaken, queueReply, queuedBy);
        }
    }

    /** Lets go of everything; the session calls this once. */
    void close() {
        try {
            var came = arrival;
            arrival = null;
            if (came != null && came.feed() != null) {
                came.feed().abort();
            }
            if (message != null) {
                message.close();
            } else if (came != null) {
                came.abort();
            }
        } finally {
            // Never given back, it would keep the plugins of a version that was replaced for ever.
            generation.release();
        }
    }

    // ---- for plugins; a call that was given up and those who watch the message arrive ask for these beside the
    // session ----

    @Override
    public String id() {
        return id;
    }

    @Override
    public SmtpConnection connection() {
        return connection;
    }

    @Override
    public Instant startedAt() {
        return startedAt;
    }

    @Override
    public ReversePath sender() {
        return sender;
    }

    @Override
    public void replaceSender(ReversePath other) {
        sender = other;
    }

    @Override
    public Recipients recipients() {
        return book;
    }

    @Override
    public int recipientsTried() {
        return tried;
    }

    @Override
    public LiveHeaders headers() {
        var now = headers;
        return now == null ? makeHeaders() : now;
    }

    private synchronized LiveHeaders makeHeaders() {
        var now = headers;
        if (now == null) {
            now = store.newHeaders();
            headers = now;
        }
        return now;
    }

    @Override
    public long size() {
        var now = arrival;
        return now == null ? 0 : now.size();
    }

    @Override
    public boolean isRelaying() {
        return relaying || connection.isRelaying();
    }

    @Override
    public void grantRelaying(String reason) {
        relaying = true;
    }

    @Override
    public Set<String> skippedPlugins() {
        return skipped == null ? Set.of() : Set.copyOf(skipped);
    }

    @Override
    public void skipPlugin(String plugin) {
        if (skipped == null) {
            skipped = new LinkedHashSet<>();
        }
        skipped.add(plugin);
    }

    @Override
    public boolean isDiscarding() {
        return discarding;
    }

    @Override
    public void discardBody() {
        discarding = true;
    }

    @Override
    public Notes notes() {
        return findings.notes();
    }

    @Override
    public LiveResults results() {
        return findings.results();
    }

    @Override
    public AuthParts authResults() {
        return findings.authResults();
    }

    /** The recipients; one a mailbox, however often it was named. */
    private static final class Book implements Recipients {

        private final Map<Mailbox, Recipient> byMailbox = new LinkedHashMap<>(4);
        private @Nullable Recipient asked;
        private List<Recipient> instead = List.of();
        private @Nullable Recipient first;
        private int accepted;

        @Override
        public List<Recipient> all() {
            return List.copyOf(byMailbox.values());
        }

        @Override
        public void add(Recipient recipient) {
            byMailbox.putIfAbsent(recipient.mailbox(), recipient);
        }

        @Override
        public boolean replace(Recipient one, List<Recipient> others) {
            if (asked != null && asked.equals(one)) {
                instead = List.copyOf(others);
                return true;
            }
            if (instead.contains(one)) {
                var now = new ArrayList<>(instead);
                int place = now.indexOf(one);
                now.remove(place);
                now.addAll(place, others);
                instead = List.copyOf(now);
                return true;
            }
            var kept = byMailbox.get(one.mailbox());
            if (kept == null || !kept.equals(one)) {
                return false;
            }
            var before = List.copyOf(byMailbox.values());
            byMailbox.clear();
            for (var recipient : before) {
                if (recipient.equals(one)) {
                    others.forEach(this::add);
                } else {
                    add(recipient);
                }
            }
            return true;
        }

        @Override
        public boolean remove(Recipient one) {
            return byMailbox.remove(one.mailbox(), one);
        }
    }
}
