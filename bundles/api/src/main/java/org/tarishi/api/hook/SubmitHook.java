package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.outbound.Submission;

/**
 * Asked once a message, before it is split and written to the outbound queue.
 *
 * <p>No opinion and OK: queued. Refusals are 550 or 450, or the failure of {@link org.tarishi.api.service.Mailer}. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface SubmitHook {

    /** Answers whether the message is queued. */
    HookResult onSubmit(Submission submission) throws Exception;
}
