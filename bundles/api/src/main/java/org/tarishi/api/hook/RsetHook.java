package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.SmtpConnection;

/**
 * Asked for each RSET, after the transaction has ended.
 *
 * <p>RFC 5321 section 4.1.1.5 knows no refusal: 250 unless the answer disconnects. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface RsetHook {

    /** Sees a RSET; only a disconnect is heeded. */
    HookResult onRset(SmtpConnection connection, String argument) throws Exception;
}
