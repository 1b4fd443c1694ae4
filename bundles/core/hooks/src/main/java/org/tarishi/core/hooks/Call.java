package org.tarishi.core.hooks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.message.Headers;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.Submission;
import org.tarishi.core.spi.LiveHeaders;
import org.tarishi.core.spi.LiveSubmission;
import org.tarishi.core.spi.MailMatter;
import org.tarishi.core.spi.Subject;

/**
 * One call of a plugin: what it is shown, and what it has changed so far.
 *
 * <p>Views read from the live objects and lay the call's own changes over them. Changes are kept as edits; who closes the call in time
 * carries them out, and whoever takes the call away leaves them behind. Exactly one of the two wins.
 */
final class Call {

    private static final int OPEN = 0;
    private static final int CLOSED = 1;
    private static final int EXPIRED = 2;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Call.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Link link;
    private final String id;
    private final @Nullable Subject about;
    private final boolean isShared;
    private volatile int state;
    private volatile long startedAt;
    private volatile @Nullable Thread thread;
    private volatile boolean isOver;

    private @Nullable List<Runnable> edits;
    private @Nullable ConnectionView connection;
    private @Nullable TransactionView transaction;
    private @Nullable MessageView message;
    private @Nullable Submission submission;
    private @Nullable OutboundMail mail;
    private @Nullable HeadersView headers;

    /**
     * Makes one.
     *
     * @param id what stands in the log
     * @param about what it is about, null for one that shows nothing
     * @param isShared whether others may change the live objects meanwhile, so that changes are made again rather than taken over whole
     */
    Call(Link link, String id, @Nullable Subject about, boolean isShared) {
        this.link = link;
        this.id = id;
        this.about = about;
        this.isShared = isShared;
    }

    /** Returns a call that is over: its views only read. */
    static Call readOnly(Link link, Subject about) {
        var call = new Call(link, about.id(), about, false);
        call.state = CLOSED;
        return call;
    }

    String id() {
        return id;
    }

    Link link() {
        return link;
    }

    Subject subject() {
        return Objects.requireNonNull(about, "the call shows nothing");
    }

    boolean isShared() {
        return isShared;
    }

    /** Begins, on the thread that calls the plugin. */
    void begin(Thread caller, long now) {
        startedAt = now;
        thread = caller;
    }

    long startedAt() {
        return startedAt;
    }

    @Nullable Thread thread() {
        return thread;
    }

    boolean isOpen() {
        return state == OPEN;
    }

    /** Ends the call in time; false when it was taken away. */
    boolean close() {
        return STATE.compareAndSet(this, OPEN, CLOSED);
    }

    /** Takes the call away; false when it has ended. */
    boolean expire() {
        return STATE.compareAndSet(this, OPEN, EXPIRED);
    }

    /** Says that the plugin's code has come back, in time or not. */
    void over() {
        isOver = true;
        thread = null;
    }

    boolean isOver() {
        return isOver;
    }

    /** Refuses to change anything once the call has ended. */
    void checkOpen() {
        if (state != OPEN) {
            throw new IllegalStateException(
                    "the call of " + link.name() + " has ended: nothing can be changed any more");
        }
    }

    /** Keeps a change. */
    void edit(Runnable edit) {
        checkOpen();
        var list = edits;
        if (list == null) {
            list = new ArrayList<>(4);
            edits = list;
        }
        list.add(edit);
    }

    /** Carries the changes out on the live objects; after {@link #close()} only. */
    void carryOut() {
        var list = edits;
        if (list != null) {
            edits = null;
            list.forEach(Runnable::run);
        }
    }

    boolean hasConnection() {
        return subject().connection() != null;
    }

    SmtpConnection connection() {
        var view = connection;
        if (view == null) {
            var live = subject().connection();
            if (live == null) {
                throw new IllegalArgumentException("there is no connection at " + link.at());
            }
            view = new ConnectionView(this, live);
            connection = view;
        }
        return view;
    }

    boolean hasTransaction() {
        return subject().transaction() != null;
    }

    Transaction transaction() {
        var view = transaction;
        if (view == null) {
            view = new TransactionView(this, liveTransaction());
            transaction = view;
        }
        return view;
    }

    Submission submission() {
        var view = submission;
        if (view == null) {
            if (!(subject().argument() instanceof LiveSubmission live)) {
                throw new IllegalArgumentException("there is no submission at " + link.at());
            }
            view = new SubmissionView(this, live);
            submission = view;
        }
        return view;
    }

    OutboundMail mail() {
        var view = mail;
        if (view == null) {
            view = new MailView(this, matter().mail());
            mail = view;
        }
        return view;
    }

    /** Returns what is asked about a queued mail. */
    MailMatter matter() {
        if (!(subject().argument() instanceof MailMatter matter)) {
            throw new IllegalArgumentException("there is no queued mail at " + link.at());
        }
        return matter;
    }

    Message message() {
        return messageView();
    }

    private MessageView messageView() {
        var view = message;
        if (view == null) {
            var live = subject().message();
            if (live == null) {
                throw new IllegalArgumentException("there is no message at " + link.at());
            }
            view = new MessageView(this, live);
            message = view;
        }
        return view;
    }

    /** Returns the header: the message's where there is one, else the fields that are to be merged into it. */
    Headers headers() {
        var view = headers;
        if (view == null) {
            var live = subject().message();
            if (live != null) {
                var whole = messageView();
                view = new HeadersView(this, live::headers, () -> whole.fork().headers(), false);
            } else {
                Supplier<LiveHeaders> fields =
                        () -> (LiveHeaders) liveTransaction().headers();
                view = new HeadersView(this, fields, () -> fields.get().fork(), true);
            }
            headers = view;
        }
        return view;
    }

    private Transaction liveTransaction() {
        var live = subject().transaction();
        if (live == null) {
            throw new IllegalArgumentException("there is no transaction at " + link.at());
        }
        return live;
    }
}
