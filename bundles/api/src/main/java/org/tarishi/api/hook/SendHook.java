package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.SendDecision;

/**
 * Asked when an attempt to deliver a queued mail is due.
 *
 * <p>{@link SendDecision#now()} is no opinion. A delay puts the mail back without counting a failure. No time limit: holding a call holds the mail.
 */
@ConsumerType
@FunctionalInterface
public interface SendHook {

    /** Decides whether the attempt is made now. */
    SendDecision onSend(OutboundMail mail) throws Exception;
}
