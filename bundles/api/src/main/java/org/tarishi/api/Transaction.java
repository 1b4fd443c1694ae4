package org.tarishi.api;

import java.time.Instant;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.message.Headers;

/**
 * A mail transaction, from MAIL to its end, as a plugin sees it.
 *
 * <p>What a hook changes is seen by others when its call has returned; a call that faults or comes back late changes nothing, and
 * after the call changing throws {@link IllegalStateException}. One thread at a time.
 */
@ProviderType
public interface Transaction {

    /** Returns the id: the connection's, a dot, a number from 1. */
    String id();

    /** Returns the connection. */
    SmtpConnection connection();

    /** Returns when MAIL was given. */
    Instant startedAt();

    /** Returns the sender. */
    ReversePath sender();

    /** Puts another sender in place, for what follows and for the mail that is made of this. */
    void replaceSender(ReversePath sender);

    /** Returns the accepted recipients. */
    Recipients recipients();

    /** Returns how many recipients were tried, refused ones included. */
    int recipientsTried();

    /**
     * Returns the header fields: before DATA those that plugins have added so far, merged into the message when it has arrived; from
     * then on the message's.
     */
    Headers headers();

    /** Returns how many bytes the message has, 0 before DATA; the client's bytes, without dot-stuffing. */
    long size();

    /** Tells whether mail of this transaction may go anywhere. */
    boolean isRelaying();

    /** Lets mail of this transaction, and of no other, go anywhere. */
    void grantRelaying(String reason);

    /** Returns the plugins that are not asked any more. */
    Set<String> skippedPlugins();

    /** Leaves a plugin out of the rest of this transaction. */
    void skipPlugin(String plugin);

    /** Tells whether the body will not be kept. */
    boolean isDiscarding();

    /** Reads the message without keeping its body; for what only looks at it as it arrives. */
    void discardBody();

    /** Returns the notes; those with a codec travel into every mail that is made of this transaction. */
    Notes notes();

    /** Returns the results. */
    Results results();

    /** Returns the parts of Authentication-Results of this message; those of the connection come first in the field. */
    AuthResults authResults();
}
