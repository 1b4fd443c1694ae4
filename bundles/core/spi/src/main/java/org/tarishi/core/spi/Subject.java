package org.tarishi.core.spi;

import org.jspecify.annotations.Nullable;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;

/**
 * What plugins are asked about: the caller's live objects.
 *
 * @param connection the connection
 * @param transaction the transaction, from MAIL to its end
 * @param message the message, from data_post to its taker
 * @param argument what the moment is about: Hello, ReversePath, Recipient, Capabilities, a command's argument, a queue id
 * @param trace who watches the plugins' answers; null for nobody
 */
public record Subject(
        SmtpConnection connection,
        @Nullable Transaction transaction,
        @Nullable LiveMessage message,
        @Nullable Object argument,
        @Nullable Trace trace) {

    /** Makes one whose answers nobody watches. */
    public Subject(
            SmtpConnection connection,
            @Nullable Transaction transaction,
            @Nullable LiveMessage message,
            @Nullable Object argument) {
        this(connection, transaction, message, argument, null);
    }
}
