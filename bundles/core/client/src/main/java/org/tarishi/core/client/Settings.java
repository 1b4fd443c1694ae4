package org.tarishi.core.client;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import org.tarishi.api.MailHost;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param heloName empty for this host's name
 */
@SettingsFor(Settings.PID)
record Settings(
        String heloName,
        Duration greetingTimeout,
        Duration heloTimeout,
        Duration tlsTimeout,
        Duration brokenTlsTime,
        Duration mailTimeout,
        Duration rcptTimeout,
        Duration dataTimeout,
        Duration blockTimeout,
        Duration finalDotTimeout,
        Duration transactionTimeout,
        int maxConnections,
        int maxIdlePerRoute,
        Duration idleTime,
        int maxMessagesPerConnection,
        int maxReplyLine,
        int maxReplyLines,
        int maxReplyBytes,
        boolean authWithoutTls,
        boolean convertEightBit) {

    static final String PID = "org.tarishi.core.client";

    private static final Duration LONGEST = Duration.ofDays(1);

    Settings(Config config) {
        this(
                config.heloName(),
                duration("greetingTimeout", config.greetingTimeout()),
                duration("heloTimeout", config.heloTimeout()),
                duration("tlsTimeout", config.tlsTimeout()),
                brokenTlsTime(config.brokenTlsTime()),
                duration("mailTimeout", config.mailTimeout()),
                duration("rcptTimeout", config.rcptTimeout()),
                duration("dataTimeout", config.dataTimeout()),
                duration("blockTimeout", config.blockTimeout()),
                duration("finalDotTimeout", config.finalDotTimeout()),
                duration("transactionTimeout", config.transactionTimeout()),
                config.maxConnections(),
                config.maxIdlePerRoute(),
                duration("idleTime", config.idleTime()),
                config.maxMessagesPerConnection(),
                config.maxReplyLine(),
                config.maxReplyLines(),
                config.maxReplyBytes(),
                config.authWithoutTls(),
                config.convertEightBit());
    }

    Settings {
        if (!heloName.isEmpty()) {
            try {
                MailHost.parse(heloName);
            } catch (IllegalArgumentException e) {
                throw new InvalidSettingException(
                        "heloName", "want a domain, an address in brackets, or nothing: " + heloName);
            }
        }
        range("maxConnections", maxConnections, 1, 10_000);
        range("maxIdlePerRoute", maxIdlePerRoute, 0, 10_000);
        range("maxMessagesPerConnection", maxMessagesPerConnection, 1, Integer.MAX_VALUE);
        range("maxReplyLine", maxReplyLine, 512, 65_536);
        range("maxReplyLines", maxReplyLines, 10, 100);
        range("maxReplyBytes", maxReplyBytes, 512, 1_048_576);
    }

    private static Duration duration(String key, String text) {
        Duration duration;
        try {
            duration = Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new InvalidSettingException(key, "want ISO-8601, such as PT5M: " + text);
        }
        if (!duration.isPositive() || duration.compareTo(LONGEST) > 0) {
            throw new InvalidSettingException(key, "must be positive and at most P1D: " + text);
        }
        return duration;
    }

    /** Zero remembers nothing. */
    private static Duration brokenTlsTime(String text) {
        return text.strip().equals("PT0S") ? Duration.ZERO : duration("brokenTlsTime", text);
    }

    private static void range(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidSettingException(
                    key,
                    most == Integer.MAX_VALUE
                            ? "must be at least " + least + ": " + value
                            : "must be " + least + " to " + most + ": " + value);
        }
    }
}
