package org.tarishi.core.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What one listener says otherwise than {@link Settings}; null where it says nothing. */
record ListenerLimits(
        @Nullable Long maxBytes,
        @Nullable Integer maxSessionsPerAddress,
        @Nullable Integer maxSessionsPerNetwork,
        @Nullable Duration greetingDelay,
        @Nullable Integer maxErrors,
        @Nullable Integer maxRecipients,
        @Nullable Integer maxTransactions,
        @Nullable Duration commandTimeout,
        @Nullable Duration dataTimeout,
        @Nullable Integer minDataRate,
        @Nullable Duration messageTimeout,
        @Nullable Duration sessionTimeout,
        AuthSettings.@Nullable Use auth) {

    static final ListenerLimits NONE =
            new ListenerLimits(null, null, null, null, null, null, null, null, null, null, null, null, null);

    ListenerLimits(ListenerConfig config) {
        this(
                number("maxMessageBytes", config.maxMessageBytes(), -1, 0, Long.MAX_VALUE),
                number("maxSessionsPerAddress", config.maxSessionsPerAddress(), 0, 1, 1_000_000),
                number("maxSessionsPerNetwork", config.maxSessionsPerNetwork(), 0, 1, 1_000_000),
                duration("greetingDelay", config.greetingDelay(), Duration.ZERO, Duration.ofMinutes(1)),
                number("maxErrors", config.maxErrors(), 0, 1, 100_000),
                number("maxRecipients", config.maxRecipients(), 0, 100, 1_000_000),
                number("maxTransactions", config.maxTransactions(), 0, 1, 100_000_000),
                duration("commandTimeout", config.commandTimeout(), Duration.ofSeconds(1), Duration.ofHours(24)),
                duration("dataTimeout", config.dataTimeout(), Duration.ofSeconds(1), Duration.ofHours(24)),
                number("minDataRate", config.minDataRate(), -1, 0, 1_000_000),
                duration("messageTimeout", config.messageTimeout(), Duration.ofSeconds(1), Duration.ofDays(7)),
                duration("sessionTimeout", config.sessionTimeout(), Duration.ofSeconds(1), Duration.ofDays(30)),
                AuthSettings.use(config.auth(), config.mode()));
    }

    /** These, with what clients do about AUTH; null for what the server says. */
    ListenerLimits with(AuthSettings.@Nullable Use use) {
        return new ListenerLimits(
                maxBytes,
                maxSessionsPerAddress,
                maxSessionsPerNetwork,
                greetingDelay,
                maxErrors,
                maxRecipients,
                maxTransactions,
                commandTimeout,
                dataTimeout,
                minDataRate,
                messageTimeout,
                sessionTimeout,
                use);
    }

    private static @Nullable Long number(String key, long value, long none, long least, long most) {
        if (value == none) {
            return null;
        }
        Settings.within(key, value, least, most);
        return value;
    }

    private static @Nullable Integer number(String key, int value, int none, int least, int most) {
        if (value == none) {
            return null;
        }
        Settings.within(key, value, least, most);
        return value;
    }

    private static @Nullable Duration duration(String key, String text, Duration least, Duration most) {
        if (text.isBlank()) {
            return null;
        }
        var value = Settings.duration(key, text);
        Settings.within(key, value, least, most);
        return value;
    }
}
