package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.SmtpConnection;

/**
 * Asked about a command whose verb neither the core nor a {@link VerbHandler} knows.
 *
 * <p>No opinion: 500. Refusals are 500, with disconnect 521 or 421. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface UnknownCommandHook {

    /** Answers a command that nobody knows. */
    CommandResult onUnknownCommand(SmtpConnection connection, String line) throws Exception;
}
