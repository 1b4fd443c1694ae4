package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.MailHost;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;

/**
 * Asked for the next hop of a queued mail.
 *
 * <p>No opinion of all: DNS. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface RouteHook {

    /** Answers where the mail goes next. */
    MxResult onRoute(OutboundMail mail, MailHost domain) throws Exception;
}
