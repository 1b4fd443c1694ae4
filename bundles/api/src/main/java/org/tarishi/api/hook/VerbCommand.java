package org.tarishi.api.hook;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;

/** One command for a {@link VerbHandler}. */
@ProviderType
public interface VerbCommand {

    /** Returns the connection. */
    SmtpConnection connection();

    /** Returns the transaction, if one is open. */
    Optional<Transaction> transaction();

    /** Returns the verb in upper case. */
    String verb();

    /** Returns what stands behind the verb and its blanks, without CRLF; may be empty. */
    String argument();
}
