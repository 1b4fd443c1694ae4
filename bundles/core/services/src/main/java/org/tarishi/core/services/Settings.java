package org.tarishi.core.services;

import java.time.DateTimeException;
import java.time.Duration;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param backendWait how long a call waits for an absent backend
 * @param drainWait how long a leaving backend is kept for its calls
 */
@SettingsFor(Settings.PID)
record Settings(Duration backendWait, Duration drainWait) {

    static final String PID = "org.tarishi.core.services";

    Settings(Config config) {
        this(duration("backendWait", config.backendWait()), duration("drainWait", config.drainWait()));
    }

    Settings {
        within("backendWait", backendWait, Duration.ofMinutes(1));
        within("drainWait", drainWait, Duration.ofMinutes(11));
    }

    private static Duration duration(String key, String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeException e) {
            throw new InvalidSettingException(key, "want ISO-8601, such as PT5S: " + text);
        }
    }

    private static void within(String key, Duration value, Duration most) {
        if (value.isNegative() || value.compareTo(most) > 0) {
            throw new InvalidSettingException(key, "must be PT0S to " + most + ": " + value);
        }
    }
}
