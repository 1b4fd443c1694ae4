package org.tarishi.core.spi;

import org.jspecify.annotations.Nullable;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.outbound.OutboundMail;

/**
 * What plugins are asked about: the caller's live objects.
 *
 * @param connection the connection; null for mail that a program made, and for queued mail
 * @param transaction the transaction, from MAIL to its end
 * @param message the message, from data_post to its taker
 * @param argument what the moment is about: Hello, ReversePath, Recipient, Capabilities, a command's argument, a queue id, a {@link
 *     LiveSubmission}, a {@link MailMatter}
 * @param trace who watches the plugins' answers; null for nobody
 */
public record Subject(
        @Nullable SmtpConnection connection,
        @Nullable Transaction transaction,
        @Nullable LiveMessage message,
        @Nullable Object argument,
        @Nullable Trace trace) {

    /** Makes one whose answers nobody watches. */
    public Subject(
            @Nullable SmtpConnection connection,
            @Nullable Transaction transaction,
            @Nullable LiveMessage message,
            @Nullable Object argument) {
        this(connection, transaction, message, argument, null);
    }

    /** Returns a message that is about to be queued. */
    public static Subject of(LiveSubmission submission) {
        var tx = submission.transaction().orElse(null);
        return new Subject(tx == null ? null : tx.connection(), tx, submission.message(), submission);
    }

    /** Returns a queued mail, and what has become of it. */
    public static Subject of(OutboundMail mail, @Nullable Object about) {
        return new Subject(null, null, null, new MailMatter(mail, about));
    }

    /** Returns the id that stands in the log: the transaction's, else that of the mail, else the connection's. */
    public String id() {
        if (transaction != null) {
            return transaction.id();
        }
        return switch (argument) {
            case MailMatter(var mail, var _) -> mail.id();
            case LiveSubmission submission -> submission.id();
            case null, default -> connection == null ? "" : connection.id();
        };
    }
}
