package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.SmtpConnection;

/**
 * Watches connections come and go.
 *
 * <p>An instance that was told of a beginning is told of the end; one that came later hears of neither. Called after the fact on a thread of its own from a bounded queue, in order for each listener; what it throws is logged.
 */
@ConsumerType
public interface SessionListener {

    /** Sees a connection that has begun. */
    default void opened(SmtpConnection connection) {}

    /** Sees a connection that has ended, with its final counters and results. */
    default void closed(SmtpConnection connection) {}
}
