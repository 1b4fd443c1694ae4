package org.tarishi.core.scheduler;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param policy what the dispatcher goes by
 * @param retries what is read from {@code retrySchedule}
 * @param jitter percent
 * @param expiry how old a mail becomes
 * @param delayNotice when a sender is told of a delay; nothing for never
 * @param keepDoubleBounces how long they are kept; nothing for not at all
 * @param received the text of the field; empty for none
 * @param hostname empty for what the system calls this host
 * @param longestHold nothing for not at all
 * @param events a file's name; empty for none
 */
@SettingsFor(Settings.PID)
record Settings(
        Policy policy,
        RetrySchedule retries,
        int jitter,
        Duration expiry,
        Duration delayNotice,
        Duration keepDoubleBounces,
        boolean alwaysSplit,
        String received,
        String hostname,
        int maxHops,
        Duration longestHold,
        boolean priorities,
        Duration drain,
        String events,
        long eventBytes,
        int eventFiles) {

    static final String PID = "org.tarishi.core.scheduler";

    private static final int MOST_RULES = 10_000;
    private static final int LONGEST_RECEIVED = 100;
    private static final Duration NEVER = Duration.ZERO;

    Settings(Config config) {
        this(
                policy(config),
                RetrySchedule.parse("retrySchedule", config.retrySchedule()),
                within("jitter", config.jitter(), 0, 50),
                duration("expiry", config.expiry(), Duration.ofMinutes(1), Duration.ofDays(365)),
                orNever("delayNotice", config.delayNotice(), Duration.ofMinutes(1), Duration.ofDays(30)),
                orNever("keepDoubleBounces", config.keepDoubleBounces(), Duration.ofSeconds(1), Duration.ofDays(90)),
                config.alwaysSplit(),
                received(config.received()),
                hostname(config.hostname()),
                within("maxHops", config.maxHops(), 10, 1000),
                orNever("longestHold", config.longestHold(), Duration.ofSeconds(1), Duration.ofDays(365)),
                config.priorities(),
                duration("drain", config.drain(), NEVER, Duration.ofMinutes(10)),
                events(config.events()),
                within("eventBytes", config.eventBytes(), 65_536, 10_737_418_240L),
                within("eventFiles", config.eventFiles(), 1, 1000));
    }

    private static Policy policy(Config config) {
        int attempts = within("maxAttempts", config.maxAttempts(), 1, 100_000);
        var rest = duration("rest", config.rest(), Duration.ofSeconds(1), Duration.ofDays(1));
        var longest = duration("longestRest", config.longestRest(), Duration.ofSeconds(1), Duration.ofDays(1));
        if (longest.compareTo(rest) < 0) {
            throw new InvalidSettingException("longestRest", "must not be less than rest: " + longest);
        }
        return new Policy(
                config.deliver(),
                attempts,
                attempts * within("reserve", config.reserve(), 0, 90) / 100,
                within("slowStart", config.slowStart(), 1, 1000),
                within("restAfter", config.restAfter(), 1, 1000),
                rest,
                longest,
                rules(config.limits()));
    }

    private static List<LimitRule> rules(String[] lines) {
        var rules = new ArrayList<LimitRule>();
        for (var line : lines) {
            if (line.isBlank()) {
                continue;
            }
            var rule = LimitRule.parse("limits", line);
            for (var other : rules) {
                if (other.scope() == rule.scope()
                        && other.pattern().toString().equals(rule.pattern().toString())) {
                    throw new InvalidSettingException("limits", "is there twice: " + line);
                }
            }
            rules.add(rule);
            if (rules.size() > MOST_RULES) {
                throw new InvalidSettingException("limits", "must be at most " + MOST_RULES + " lines");
            }
        }
        return rules;
    }

    private static String received(String text) {
        var stripped = text.strip();
        if (stripped.equals("disabled")) {
            return "";
        }
        if (stripped.isEmpty()
                || stripped.length() > LONGEST_RECEIVED
                || stripped.chars().anyMatch(c -> c < ' ' || c > '~' || c == '(' || c == ')' || c == '\\')) {
            throw new InvalidSettingException(
                    "received",
                    "want ASCII without parentheses, at most " + LONGEST_RECEIVED + ", or disabled: " + text);
        }
        return stripped;
    }

    private static String hostname(String text) {
        if (text.isBlank()) {
            return "";
        }
        try {
            return Domain.parse(text.strip()).ascii();
        } catch (AddressSyntaxException e) {
            throw new InvalidSettingException("hostname", "want a domain: " + text);
        }
    }

    private static String events(String text) {
        var name = text.strip();
        if (!name.isEmpty() && !name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
            throw new InvalidSettingException("events", "want the name of a file, without a folder: " + text);
        }
        return name;
    }

    private static Duration orNever(String key, String text, Duration least, Duration most) {
        var value = parse(key, text);
        return value.isZero() ? NEVER : checked(key, value, least, most);
    }

    private static Duration duration(String key, String text, Duration least, Duration most) {
        return checked(key, parse(key, text), least, most);
    }

    private static Duration checked(String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new InvalidSettingException(key, "must be " + least + " to " + most + ": " + value);
        }
        return value;
    }

    private static Duration parse(String key, String text) {
        try {
            return Duration.parse(text.strip());
        } catch (DateTimeException e) {
            throw new InvalidSettingException(key, "want ISO-8601, such as PT1M: " + text);
        }
    }

    private static int within(String key, int value, int least, int most) {
        return (int) within(key, (long) value, least, most);
    }

    private static long within(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new InvalidSettingException(key, "must be " + least + " to " + most + ": " + value);
        }
        return value;
    }
}
