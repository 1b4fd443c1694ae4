package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Transaction;

/**
 * Asked when a message has turned out larger than allowed.
 *
 * <p>It is refused in any case: no opinion and OK with 552, a refusal with the plugin's words. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface TooBigHook {

    /** Answers how a message is refused that is larger than allowed. */
    HookResult onTooBig(Transaction tx) throws Exception;
}
