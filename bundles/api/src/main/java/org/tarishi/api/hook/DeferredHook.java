package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.outbound.Deferral;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.RetryDecision;

/**
 * Asked when an attempt has failed for now.
 *
 * <p>{@link RetryDecision#onSchedule()} is no opinion. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface DeferredHook {

    /** Decides when the mail is tried again. */
    RetryDecision onDeferred(OutboundMail mail, Deferral deferral) throws Exception;
}
