package org.tarishi.api.outbound;

import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/** Whether an attempt is made. */
@ProviderType
public sealed interface SendDecision {

    /** Returns: make it. */
    static SendDecision now() {
        return Now.INSTANCE;
    }

    /** Returns: ask again after this time; no failure is counted. */
    static SendDecision delay(Duration time) {
        return new Delay(time);
    }

    /** Make it. */
    enum Now implements SendDecision {
        /** The only one. */
        INSTANCE
    }

    /**
     * Not yet.
     *
     * @param time positive
     */
    record Delay(Duration time) implements SendDecision {

        /** Refuses a time that is not positive. */
        public Delay {
            if (!time.isPositive()) {
                throw new IllegalArgumentException("a delay is positive: " + time);
            }
        }
    }
}
