package org.tarishi.core.spi;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;

/**
 * A message for the queue, with the mails that were made of it.
 *
 * @param id the id of the submission: that of the transaction
 * @param sender the sender with the parameters of MAIL, which are kept
 * @param message the message as it is to be sent
 * @param notes what travels with the mails, by name
 * @param origin a word for where it comes from
 * @param queuedAt when it was taken
 * @param isOwed whether a mail of the queue goes when this one has come, as with a notification: then it is taken although as much is queued as
 *     may be, for otherwise the queue could not become emptier
 * @param mails at least one
 */
public record NewMessage(
        String id,
        ReversePath sender,
        LiveMessage message,
        Map<String, StoredNote> notes,
        String origin,
        Instant queuedAt,
        boolean isOwed,
        List<Mail> mails) {

    /** Copies what could change. */
    public NewMessage {
        notes = Map.copyOf(notes);
        mails = List.copyOf(mails);
        if (mails.isEmpty()) {
            throw new IllegalArgumentException("a message without mails");
        }
    }

    /**
     * One mail.
     *
     * @param id its id: that of the submission, a dot, a number
     * @param domain its destination in ASCII, {@link org.tarishi.api.MailHost#ascii}
     * @param recipients at least one, with the parameters of RCPT, which are kept
     * @param state where it begins; its recipients all {@link RecipientState#PENDING}
     */
    public record Mail(String id, String domain, List<Recipient> recipients, MailState state) {

        /** Copies what could change. */
        public Mail {
            recipients = List.copyOf(recipients);
            if (recipients.isEmpty() || recipients.size() != state.recipients().size()) {
                throw new IllegalArgumentException("want a state for each of " + recipients.size() + " recipients");
            }
        }
    }
}
