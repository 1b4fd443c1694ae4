package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Transaction;
import org.tarishi.api.message.Message;

/**
 * Asked to take a message from a client that may not relay.
 *
 * <p>An OK says that the message is safe: the client gets 250 and forgets it. No opinion of all: 451. Refusals are 550 or 450. Runs on a virtual thread, limit 11 minutes; a call that takes longer counts as outcome unknown, and the client gets 451.
 */
@ConsumerType
@FunctionalInterface
public interface QueueHook {

    /** Takes the message, or leaves it to the next. */
    HookResult onQueue(Transaction tx, Message message) throws Exception;
}
