package org.tarishi.core.admin;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/** The checked form of {@link Config}: a bad value is refused by the name of its key. */
@SettingsFor("org.tarishi.core.admin")
record Settings(
        Set<String> hosts,
        Duration sessionIdle,
        Duration sessionLife,
        int sessions,
        int loginFailures,
        Duration loginDelay) {

    Settings {
        hosts = Set.copyOf(hosts);
        within("session.idle", sessionIdle, Duration.ofMinutes(1), Duration.ofHours(24));
        within("session.life", sessionLife, Duration.ofMinutes(1), Duration.ofDays(7));
        within("sessions", sessions, 10_000);
        within("login.failures", loginFailures, 100);
        within("login.delay", loginDelay, Duration.ofSeconds(1), Duration.ofHours(24));
    }

    Settings(Config config) {
        this(
                Arrays.stream(config.hosts()).map(Settings::host).collect(Collectors.toSet()),
                duration("session.idle", config.session_idle()),
                duration("session.life", config.session_life()),
                config.sessions(),
                config.login_failures(),
                duration("login.delay", config.login_delay()));
    }

    private static String host(String text) {
        return Authority.parse(text.strip())
                .filter(authority -> authority.port() < 0)
                .map(Authority::host)
                .orElseThrow(() -> new InvalidSettingException(
                        "hosts", "want host names without a port, such as console.example.com: '" + text + "'"));
    }

    private static Duration duration(String key, String text) {
        try {
            return Duration.parse(text.strip());
        } catch (DateTimeParseException e) {
            throw new InvalidSettingException(key, "want ISO-8601, such as PT30M: '" + text + "'");
        }
    }

    private static void within(String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new InvalidSettingException(key, "must be from " + least + " to " + most + ": " + value);
        }
    }

    private static void within(String key, int value, int most) {
        if (value < 1 || value > most) {
            throw new InvalidSettingException(key, "must be from 1 to " + most + ": " + value);
        }
    }
}
