package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.SmtpConnection;

/**
 * Asked for the client's name, before anything is said.
 *
 * <p>No opinion: the next plugin is asked, at last DNS. A refusal without disconnect leaves the client with one answer to every command until QUIT. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface RdnsHook {

    /** Answers with a name, with no opinion, or with a refusal. */
    RdnsResult onRdns(SmtpConnection connection) throws Exception;
}
