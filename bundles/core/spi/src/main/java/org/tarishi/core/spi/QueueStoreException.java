package org.tarishi.core.spi;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;

/** Says why the queue did not take a mail or a change of one; nothing of it counts. Temporary, whatever the reason. */
public final class QueueStoreException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Makes one. */
    public QueueStoreException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Makes one that nothing else caused. */
    public QueueStoreException(Reason reason, String message) {
        this(reason, message, null);
    }

    /** Returns the reason. */
    public Reason reason() {
        return reason;
    }

    /** Returns how a client is answered; the message is for the log. */
    public Reply reply() {
        return reason.reply();
    }

    /** Why. */
    public enum Reason {
        /** The disk is full, or as many mails are queued as may be. */
        FULL(452, 1, "Not enough room in the queue, try again later"),
        /** The disk can be read only. */
        READ_ONLY(451, 0, "Mail can't be queued now, try again later"),
        /** Writing or forcing to disk fails. */
        FAILING(451, 0, "Mail can't be queued now, try again later"),
        /** The disk does not keep up. */
        BUSY(451, 2, "The queue is busy, try again later"),
        /** The store is stopped or being replaced. */
        CLOSED(451, 2, "The queue is being restarted, try again later"),
        /** The mail is not there, or not any more. */
        GONE(451, 0, "Mail can't be queued now, try again later");

        private final int code;
        private final int detail;
        private final String text;

        Reason(int code, int detail, String text) {
            this.code = code;
            this.detail = detail;
            this.text = text;
        }

        /** Returns how a client is answered. */
        public Reply reply() {
            return Reply.of(code, new EnhancedStatus(4, 3, detail), text);
        }
    }
}
