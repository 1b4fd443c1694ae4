package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Transaction;

/**
 * Asked for DATA (and the first BDAT), when there is a recipient.
 *
 * <p>No opinion: 354. Refusals are 554 or 451, and the transaction ends. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface DataHook {

    /** Answers whether the message may be sent. */
    HookResult onData(Transaction tx) throws Exception;
}
