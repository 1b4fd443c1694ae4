package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.SmtpConnection;

/**
 * Asked for each QUIT.
 *
 * <p>RFC 5321 section 4.1.1.10 knows no refusal: 221 in any case. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface QuitHook {

    /** Sees a QUIT; the words of an OK replace the 221 reply. */
    HookResult onQuit(SmtpConnection connection, String argument) throws Exception;
}
