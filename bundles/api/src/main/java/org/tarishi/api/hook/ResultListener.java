package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Watches what plugins, and the core, write into {@link org.tarishi.api.Results}.
 *
 * <p>Called after the fact on a thread of its own from a bounded queue, in order for each listener; what it throws is logged.
 */
@ConsumerType
@FunctionalInterface
public interface ResultListener {

    /** Sees one entry. */
    void result(ResultEvent event);
}
