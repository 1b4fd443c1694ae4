package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Transaction;
import org.tarishi.api.message.Message;

/**
 * Asked to take a message from a client that may relay.
 *
 * <p>An OK says that the message is safe. No opinion of all: the outbound queue takes it, 451 where there is none. Refusals are 550 or 450. Limits as with {@link QueueHook}.
 */
@ConsumerType
@FunctionalInterface
public interface QueueOutboundHook {

    /** Takes the message, or leaves it to the next. */
    HookResult onQueueOutbound(Transaction tx, Message message) throws Exception;
}
