package org.tarishi.core.dns;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param servers the resolvers to ask; empty for those of the system
 * @param trust which answers count as secure
 * @param timeout how long a look-up may take
 * @param tryTimeout how long a server may take
 * @param tries how often all servers are asked
 * @param maxQueries how many queries may be under way
 * @param cacheBytes how much is kept
 * @param maxTtl how long an answer is kept at most
 * @param maxNegativeTtl how long it is kept that there is nothing
 * @param maxAliases how many aliases are followed
 */
@SettingsFor(Settings.PID)
record Settings(
        List<InetSocketAddress> servers,
        Trust trust,
        Duration timeout,
        Duration tryTimeout,
        int tries,
        int maxQueries,
        int cacheBytes,
        Duration maxTtl,
        Duration maxNegativeTtl,
        int maxAliases) {

    static final String PID = "org.tarishi.core.dns";

    private static final int MOST_SERVERS = 8;

    /** Which answers count as secure. */
    enum Trust {
        /** None. */
        OFF,
        /** Those that a resolver on this machine says it has validated. */
        LOCAL,
        /** Those that are validated here. */
        VALIDATE
    }

    Settings(Config config) {
        this(
                Arrays.stream(config.servers()).map(Settings::server).toList(),
                trust(config.dnssec()),
                duration("timeout", config.timeout(), Duration.ofMillis(100), Duration.ofMinutes(1)),
                duration("tryTimeout", config.tryTimeout(), Duration.ofMillis(50), Duration.ofSeconds(30)),
                within("tries", config.tries(), 1, 10),
                within("maxQueries", config.maxQueries(), 1, 10_000),
                within("cacheBytes", config.cacheBytes(), 0, 1 << 30),
                duration("maxTtl", config.maxTtl(), Duration.ZERO, Duration.ofDays(7)),
                duration("maxNegativeTtl", config.maxNegativeTtl(), Duration.ZERO, Duration.ofDays(1)),
                within("maxAliases", config.maxAliases(), 0, 32));
    }

    Settings {
        servers = List.copyOf(servers);
        if (servers.size() > MOST_SERVERS) {
            throw new InvalidSettingException("servers", "want at most " + MOST_SERVERS);
        }
    }

    private static InetSocketAddress server(String text) {
        var host = text;
        int port = 53;
        int colon = text.lastIndexOf(':');
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            host = end < 0 ? "" : text.substring(1, end);
            var rest = text.substring(end + 1);
            port = rest.isEmpty() ? 53 : rest.startsWith(":") ? number(rest.substring(1)) : -1;
        } else if (colon >= 0 && text.indexOf(':') == colon) {
            host = text.substring(0, colon);
            port = number(text.substring(colon + 1));
        }
        try {
            if (port >= 1 && port <= 65535) {
                return new InetSocketAddress(InetAddress.ofLiteral(host), port);
            }
        } catch (IllegalArgumentException e) {
            // as below
        }
        throw new InvalidSettingException("servers", "want addresses, or ones with :PORT: " + text);
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static Trust trust(String text) {
        return switch (text) {
            case "off" -> Trust.OFF;
            case "trust-local" -> Trust.LOCAL;
            case "validate" -> Trust.VALIDATE;
            default -> throw new InvalidSettingException("dnssec", "must be off, trust-local or validate: " + text);
        };
    }

    private static Duration duration(String key, String text, Duration least, Duration most) {
        Duration duration;
        try {
            duration = Duration.parse(text);
        } catch (DateTimeException e) {
            throw new InvalidSettingException(key, "want ISO-8601, such as PT2S: " + text);
        }
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw new InvalidSettingException(key, "must be " + least + " to " + most + ": " + text);
        }
        return duration;
    }

    private static int within(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidSettingException(key, "must be " + least + " to " + most + ": " + value);
        }
        return value;
    }
}
