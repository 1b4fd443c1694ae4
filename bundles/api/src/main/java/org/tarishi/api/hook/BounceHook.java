package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.outbound.BounceDecision;
import org.tarishi.api.outbound.Failure;
import org.tarishi.api.outbound.OutboundMail;

/**
 * Asked when a mail has failed for good.
 *
 * <p>{@link BounceDecision#notifySender()} is no opinion. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface BounceHook {

    /** Decides whether the sender is told. */
    BounceDecision onBounce(OutboundMail mail, Failure failure) throws Exception;
}
