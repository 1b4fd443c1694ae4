package org.tarishi.core.spi;

import java.time.Instant;
import java.util.List;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;

/**
 * A mail in the queue, without its message.
 *
 * @param number its number
 * @param message the number of the message that it shares with the mails split from it
 * @param id its id: that of the submission, a dot, a number
 * @param submission the id of the submission
 * @param sender the sender with the parameters of MAIL
 * @param domain the destination in ASCII
 * @param recipients all recipients with the parameters of RCPT; {@link MailState#recipients()} tells which are still to be reached
 * @param origin a word for where it comes from
 * @param queuedAt when it was taken, to the millisecond
 * @param size the bytes of the message
 * @param state what changes
 */
public record QueuedMail(
        long number,
        long message,
        String id,
        String submission,
        ReversePath sender,
        String domain,
        List<Recipient> recipients,
        String origin,
        Instant queuedAt,
        long size,
        MailState state) {

    /** Copies what could change. */
    public QueuedMail {
        recipients = List.copyOf(recipients);
    }
}
