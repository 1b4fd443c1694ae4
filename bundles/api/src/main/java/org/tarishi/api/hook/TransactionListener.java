package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Transaction;
import org.tarishi.api.TransactionOutcome;

/**
 * Watches transactions end.
 *
 * <p>Called after the fact on a thread of its own from a bounded queue, in order for each listener; what it throws is logged. The message is gone by then.
 */
@ConsumerType
@FunctionalInterface
public interface TransactionListener {

    /** Sees a transaction that has ended. */
    void ended(Transaction tx, TransactionOutcome outcome);
}
