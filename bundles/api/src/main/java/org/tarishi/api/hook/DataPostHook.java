package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Transaction;
import org.tarishi.api.message.Message;

/**
 * Asked about a complete message, before its final reply.
 *
 * <p>No opinion: on to the queue; an OK ends the chain and goes on too. Refusals are 550 or 450, and the transaction ends. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface DataPostHook {

    /** Answers whether the message is wanted. */
    HookResult onDataPost(Transaction tx, Message message) throws Exception;
}
