package org.tarishi.api.outbound;

import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/** When a mail is tried again. */
@ProviderType
public sealed interface RetryDecision {

    /** Returns: when the schedule says. */
    static RetryDecision onSchedule() {
        return Fixed.ON_SCHEDULE;
    }

    /** Returns: after this time. */
    static RetryDecision in(Duration time) {
        return new In(time);
    }

    /** Returns: never, and tell nobody; the mail is gone, and the log says by whose word. */
    static RetryDecision drop() {
        return Fixed.DROP;
    }

    /** The answers without a value. */
    enum Fixed implements RetryDecision {
        /** When the schedule says. */
        ON_SCHEDULE,
        /** Never. */
        DROP
    }

    /**
     * At a time of the plugin's choice.
     *
     * @param time positive
     */
    record In(Duration time) implements RetryDecision {

        /** Refuses a time that is not positive. */
        public In {
            if (!time.isPositive()) {
                throw new IllegalArgumentException("a time to wait is positive: " + time);
            }
        }
    }
}
