package org.tarishi.api.outbound;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Notes;
import org.tarishi.api.Recipients;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Transaction;
import org.tarishi.api.message.Message;

/** A message that is about to be queued, whole, before it is split into mails. */
@ProviderType
public interface Submission {

    /** Returns the id; the mails get a dot and a number behind it. */
    String id();

    /** Returns the sender. */
    ReversePath sender();

    /** Puts another sender in place. */
    void replaceSender(ReversePath sender);

    /** Returns the recipients. */
    Recipients recipients();

    /** Returns the message; changes go into every mail. */
    Message message();

    /** Returns the notes that travel into every mail. */
    Notes notes();

    /** Returns the transaction that it comes from, nothing for mail that a program made. */
    Optional<Transaction> transaction();

    /** Returns a word for where it comes from: {@code smtp}, or what a program said. */
    String origin();
}
