package org.tarishi.core.hooks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Moment;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link ChainConfig}.
 *
 * @param limits by name, or name, at sign and moment
 * @param onFault by name
 */
@SettingsFor(ChainConfig.PID)
record ChainSettings(
        List<Entry> plugins,
        boolean strict,
        Set<String> trusted,
        Duration swapWait,
        Duration drain,
        Map<String, Duration> limits,
        Map<String, OnFault> onFault,
        int breakerFaults,
        Duration breakerWindow,
        Duration breakerPause,
        Duration stuckAfter,
        int mostCarriers,
        int listenerQueue) {

    private static final Pattern ENTRY = Pattern.compile("([A-Za-z0-9][A-Za-z0-9._/-]*)(\\?)?(?:@([A-Za-z_]+))?(\\?)?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]*");

    /**
     * One line of the order.
     *
     * @param name the plugin's id, or a name that Haraka has for it
     * @param moment the one moment that it places, null for all that have no line of their own
     * @param isOptional whether mail is taken without it
     */
    record Entry(String name, @Nullable Moment moment, boolean isOptional) {

        @Override
        public String toString() {
            return name + (moment == null ? "" : "@" + moment.key()) + (isOptional ? "?" : "");
        }
    }

    /** Reads what is written. */
    ChainSettings(ChainConfig config) {
        this(
                entries(config.plugins()),
                config.strict(),
                names("trusted", config.trusted()),
                Durations.parse("swapWait", config.swapWait()),
                Durations.parse("drain", config.drain()),
                limits(config.limits()),
                faults(config.onFault()),
                config.breakerFaults(),
                Durations.parse("breakerWindow", config.breakerWindow()),
                Durations.parse("breakerPause", config.breakerPause()),
                Durations.parse("stuckAfter", config.stuckAfter()),
                config.mostCarriers(),
                config.listenerQueue());
    }

    /** Refuses what can't be, by its key. */
    ChainSettings {
        plugins = List.copyOf(plugins);
        trusted = Set.copyOf(trusted);
        limits = Map.copyOf(limits);
        onFault = Map.copyOf(onFault);
        inRange("breakerFaults", breakerFaults, 1000);
        inRange("mostCarriers", mostCarriers, 1024);
        inRange("listenerQueue", listenerQueue, 1_000_000);
    }

    /** Returns how long a plugin may take at a moment, in nanoseconds; {@link Long#MAX_VALUE} for as long as it likes. */
    long limitNanos(Collection<String> names, Moment moment) {
        for (var name : names) {
            var limit = limits.get(name + "@" + moment.key());
            if (limit == null) {
                limit = limits.get(name);
            }
            if (limit != null) {
                return limit.toNanos();
            }
        }
        return switch (moment) {
            case QUEUE, QUEUE_OUTBOUND -> Duration.ofMinutes(11).toNanos();
            case SEND_EMAIL -> Long.MAX_VALUE;
            default -> Duration.ofSeconds(30).toNanos();
        };
    }

    /** Tells whether the operator has set how long a plugin may take at a moment. */
    boolean hasLimit(Collection<String> names, Moment moment) {
        return names.stream()
                .anyMatch(name -> limits.containsKey(name) || limits.containsKey(name + "@" + moment.key()));
    }

    /** Tells whether the operator has set what a plugin's fault counts as. */
    boolean hasOnFault(Collection<String> names) {
        return names.stream().anyMatch(onFault::containsKey);
    }

    /** Returns what a plugin's fault counts as. */
    OnFault onFaultOf(Collection<String> names) {
        for (var name : names) {
            var answer = onFault.get(name);
            if (answer != null) {
                return answer;
            }
        }
        return OnFault.DENYSOFT;
    }

    /** Tells whether the promises of a plugin are believed. */
    boolean trusts(Collection<String> names) {
        return names.stream().anyMatch(trusted::contains);
    }

    private static List<Entry> entries(String[] lines) {
        var entries = new ArrayList<Entry>();
        var seen = new HashSet<String>();
        for (var line : lines) {
            var text = line.strip();
            if (text.isEmpty()) {
                continue;
            }
            var match = ENTRY.matcher(text);
            if (!match.matches()) {
                throw new InvalidSettingException("plugins", "want name, name? or name@moment: " + text);
            }
            var word = match.group(3);
            var moment = word == null ? null : moment("plugins", word);
            var entry = new Entry(match.group(1), moment, match.group(2) != null || match.group(4) != null);
            if (!seen.add(entry.name() + "@" + word)) {
                throw new InvalidSettingException("plugins", "is listed twice: " + text);
            }
            entries.add(entry);
        }
        return entries;
    }

    private static Set<String> names(String key, String[] lines) {
        var names = new HashSet<String>();
        for (var line : lines) {
            if (!line.isBlank()) {
                names.add(name(key, line.strip()));
            }
        }
        return names;
    }

    private static Map<String, Duration> limits(String[] lines) {
        var limits = new HashMap<String, Duration>();
        for (var line : lines) {
            if (line.isBlank()) {
                continue;
            }
            var pair = pair("limits", line, "plugin=duration or plugin@moment=duration");
            int at = pair[0].indexOf('@');
            var name = name("limits", at < 0 ? pair[0] : pair[0].substring(0, at));
            var key = at < 0
                    ? name
                    : name + "@" + moment("limits", pair[0].substring(at + 1)).key();
            if (limits.put(key, Durations.parse("limits", pair[1])) != null) {
                throw new InvalidSettingException("limits", "is there twice: " + key);
            }
        }
        return limits;
    }

    private static Map<String, OnFault> faults(String[] lines) {
        var answers = new HashMap<String, OnFault>();
        for (var line : lines) {
            if (line.isBlank()) {
                continue;
            }
            var pair = pair("onFault", line, "plugin=DENYSOFT or plugin=CONTINUE");
            OnFault answer;
            try {
                answer = OnFault.valueOf(pair[1].toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new InvalidSettingException("onFault", "want plugin=DENYSOFT or plugin=CONTINUE: " + line);
            }
            if (answers.put(name("onFault", pair[0]), answer) != null) {
                throw new InvalidSettingException("onFault", "is there twice: " + pair[0]);
            }
        }
        return answers;
    }

    private static String[] pair(String key, String line, String wanted) {
        int equals = line.indexOf('=');
        if (equals < 1) {
            throw new InvalidSettingException(key, "want " + wanted + ": " + line);
        }
        return new String[] {
            line.substring(0, equals).strip(), line.substring(equals + 1).strip()
        };
    }

    private static String name(String key, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidSettingException(key, "want a plugin's name: " + name);
        }
        return name;
    }

    private static Moment moment(String key, String word) {
        return Moment.ofKey(word).orElseThrow(() -> new InvalidSettingException(key, "is no moment: " + word));
    }

    private static void inRange(String key, int value, int most) {
        if (value < 1 || value > most) {
            throw new InvalidSettingException(key, "must be 1 to " + most + ": " + value);
        }
    }
}
