package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.SmtpConnection;

/**
 * Asked for each VRFY.
 *
 * <p>No opinion: 252. OK: 250. Refusals are 550 or 450. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface VrfyHook {

    /** Answers whether the address is one of ours. */
    HookResult onVrfy(SmtpConnection connection, String argument) throws Exception;
}
