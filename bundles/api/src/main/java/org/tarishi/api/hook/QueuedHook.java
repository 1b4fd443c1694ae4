package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Transaction;

/**
 * Asked when a message has a taker, before the client hears of it.
 *
 * <p>The message is accepted whatever is answered: refusals are logged and ignored. The id is the taker's, or the transaction's. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface QueuedHook {

    /** Sees a message that has a taker; the words of an OK replace the 250 reply. */
    HookResult onQueued(Transaction tx, String queueId) throws Exception;
}
