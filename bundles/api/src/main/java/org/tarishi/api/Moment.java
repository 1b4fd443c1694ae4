package org.tarishi.api;

import java.util.Locale;
import java.util.Optional;

/**
 * Names a point in the life of a connection or a mail at which plugins are asked.
 *
 * <p>{@link #key()} is the word that operators write ({@code dns-list@connect} in the chain, {@code moment} in logs); it is
 * Haraka's name for the hook where Haraka has one.
 */
public enum Moment {
    /** The client's name is to be found from its address. */
    LOOKUP_RDNS,
    /** A client has connected, its name is known, nothing was said yet. */
    CONNECT,
    /** The client said HELO. */
    HELO,
    /** The client said EHLO, or LHLO on an LMTP listener. */
    EHLO,
    /** The answer to EHLO is being put together. */
    CAPABILITIES,
    /** A verb that the core does not know. */
    UNRECOGNIZED_COMMAND,
    /** RFC 4954 AUTH, one exchange. */
    AUTH,
    /** RFC 5321 section 4.1.1.2. */
    MAIL,
    /** RFC 5321 section 4.1.1.3. */
    RCPT,
    /** A recipient was accepted by a plugin, or by relaying. */
    RCPT_OK,
    /** RFC 5321 section 4.1.1.4, before the 354. */
    DATA,
    /** The bytes of the message are arriving. */
    BODY,
    /** One part of a complete message. */
    ATTACHMENT,
    /** The whole message is here, before its final reply. */
    DATA_POST,
    /** The message was larger than allowed. */
    MAX_DATA_EXCEEDED,
    /** A message from a client that may not relay wants a taker. */
    QUEUE,
    /** A message from a client that may relay wants a taker. */
    QUEUE_OUTBOUND,
    /** A taker has the message. */
    QUEUE_OK,
    /** A plugin refused something. */
    DENY,
    /** RFC 5321 section 4.1.1.6. */
    VRFY,
    /** RFC 5321 section 4.1.1.9. */
    NOOP,
    /** RFC 5321 section 4.1.1.5. */
    RSET,
    /** RFC 5321 section 4.1.1.10. */
    QUIT,
    /** A message is about to be written to the outbound queue. */
    PRE_SEND_TRANS_EMAIL,
    /** A queued mail's attempt begins. */
    SEND_EMAIL,
    /** The next hop of a queued mail is to be found. */
    GET_MX,
    /** An attempt failed for now. */
    DEFERRED,
    /** An attempt failed for good. */
    BOUNCE;

    private final String key = name().toLowerCase(Locale.ROOT);

    /** Returns the word for this moment in settings and logs, such as {@code data_post}. */
    public String key() {
        return key;
    }

    /** Returns the moment with this {@link #key()}, in any case, or nothing. */
    public static Optional<Moment> ofKey(String key) {
        var wanted = key.toLowerCase(Locale.ROOT);
        for (var moment : values()) {
            if (moment.key.equals(wanted)) {
                return Optional.of(moment);
            }
        }
        return Optional.empty();
    }
}
