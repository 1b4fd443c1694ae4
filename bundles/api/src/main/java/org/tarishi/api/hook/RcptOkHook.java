package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Recipient;
import org.tarishi.api.Transaction;

/**
 * Asked for each recipient that a plugin, or relaying, has accepted.
 *
 * <p>No opinion: it stays. Refusals are 550 or 450. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface RcptOkHook {

    /** Answers whether an accepted recipient stays accepted. */
    HookResult onRcptOk(Transaction tx, Recipient recipient) throws Exception;
}
