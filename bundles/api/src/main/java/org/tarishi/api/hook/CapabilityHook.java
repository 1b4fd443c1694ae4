package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.SmtpConnection;

/**
 * Asked what more to offer, for each EHLO and LHLO that was accepted.
 *
 * <p>What is offered holds until the next hello. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface CapabilityHook {

    /** Adds lines to the EHLO reply. */
    void onCapabilities(SmtpConnection connection, Capabilities capabilities) throws Exception;
}
