package org.tarishi.core.spi;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Moment;

/**
 * Watches what plugins answer to one session; only a session that is tried out has one.
 *
 * <p>Called on the thread that the chain runs on, one call at a time, in the order of the calls, before the verdict. Must neither throw nor block for long.
 */
@ConsumerType
public interface Trace {

    /**
     * A hook was called, or was to be called.
     *
     * @param moment the moment of the hook: {@link Moment#DENY} for one that was asked about a refusal
     * @param plugin the plugin, with its part
     * @param nanos how long the call took, 0 where there was none
     */
    void heard(Moment moment, String plugin, Outcome outcome, long nanos);

    /** What came of it. */
    sealed interface Outcome {

        /**
         * An answer.
         *
         * @param answer as the hook gave it: {@link org.tarishi.api.hook.HookResult}, {@link org.tarishi.api.hook.RdnsResult}, {@link
         *     org.tarishi.api.hook.CommandResult}
         */
        record Answered(Object answer) implements Outcome {}

        /**
         * A fault, or a plugin that is not called for its faults.
         *
         * @param text what is wrong
         * @param isNoOpinion whether it counts as no opinion; if not, as a refusal for now
         */
        record Fault(String text, boolean isNoOpinion) implements Outcome {}

        /** Not called, because the transaction skips the plugin. */
        record Skipped() implements Outcome {}
    }
}
