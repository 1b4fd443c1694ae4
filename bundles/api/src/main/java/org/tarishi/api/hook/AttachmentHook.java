package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Transaction;
import org.tarishi.api.message.Attachment;

/**
 * Asked for each attachment of a complete message, before data_post.
 *
 * <p>No opinion: go on. Refusals are those of data_post. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface AttachmentHook {

    /** Answers whether a message with this part is wanted. */
    HookResult onAttachment(Transaction tx, Attachment attachment) throws Exception;
}
