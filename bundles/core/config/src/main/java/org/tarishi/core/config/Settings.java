package org.tarishi.core.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param history how many changes of a PID are kept
 * @param poll how often the folder is looked at
 */
@SettingsFor(Settings.PID)
record Settings(int history, Duration poll) {

    static final String PID = "org.tarishi.core.config";

    static final Settings DEFAULTS = new Settings(100, Duration.ofMillis(500));

    Settings(Config config) {
        this(config.history(), duration(config.poll()));
    }

    Settings {
        if (history < 1 || history > 10_000) {
            throw new InvalidSettingException("history", "want 1 to 10000, not " + history);
        }
        if (poll.compareTo(Duration.ofMillis(100)) < 0 || poll.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new InvalidSettingException("poll", "want PT0.1S to PT1M, not " + poll);
        }
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new InvalidSettingException("poll", "want ISO-8601, such as PT0.5S, not " + text);
        }
    }
}
