package org.tarishi.api.hook;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Transaction;

/**
 * Asked after DATA whether the plugin wants the bytes of the message as they arrive.
 *
 * <p>The consumer has a virtual thread of its own behind a bounded hand-off; a slow one slows the client down.
 */
@ConsumerType
@FunctionalInterface
public interface BodyHook {

    /** Returns what shall be fed this message, or nothing. */
    Optional<BodyConsumer> onBody(Transaction tx) throws Exception;
}
