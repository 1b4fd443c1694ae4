package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.SmtpConnection;

/**
 * Asked when a client has connected and its name is known, before the greeting.
 *
 * <p>No opinion: greeted. {@link HookResult#ok(String)} words replace the greeting. A refusal without disconnect leaves the client with one answer to every command until QUIT (554 or 421). Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface ConnectHook {

    /** Answers whether this client is welcome. */
    HookResult onConnect(SmtpConnection connection) throws Exception;
}
