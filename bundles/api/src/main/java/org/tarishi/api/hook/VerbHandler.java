package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Carries out the commands of one verb, named by {@link SmtpVerb}.
 *
 * <p>The only hook that may say who the client really is ({@link CommandResult#newClient}). The instance that was there at EHLO is asked; if it has left since, the client gets 451. No opinion: 500. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface VerbHandler {

    /** Carries out a command. */
    CommandResult onVerb(VerbCommand command) throws Exception;
}
