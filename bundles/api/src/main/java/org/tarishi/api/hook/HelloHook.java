package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Hello;
import org.tarishi.api.SmtpConnection;

/**
 * Asked for each HELO, EHLO and LHLO that is well formed.
 *
 * <p>No opinion: 250. Refusals are 550 or 450, and the hello is forgotten. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface HelloHook {

    /** Answers whether this hello will do. */
    HookResult onHello(SmtpConnection connection, Hello hello) throws Exception;
}
