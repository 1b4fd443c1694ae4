package org.tarishi.core.delivery;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;
import org.tarishi.api.outbound.Route;

/**
 * The checked form of {@link Config}.
 *
 * @param smartHost the next hop of everything else; empty for none
 * @param routes next hops by domain; one that begins with a dot stands for all below it
 * @param connectTimeout how long connecting may take
 */
@SettingsFor(Settings.PID)
record Settings(List<Route> smartHost, Map<String, List<Route>> routes, Duration connectTimeout) {

    static final String PID = "org.tarishi.core.delivery";

    private static final int SMTP = 25;

    /** RFC 2033 leaves the port open; this is what Haraka and others take. */
    private static final int LMTP = 24;

    private static final int MOST_ROUTES = 100_000;
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    Settings(Config config) {
        this(
                config.smartHost().isBlank()
                        ? List.of()
                        : List.of(route("smartHost", config.smartHost().strip())),
                routes(config.routes()),
                duration(config.connectTimeout()));
    }

    Settings {
        smartHost = List.copyOf(smartHost);
        routes = Map.copyOf(routes);
        if (connectTimeout.compareTo(SHORTEST) < 0 || connectTimeout.compareTo(LONGEST) > 0) {
            throw new InvalidSettingException("connectTimeout", "must be PT1S to PT10M: " + connectTimeout);
        }
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text.strip());
        } catch (DateTimeException e) {
            throw new InvalidSettingException("connectTimeout", "want ISO-8601, such as PT30S: " + text);
        }
    }

    private static Map<String, List<Route>> routes(String[] lines) {
        var routes = new HashMap<String, List<Route>>();
        for (var line : lines) {
            if (line.isBlank()) {
                continue;
            }
            int equals = line.indexOf('=');
            if (equals < 1) {
                throw new InvalidSettingException("routes", "want DOMAIN = smtp://host:port: " + line);
            }
            var hops = List.of(line.substring(equals + 1).strip().split("\\s+", -1)).stream()
                    .map(hop -> route("routes", hop))
                    .toList();
            if (routes.put(domain(line.substring(0, equals).strip()), hops) != null) {
                throw new InvalidSettingException("routes", "is there twice: " + line);
            }
            if (routes.size() > MOST_ROUTES) {
                throw new InvalidSettingException("routes", "must be at most " + MOST_ROUTES + " lines");
            }
        }
        return routes;
    }

    private static String domain(String text) {
        if (text.equals("*")) {
            return ".";
        }
        try {
            return text.startsWith("*.") ? "." + ascii(text.substring(2)) : ascii(text);
        } catch (AddressSyntaxException e) {
            throw new InvalidSettingException("routes", "want a domain, *.domain, or *: " + text);
        }
    }

    private static String ascii(String text) {
        return Domain.parse(text).ascii().toLowerCase(Locale.ROOT);
    }

    private static Route route(String key, String text) {
        try {
            var uri = new URI(text.contains("://") ? text : "smtp://" + text);
            boolean isLmtp = "lmtp".equals(uri.getScheme());
            if ((isLmtp || "smtp".equals(uri.getScheme())) && uri.getUserInfo() == null && uri.getQuery() == null) {
                var host = uri.getHost();
                if (host == null) {
                    var path = uri.getPath();
                    if (uri.getAuthority() == null && path != null && path.length() > 1) {
                        return lmtp(Route.to(Path.of(path)), isLmtp);
                    }
                } else if (uri.getPath().isEmpty()) {
                    int port = uri.getPort() > 0 ? uri.getPort() : isLmtp ? LMTP : SMTP;
                    var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
                    return lmtp(Route.to(bare, port), isLmtp);
                }
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            // told below
        }
        throw new InvalidSettingException(key, "want smtp://host:port, lmtp://host:port or lmtp:///path: " + text);
    }

    private static Route lmtp(Route route, boolean isLmtp) {
        return isLmtp ? route.withLmtp() : route;
    }

    /** Returns the next hops of a domain in ASCII and lower case: the closest line's, else the smart host. */
    Optional<List<Route>> of(String domain) {
        var exact = routes.get(domain);
        if (exact != null) {
            return Optional.of(exact);
        }
        for (int dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
            var above = routes.get(domain.substring(dot));
            if (above != null) {
                return Optional.of(above);
            }
        }
        var all = routes.getOrDefault(".", smartHost);
        return all.isEmpty() ? Optional.empty() : Optional.of(all);
    }
}
