package org.tarishi.core.server;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.config.InvalidSettingException;

/** What {@link Config} says of AUTH, and what a listener says of it; see there. */
record AuthSettings(
        Use use,
        List<String> mechanisms,
        Networks withoutTls,
        boolean relays,
        int failures,
        Duration delay,
        Duration maxDelay,
        int failuresOfAddress,
        int failuresOfUser,
        Duration window,
        int maxLine,
        List<String> senders,
        boolean sendersInFrom) {

    /** RFC 4422 section 3.1. */
    private static final Pattern MECHANISM = Pattern.compile("[A-Z0-9_-]{1,20}");

    /** They have room in one line of the reply to EHLO. */
    private static final int MOST_MECHANISMS = 20;

    private static final Pattern TABLE = Pattern.compile("[A-Za-z][A-Za-z0-9+-]*:.+");

    /** What a listener has clients do. */
    enum Use {
        OFF,
        OFFERED,
        REQUIRED
    }

    AuthSettings(Config config) {
        this(
                Use.OFFERED,
                mechanisms(config.authMechanisms()),
                Networks.parse("authWithoutTls", config.authWithoutTls()),
                config.authRelays(),
                config.authFailures(),
                Settings.duration("authDelay", config.authDelay()),
                Settings.duration("authMaxDelay", config.authMaxDelay()),
                config.authFailuresOfAddress(),
                config.authFailuresOfUser(),
                Settings.duration("authWindow", config.authWindow()),
                config.maxAuthLine(),
                senders(config.senders()),
                config.sendersInFrom());
    }

    AuthSettings {
        mechanisms = List.copyOf(mechanisms);
        senders = List.copyOf(senders);
        Settings.within("authFailures", failures, 1, 1_000);
        Settings.within("authDelay", delay, Duration.ZERO, Duration.ofMinutes(1));
        Settings.within("authMaxDelay", maxDelay, Duration.ZERO, Duration.ofMinutes(5));
        Settings.within("authFailuresOfAddress", failuresOfAddress, 0, 1_000_000);
        Settings.within("authFailuresOfUser", failuresOfUser, 0, 1_000_000);
        Settings.within("authWindow", window, Duration.ofSeconds(1), Duration.ofDays(1));
        Settings.within("maxAuthLine", maxLine, 1_024, 24_576);
        if (sendersInFrom && senders.isEmpty()) {
            throw new InvalidSettingException("sendersInFrom", "true wants senders, which names no table");
        }
    }

    /** These settings, with what a listener has clients do; null for what its mode says. */
    AuthSettings with(@Nullable Use its) {
        return its == null || its == use
                ? this
                : new AuthSettings(
                        its,
                        mechanisms,
                        withoutTls,
                        relays,
                        failures,
                        delay,
                        maxDelay,
                        failuresOfAddress,
                        failuresOfUser,
                        window,
                        maxLine,
                        senders,
                        sendersInFrom);
    }

    /** How long the reply to this failure of a connection waits, the first being 1. */
    Duration delayOf(int failure) {
        // Behind thirty doublings anything is longer than the longest.
        var grown = delay.multipliedBy(1L << Math.min(failure - 1, 30));
        return grown.compareTo(maxDelay) > 0 ? maxDelay : grown;
    }

    /** Reads a listener's setting; null where the mode's default is the server's. */
    static @Nullable Use use(String text, String mode) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "" -> mode.strip().equalsIgnoreCase("submission") ? Use.REQUIRED : null;
            case "off" -> Use.OFF;
            case "offered" -> Use.OFFERED;
            case "required" -> Use.REQUIRED;
            default -> throw new InvalidSettingException("auth", "want off, offered, required or nothing: " + text);
        };
    }

    private static List<String> mechanisms(String... texts) {
        var names = new LinkedHashSet<String>();
        for (var text : texts) {
            var name = text.strip().toUpperCase(Locale.ROOT);
            if (name.isEmpty()) {
                continue;
            }
            if (!MECHANISM.matcher(name).matches()) {
                throw new InvalidSettingException("authMechanisms", "want names such as SCRAM-SHA-256: " + text);
            }
            if (!names.add(name)) {
                throw new InvalidSettingException("authMechanisms", "named twice: " + text);
            }
        }
        if (names.size() > MOST_MECHANISMS) {
            throw new InvalidSettingException("authMechanisms", "want at most " + MOST_MECHANISMS);
        }
        return List.copyOf(names);
    }

    private static List<String> senders(String... texts) {
        var names = new LinkedHashSet<String>();
        for (var text : texts) {
            var name = text.strip();
            if (!name.isEmpty()) {
                if (!TABLE.matcher(name).matches()) {
                    throw new InvalidSettingException("senders", "want tables such as file:senders: " + text);
                }
                names.add(name);
            }
        }
        return List.copyOf(names);
    }
}
