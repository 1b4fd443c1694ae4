package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Transaction;

/**
 * Asked for each MAIL command that is well formed and in sequence.
 *
 * <p>No opinion: accepted. Refusals are 550 or 450, and the transaction ends. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface MailHook {

    /** Answers whether mail from this sender is wanted. */
    HookResult onMail(Transaction tx, ReversePath sender) throws Exception;
}
