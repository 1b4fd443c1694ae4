package org.tarishi.core.delivery;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.Networks;
import org.tarishi.api.config.SettingsFor;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;

/**
 * The checked form of {@link Config}.
 *
 * @param smartHost the next hop of everything else
 * @param smartHostUser whom to log in as there
 * @param smartHostPasswordFile where the password lies
 * @param routes the static routes
 * @param isByDns whether DNS says where the rest goes
 * @param port the port of hosts that DNS names
 * @param preference which of their addresses come first
 * @param maxAddresses how many of them are tried
 * @param isLocalMxAllowed whether this host and private addresses are among them
 * @param ownNames this host's names, in ASCII and lower case
 * @param ownAddresses this host's addresses beside those of its interfaces
 * @param tls what holds where nothing says more
 * @param tlsTable what is said of single destinations
 * @param isDaneUsed whether TLSA records count
 * @param isStsUsed whether MTA-STS counts
 * @param stsPort the port of the web servers of policies
 * @param stsAuthorities the file of those who vouch for the web servers of policies
 * @param connectTimeout how long connecting may take
 */
@SettingsFor(Settings.PID)
record Settings(
        Optional<Route> smartHost,
        String smartHostUser,
        Optional<Path> smartHostPasswordFile,
        RouteTable routes,
        boolean isByDns,
        int port,
        AddressPreference preference,
        int maxAddresses,
        boolean isLocalMxAllowed,
        Set<String> ownNames,
        Networks ownAddresses,
        RouteTls tls,
        TlsTable tlsTable,
        boolean isDaneUsed,
        boolean isStsUsed,
        int stsPort,
        Optional<Path> stsAuthorities,
        Duration connectTimeout) {

    static final String PID = "org.tarishi.core.delivery";

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    Settings(Config config) {
        this(
                config.smartHost().isBlank()
                        ? Optional.empty()
                        : Optional.of(
                                NextHop.parse("smartHost", config.smartHost().strip())),
                config.smartHostUser().strip(),
                path("smartHostPasswordFile", config.smartHostPasswordFile().strip()),
                RouteTable.parse(pools(config.pools()), config.routes()),
                config.dns(),
                config.port(),
                AddressPreference.parse("addressPreference", config.addressPreference()),
                config.maxAddresses(),
                config.localMx(),
                names(config.ownNames()),
                Networks.parse("ownAddresses", config.ownAddresses()),
                TlsTable.level("tls", config.tls()).withReason("default"),
                TlsTable.parse(config.tlsPolicies()),
                config.dane(),
                config.mtaSts(),
                config.mtaStsPort(),
                path("mtaStsAuthorities", config.mtaStsAuthorities().strip()),
                duration(config.connectTimeout()));
    }

    Settings {
        ownNames = Set.copyOf(ownNames);
        checkPort("port", port);
        checkPort("mtaStsPort", stsPort);
        if (maxAddresses < 1 || maxAddresses > 100) {
            throw new InvalidSettingException("maxAddresses", "must be 1 to 100: " + maxAddresses);
        }
        if (connectTimeout.compareTo(SHORTEST) < 0 || connectTimeout.compareTo(LONGEST) > 0) {
            throw new InvalidSettingException("connectTimeout", "must be PT1S to PT10M: " + connectTimeout);
        }
        if (smartHostUser.isEmpty() != smartHostPasswordFile.isEmpty()) {
            throw new InvalidSettingException(
                    smartHostUser.isEmpty() ? "smartHostPasswordFile" : "smartHostUser",
                    "want smartHostUser and smartHostPasswordFile, or neither");
        }
    }

    private static void checkPort(String key, int port) {
        if (port < 1 || port > 65535) {
            throw new InvalidSettingException(key, "must be 1 to 65535: " + port);
        }
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text.strip());
        } catch (DateTimeException e) {
            throw new InvalidSettingException("connectTimeout", "want ISO-8601, such as PT30S: " + text);
        }
    }

    private static Optional<Path> path(String key, String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            throw new InvalidSettingException(key, "not a path: " + text);
        }
    }

    private static Set<String> names(String... texts) {
        return Stream.of(texts)
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .map(Settings::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String name(String text) {
        try {
            return Domain.parse(text).ascii().toLowerCase(Locale.ROOT);
        } catch (AddressSyntaxException e) {
            throw new InvalidSettingException("ownNames", "want domains: " + text);
        }
    }

    private static Map<String, List<Source>> pools(String... lines) {
        var pools = new HashMap<String, List<Source>>();
        for (var line : lines) {
            if (line.isBlank()) {
                continue;
            }
            int equals = line.indexOf('=');
            var name = equals < 1 ? "" : line.substring(0, equals).strip();
            var text = line.substring(equals + 1).strip();
            if (name.isEmpty() || text.isEmpty()) {
                throw new InvalidSettingException("pools", "want NAME = ADDRESS/EHLO-NAME ...: " + line);
            }
            var sources = Stream.of(text.split("\\s+", -1))
                    .map(word -> Source.parse("pools", name, word))
                    .toList();
            if (pools.put(name, sources) != null) {
                throw new InvalidSettingException("pools", "is there twice: " + line);
            }
        }
        return pools;
    }

    /** Returns what TLS is to be spoken where neither a plugin, nor a route, nor the domain itself says it. */
    RouteTls tls(String domain, String host) {
        return tlsTable.of(domain, host).orElse(tls);
    }
}
