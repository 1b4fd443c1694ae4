package org.tarishi.core.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Reply;

/**
 * Tells failures of delivery apart by what is to be done about them: a mailbox that does not exist from one that is full, a bad reputation
 * from a rate that was too high. The rules stand in a file that operators may change, and with them the names; those below are what the
 * shipped rules know. Any thread; never blocks.
 */
@ProviderType
public interface FailureClasses {

    /** There is no such mailbox, or it is disabled. */
    String BAD_MAILBOX = "bad-mailbox";

    /** There is no such domain, or it takes no mail. */
    String BAD_DOMAIN = "bad-domain";

    /** The mailbox is full. */
    String FULL = "full";

    /** A rule of the other side, about sender, recipient or list. */
    String POLICY = "policy";

    /** SPF, DKIM, DMARC, ARC or a reverse name is missing or wrong. */
    String AUTHENTICATION = "authentication";

    /** The sending address or domain is listed, or has a bad name. */
    String REPUTATION = "reputation";

    /** The message is taken for spam. */
    String SPAM = "spam";

    /** The message is taken for a danger: a virus, a type of attachment, a link. */
    String CONTENT = "content";

    /** The message is too big. */
    String SIZE = "size";

    /** The other side relays no mail for us, or wants a login. */
    String RELAY = "relay";

    /** Too many messages, recipients or connections in a time: slower is the remedy. */
    String RATE = "rate";

    /** The other side asks to come again later, whoever comes for the first time. */
    String GREYLIST = "greylist";

    /** Names could not be looked up. */
    String DNS = "dns";

    /** TLS is missing, broken, or not as a policy demands. */
    String TLS = "tls";

    /** Something was not done in its time, or the mail became too old. */
    String TIMEOUT = "timeout";

    /** No connection, or it broke. */
    String NETWORK = "network";

    /** The mail goes in a circle. */
    String LOOP = "loop";

    /** The other side, or the mail, is not up to the protocol. */
    String PROTOCOL = "protocol";

    /** The other side is out of order for now. */
    String SYSTEM = "system";

    /** None of the rules fits. */
    String OTHER = "other";

    /**
     * Returns the class of a failure, {@link #OTHER} where no rule fits.
     *
     * @param reply what was said, or what this server says in place of a peer that said nothing
     * @param host the name of the next hop that said it, or was tried; null where there was none
     */
    String classify(Reply reply, @Nullable String host);
}
