package org.tarishi.api.hook;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Moment;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;

/** A refusal by a plugin. */
@ProviderType
public interface Denial {

    /** Returns the plugin that refused. */
    String plugin();

    /** Returns the part of the plugin, empty when it has one component only. */
    String part();

    /** Returns the moment. */
    Moment moment();

    /**
     * Returns what was refused: a {@link org.tarishi.api.Hello}, {@link org.tarishi.api.ReversePath} or
     * {@link org.tarishi.api.Recipient}, the argument of a command, nothing where the moment has none.
     */
    Optional<Object> argument();

    /** Returns the refusal. */
    HookResult.Refusal refusal();

    /** Returns the connection, nothing for mail that a program submitted. */
    Optional<SmtpConnection> connection();

    /** Returns the transaction, if one is open. */
    Optional<Transaction> transaction();
}
