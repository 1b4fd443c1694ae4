package org.tarishi.plugin.smtpproxy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Text;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.nexthop.Way;

/**
 * The session behind one client's session, and what was said there in the transaction under way.
 *
 * <p>All of it is guarded by its lock, which the session's hooks take in turn; only {@link #leave} does not wait for it.
 */
final class Line {

    private static final Logger LOG = LoggerFactory.getLogger(Line.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Recipient> accepted = new ArrayList<>();
    private SmtpClient.@Nullable Dialogue dialogue;
    private @Nullable Route hop;
    private @Nullable Way way;
    private String transaction = "";
    private ReversePath from = ReversePath.NULL;
    private long usedAt;
    private volatile boolean isLeft;

    /** Takes it, for one hook; {@link #give} follows. */
    Line take(long now) {
        lock.lock();
        usedAt = now;
        return this;
    }

    /** Gives it back. */
    void give() {
        if (isLeft) {
            close();
        }
        lock.unlock();
    }

    /** Closes the session behind, now or when the hook that uses it has ended: what was handed over is not broken off. Any thread. */
    void leave() {
        isLeft = true;
        if (lock.tryLock()) {
            give();
        }
    }

    /** Tells whether nobody has used it for a while. Any thread. */
    boolean isForgotten(long now, long after) {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            return now - usedAt > after;
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether this transaction is passed on. */
    boolean isOf(String id) {
        return transaction.equals(id);
    }

    /** Where it goes to. */
    String hop() {
        return String.valueOf(hop);
    }

    /**
     * Begins a transaction over the session that is there.
     *
     * @return the reply; null where there is no session that would do
     */
    @Nullable Reply again(Way wanted, String id, ReversePath sender) {
        var there = dialogue;
        if (there == null || !there.isUsable() || !wanted.equals(way)) {
            close();
            return null;
        }
        forget();
        try {
            there.reset();
            var reply = there.mail(sender);
            if (reply.code() != 421) {
                begun(reply, id, sender);
                return reply;
            }
            LOG.debug("{}: {}", hop, reply);
        } catch (IOException e) {
            LOG.debug("{}: the session kept was lost: {}", hop, Text.escaped(String.valueOf(e.getMessage())));
        }
        close();
        return null;
    }

    /** Keeps a session in which MAIL was answered. */
    void keep(SmtpClient.Dialogue opened, Route where, Way wanted, Reply reply, String id, ReversePath sender) {
        close();
        dialogue = opened;
        hop = where;
        way = wanted;
        begun(reply, id, sender);
    }

    private void begun(Reply reply, String id, ReversePath sender) {
        forget();
        if (reply.isPositive()) {
            transaction = id;
            from = sender;
        }
    }

    /** Says RCPT; the reply. */
    Reply rcpt(Recipient recipient) throws IOException {
        var there = dialogue;
        if (there == null || !there.isUsable()) {
            throw new IOException("the connection was lost before");
        }
        var reply = there.rcpt(recipient);
        if (reply.isPositive()) {
            accepted.add(recipient);
        }
        return reply;
    }

    /** Tells whether the session behind knows of the same mail as the client's, and can take it. */
    boolean isReady(ReversePath sender, List<Recipient> recipients) {
        var there = dialogue;
        return there != null && there.isUsable() && from.equals(sender) && accepted.equals(recipients);
    }

    /** Sends the message; the reply. The transaction is over then. */
    Reply data(Message message) throws IOException {
        var there = dialogue;
        if (there == null) {
            throw new IOException("the connection was lost before");
        }
        forget();
        return there.data(message).getFirst();
    }

    /** Has nothing more to do with the transaction under way; the session behind is reset when it is used again. */
    void forget() {
        transaction = "";
        from = ReversePath.NULL;
        accepted.clear();
    }

    private void close() {
        forget();
        if (dialogue != null) {
            dialogue.close();
            dialogue = null;
        }
    }
}
