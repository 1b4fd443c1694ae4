package org.tarishi.core.spi;

import java.time.Instant;
import java.util.Map;
import org.tarishi.api.config.Networks;

/**
 * A version of a plugin that is tried beside the one in force.
 *
 * <p>A session belongs to the trial or does not, from its beginning to its end: that depends on what does not change during a session
 * alone. One that began before the trial does not belong to it.
 *
 * @param bundleByPlugin the bundle id for each plugin id; one bundle
 * @param mode what the version is used for
 * @param percent how many of a hundred sessions belong to it, 0 to 100; of a canary
 * @param clients whose sessions belong to it besides; of a canary
 * @param since when it began
 */
public record PluginTrial(Map<String, Long> bundleByPlugin, Mode mode, int percent, Networks clients, Instant since) {

    private static final int WHOLE = 100;

    /** What a version on trial is used for. */
    public enum Mode {
        /** Answers those sessions that belong to the trial, in the place of the version in force. */
        CANARY,
        /** Sees all sessions, answers none. */
        SHADOW
    }

    /** Checks the percentage. */
    public PluginTrial {
        if (percent < 0 || percent > WHOLE) {
            throw new IllegalArgumentException("percent must be 0 to 100: " + percent);
        }
        bundleByPlugin = Map.copyOf(bundleByPlugin);
    }

    /** Tells whether a bundle is the one on trial. */
    public boolean isOf(long bundleId) {
        return bundleByPlugin.containsValue(bundleId);
    }
}
