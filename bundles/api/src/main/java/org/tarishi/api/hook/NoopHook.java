package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.SmtpConnection;

/**
 * Asked for each NOOP.
 *
 * <p>No opinion: 250. Refusals are 500 or 450. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface NoopHook {

    /** Answers a NOOP. */
    HookResult onNoop(SmtpConnection connection, String argument) throws Exception;
}
