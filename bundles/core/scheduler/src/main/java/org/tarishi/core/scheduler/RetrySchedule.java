package org.tarishi.core.scheduler;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.tarishi.api.config.InvalidSettingException;

/**
 * How long a mail waits after each attempt that failed for now; when the list ends, it is given up.
 *
 * @param waits at most 1,000, each from 5 s to 30 days
 */
record RetrySchedule(List<Duration> waits) {

    private static final int MOST = 1000;
    private static final Duration SHORTEST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofDays(30);
    private static final Pattern STEP = Pattern.compile("([0-9]{1,9})([smhd])(?:\\s*\\*\\s*([0-9]{1,4}))?");

    RetrySchedule {
        waits = List.copyOf(waits);
    }

    /**
     * Reads a schedule such as {@code 1m, 5m*2, 1h*3}; {@code none} is one that gives up at once.
     *
     * @param key the setting, which a complaint names
     */
    static RetrySchedule parse(String key, String text) {
        if (text.strip().equals("none")) {
            return new RetrySchedule(List.of());
        }
        var waits = new ArrayList<Duration>();
        for (var step : text.split(",", -1)) {
            var match = STEP.matcher(step.strip());
            if (!match.matches()) {
                throw new InvalidSettingException(key, "want none, or times such as 1m, 5m*2, 1h*3: " + text);
            }
            var wait =
                    Duration.ofSeconds(Math.multiplyExact(Long.parseLong(match.group(1)), unitSeconds(match.group(2))));
            if (wait.compareTo(SHORTEST) < 0 || wait.compareTo(LONGEST) > 0) {
                throw new InvalidSettingException(key, "a time must be 5s to 30d: " + step.strip());
            }
            int times = match.group(3) == null ? 1 : Integer.parseInt(match.group(3));
            if (times < 1 || waits.size() + times > MOST) {
                throw new InvalidSettingException(key, "must have 1 to " + MOST + " times: " + step.strip());
            }
            for (int i = 0; i < times; i++) {
                waits.add(wait);
            }
        }
        return new RetrySchedule(waits);
    }

    private static long unitSeconds(String unit) {
        return switch (unit) {
            case "s" -> 1;
            case "m" -> 60;
            case "h" -> 3600;
            default -> 86_400;
        };
    }

    /**
     * Returns how long to wait after so many failures, nothing when the mail is to be given up.
     *
     * <p>Mails that failed together would come together again and again; so each waits up to {@code jitter} percent more or less.
     *
     * @param failures how many attempts have failed, from 1
     */
    Optional<Duration> after(int failures, int jitter, RandomGenerator random) {
        if (failures > waits.size()) {
            return Optional.empty();
        }
        long millis = waits.get(failures - 1).toMillis();
        long spread = millis * jitter / 100;
        return Optional.of(Duration.ofMillis(spread == 0 ? millis : millis + random.nextLong(-spread, spread + 1)));
    }

    /** Returns how many attempts fail within a time when one follows the other as it should. */
    int attemptsWithin(Duration time) {
        var sum = Duration.ZERO;
        int attempts = 1;
        for (var wait : waits) {
            sum = sum.plus(wait);
            if (sum.compareTo(time) > 0) {
                break;
            }
            attempts++;
        }
        return attempts;
    }

    /** Returns the longest wait. */
    Duration longest() {
        return waits.stream().max(Duration::compareTo).orElse(Duration.ZERO);
    }
}
