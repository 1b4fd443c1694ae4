package org.tarishi.core.tables;

import java.time.DateTimeException;
import java.time.Duration;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param checkEvery how often files are looked at
 * @param maxFileBytes the most bytes of a file
 * @param maxPatterns the most patterns of a table
 * @param regexSteps how many characters a look-up in patterns may look at
 */
@SettingsFor(Settings.PID)
record Settings(Duration checkEvery, int maxFileBytes, int maxPatterns, int regexSteps) {

    static final String PID = "org.tarishi.core.tables";

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(1);

    Settings(Config config) {
        this(duration(config.checkEvery()), config.maxFileBytes(), config.maxPatterns(), config.regexSteps());
    }

    Settings {
        if (checkEvery.compareTo(SHORTEST) < 0 || checkEvery.compareTo(LONGEST) > 0) {
            throw new InvalidSettingException("checkEvery", "must be PT0.1S to PT1H: " + checkEvery);
        }
        within("maxFileBytes", maxFileBytes, 1, 1 << 30);
        within("maxPatterns", maxPatterns, 1, 100_000);
        within("regexSteps", regexSteps, 1000, 100_000_000);
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeException e) {
            throw new InvalidSettingException("checkEvery", "want ISO-8601, such as PT1S: " + text);
        }
    }

    private static void within(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidSettingException(key, "must be " + least + " to " + most + ": " + value);
        }
    }
}
