package org.tarishi.api.log;

import org.osgi.annotation.versioning.ConsumerType;

/** Watches the log. Called off the writer's thread from a bounded queue; lines that do not fit are counted and dropped. */
@ConsumerType
@FunctionalInterface
public interface LogListener {

    /**
     * Sees one line.
     *
     * @return whether the listener takes the line for its own, so that standard output leaves it out
     */
    boolean record(LogRecord line);
}
