package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Recipient;
import org.tarishi.api.Transaction;

/**
 * Asked for each RCPT command that is well formed and in sequence.
 *
 * <p><b>No opinion of all: refused</b> with 550, unless the client may relay. Refusals are 550 or 450; the transaction goes on. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface RcptHook {

    /** Answers whether mail to this recipient is taken. */
    HookResult onRcpt(Transaction tx, Recipient recipient) throws Exception;
}
