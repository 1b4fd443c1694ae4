package org.tarishi.core.spi;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;

/**
 * Composes delivery status notifications: what tells a sender what became of a mail (RFC 3461, 3464, 6522, 6533). It composes and sends
 * nothing. Any thread; blocks while it reads the original.
 */
@ProviderType
public interface DsnComposer {

    /**
     * Composes one notification on recipients of one mail, whatever became of each.
     *
     * <p>Reports that the sender did not ask for are left out, by NOTIFY of each recipient (RFC 3461 section 4.1): without it failures
     * and delays are told; with it what it names. Successes are told only when asked for. Nothing comes out when no report is left, or
     * the sender is null (RFC 5321 section 6.1: nobody is told of what became of a notification).
     *
     * <p>The original is read once here, for what must be known beforehand, and again each time the notification is opened. What a
     * client or peer said can do no harm in it: it is cleaned and cut to a length.
     *
     * @param mail the mail
     * @param reports what became of its recipients, in the order in which they shall stand
     * @return the notification, or nothing when nobody is to be told
     * @throws IOException when the original can't be read; nothing was composed
     */
    Optional<Notification> compose(Mail mail, List<Report> reports) throws IOException;

    /** What became of a recipient: the field Action (RFC 3464 section 2.3.3). */
    enum Action {
        /** Given up; the recipient will not get the mail by this host's hand. */
        FAILED,
        /** Not yet delivered, and still tried. */
        DELAYED,
        /** In the recipient's mailbox: what an LMTP server, or a plugin of this host, took. */
        DELIVERED,
        /** Taken by a host that will send no notification, because it offers no DSN: the last that is heard of it. */
        RELAYED,
        /** Delivered, and passed on to more than one other address. */
        EXPANDED
    }

    /**
     * A mail that is reported on.
     *
     * @param id its id in the queue, which stands in the notification for whoever searches the log
     * @param sender the sender, with RET and ENVID in its parameters as they came
     * @param arrived when this host took it
     * @param receivedFrom the name that the client gave in EHLO, null where it came from no client
     * @param content the message: header and body, CRLF line ends, not dot-stuffed
     */
    record Mail(
            String id,
            ReversePath sender,
            Instant arrived,
            @Nullable String receivedFrom,
            Content content) {}

    /** Opens a message; as often as asked, the same bytes each time. */
    @FunctionalInterface
    interface Content {

        /** Opens it from its beginning. */
        InputStream open() throws IOException;
    }

    /**
     * What became of one recipient.
     *
     * @param recipient the recipient, with NOTIFY and ORCPT in its parameters as they came
     * @param action what became of it
     * @param status the status that the report gives: that of the last reply as a rule, {@code 4.4.7} for a mail that was too old
     * @param reason why, for people, in one line, without the reply; such as "The mail could not be delivered within 3 days."
     * @param remote the next hop that was tried last, null where none was reached
     * @param lastAttempt when it was tried last, null where it never was
     * @param retryUntil until when it will be tried, for {@link Action#DELAYED}; null where that is not known
     */
    record Report(
            Recipient recipient,
            Action action,
            EnhancedStatus status,
            String reason,
            @Nullable Remote remote,
            @Nullable Instant lastAttempt,
            @Nullable Instant retryUntil) {}

    /**
     * A next hop.
     *
     * @param host its name, or its address in brackets; a Unix domain socket is none: say {@code localhost}
     * @param reply what it said of the recipient or the message, null where it said nothing of use, as when the connection broke
     */
    record Remote(String host, @Nullable Reply reply) {}

    /** A notification, ready to be queued. Valid as long as the content that it was composed of. */
    @ProviderType
    interface Notification {

        /** Returns the null sender, with the parameters that the message calls for: {@code BODY=8BITMIME}, {@code SMTPUTF8}. */
        ReversePath sender();

        /** Returns the sender of the original, with {@code NOTIFY=NEVER} (RFC 3461 section 6.1). */
        Recipient recipient();

        /** Returns the reports that it tells. */
        List<Report> reports();

        /** Returns its Message-ID, without the angle brackets, for the log. */
        String messageId();

        /** Returns the bytes of {@link #open}. */
        long size();

        /**
         * Opens the message: header and body, CRLF line ends, not dot-stuffed. As often as asked, the same bytes each time; the original
         * is opened and read along the way, and never held whole in memory. Closing it closes the original.
         */
        InputStream open() throws IOException;
    }
}
