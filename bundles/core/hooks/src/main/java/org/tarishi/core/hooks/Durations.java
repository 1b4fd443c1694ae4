package org.tarishi.core.hooks;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.tarishi.api.config.InvalidSettingException;

/** Reads durations as operators write them: {@code 30s}, {@code 5m}, {@code 250ms}, {@code 2h}, or ISO-8601 such as {@code PT30S}. */
final class Durations {

    private static final Pattern SHORT = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");

    private Durations() {}

    /** Returns the duration, positive and at most 365 days; refuses anything else by the key. */
    static Duration parse(String key, String text) {
        Duration duration;
        var match = SHORT.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (match.matches()) {
            long amount = Long.parseLong(match.group(1));
            duration = switch (match.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        } else {
            try {
                duration = Duration.parse(text.strip());
            } catch (DateTimeException e) {
                throw new InvalidSettingException(key, "want a duration such as 30s, 5m or PT30S: " + text);
            }
        }
        if (!duration.isPositive() || duration.compareTo(Duration.ofDays(365)) > 0) {
            throw new InvalidSettingException(key, "must be more than nothing and at most 365 days: " + text);
        }
        return duration;
    }

    /** Returns the short form. */
    static String show(Duration duration) {
        if (duration.toMillisPart() != 0) {
            return duration.toMillis() + "ms";
        }
        long seconds = duration.toSeconds();
        return seconds % 60 == 0 && seconds > 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
