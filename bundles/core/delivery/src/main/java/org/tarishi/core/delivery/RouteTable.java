package org.tarishi.core.delivery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.MailHost;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;

/** The static routes: by the recipient's domain, by who has logged in, by the sender. Immutable. */
final class RouteTable {

    private static final String KEY = "routes";
    private static final int MOST = 100_000;

    /** Of a line for every domain. */
    private static final String EVERY = ".";

    private static final String WANT =
            "want DOMAIN, *.DOMAIN, *, user:NAME or from:ADDRESS, an equals sign, and next hops: ";

    private final Map<String, Way> byDomain = new HashMap<>();
    private final Map<String, Way> byUser = new HashMap<>();
    private final Map<String, Way> bySender = new HashMap<>();
    private final Map<String, List<Source>> pools;

    private RouteTable(Map<String, List<Source>> pools) {
        this.pools = pools;
    }

    /** Reads the lines; one that is no route is refused by the key {@code routes}. */
    static RouteTable parse(Map<String, List<Source>> pools, String... lines) {
        var table = new RouteTable(pools);
        int count = 0;
        for (var line : lines) {
            if (!line.isBlank()) {
                table.add(line.strip());
                if (++count > MOST) {
                    throw new InvalidSettingException(KEY, "must be at most " + MOST + " lines");
                }
            }
        }
        return table;
    }

    private void add(String line) {
        int equals = line.indexOf('=');
        if (equals < 1) {
            throw new InvalidSettingException(KEY, WANT + line);
        }
        var whom = line.substring(0, equals).strip();
        var way = way(line.substring(equals + 1).strip());
        Way before;
        if (whom.startsWith("user:")) {
            before = byUser.put(whom.substring(5).strip(), way);
        } else if (whom.startsWith("from:")) {
            before = bySender.put(sender(whom.substring(5).strip()), way);
        } else {
            before = byDomain.put(domain(KEY, whom), way);
        }
        if (before != null) {
            throw new InvalidSettingException(KEY, "is there twice: " + line);
        }
    }

    private Way way(String text) {
        var hops = new ArrayList<Route>();
        var options = new HashMap<String, String>();
        boolean isByDns = false;
        for (var word : text.split("\\s+", -1)) {
            int equals = word.indexOf('=');
            if (word.equals("mx")) {
                isByDns = true;
            } else if (equals > 0 && !word.contains("://")) {
                if (options.put(word.substring(0, equals), word.substring(equals + 1)) != null) {
                    throw new InvalidSettingException(KEY, "is there twice: " + word);
                }
            } else {
                hops.add(NextHop.parse(KEY, word));
            }
        }
        if (isByDns != hops.isEmpty()) {
            throw new InvalidSettingException(KEY, "want next hops, or mx for those of DNS: " + text);
        }
        var tls = tls(options.remove("tls"), options.remove("certificate"));
        var sources = sources(options.remove("pool"), options.remove("bind"), options.remove("helo"));
        if (!options.isEmpty()) {
            throw new InvalidSettingException(
                    KEY,
                    "want tls, certificate, bind, helo or pool: "
                            + options.keySet().iterator().next());
        }
        if (isByDns && tls != null) {
            throw new InvalidSettingException(
                    KEY, "what holds of hosts that DNS knows is said in tlsPolicies: " + text);
        }
        return new Way(hops.stream().map(hop -> with(hop, tls)).toList(), sources);
    }

    private static @Nullable RouteTls tls(@Nullable String level, @Nullable String certificate) {
        if (level == null && certificate == null) {
            return null;
        }
        var tls = TlsTable.level(KEY, level == null ? "opportunistic" : level);
        return (certificate == null ? tls : tls.withCertificate(certificate)).withReason("route");
    }

    private static Route with(Route hop, @Nullable RouteTls tls) {
        if (tls == null) {
            return hop;
        }
        if (hop.socket().isPresent()) {
            throw new InvalidSettingException(KEY, "a Unix domain socket has no TLS: " + hop);
        }
        boolean isAtOnce = hop.tls().map(RouteTls::isAtOnce).orElse(false);
        if (isAtOnce && tls.level() == RouteTls.Level.NONE) {
            throw new InvalidSettingException(KEY, "smtps is TLS: " + hop);
        }
        return hop.withTls(isAtOnce ? tls.atOnce() : tls);
    }

    private List<Source> sources(@Nullable String pool, @Nullable String bind, @Nullable String helo) {
        if (pool != null) {
            var found = pools.get(pool);
            if (found == null || bind != null || helo != null) {
                throw new InvalidSettingException(
                        KEY, found == null ? "no such pool: " + pool : "want a pool, or bind and helo: " + pool);
            }
            return found;
        }
        return List.of(new Source(
                Optional.ofNullable(bind).map(text -> Source.address(KEY, text)),
                Optional.ofNullable(helo).map(text -> Source.name(KEY, text)),
                Optional.empty()));
    }

    /** A domain in ASCII and lower case; with a dot in front what is below it; a dot alone for all. */
    static String domain(String key, String text) {
        if (text.equals("*")) {
            return EVERY;
        }
        try {
            if (text.startsWith("*.")) {
                return "." + Domain.parse(text.substring(2)).ascii().toLowerCase(Locale.ROOT);
            }
            return MailHost.parse(text).ascii().toLowerCase(Locale.ROOT);
        } catch (AddressSyntaxException e) {
            throw new InvalidSettingException(key, "want a domain, *.domain, or *: " + text);
        }
    }

    private static String sender(String text) {
        int at = text.lastIndexOf('@');
        if (text.equals("<>")) {
            return "";
        }
        if (at < 0) {
            throw new InvalidSettingException(KEY, "want from:user@domain, from:@domain or from:<>: " + text);
        }
        return text.substring(0, at) + "@" + domain(KEY, text.substring(at + 1));
    }

    /**
     * Finds the way of a mail: the closest line of its domain holds, else that of the user, else the sender's, else the line for all.
     *
     * @param domain in ASCII and lower case
     * @param sender local part as it is, an at sign, the domain in ASCII and lower case; empty for the null sender
     */
    Optional<Way> of(String domain, Optional<String> user, String sender) {
        return closest(byDomain, domain)
                .or(() -> user.map(byUser::get))
                .or(() -> Optional.ofNullable(bySender.get(sender)))
                .or(() -> Optional.ofNullable(bySender.get(sender.substring(Math.max(0, sender.lastIndexOf('@'))))))
                .or(() -> Optional.ofNullable(byDomain.get(EVERY)));
    }

    /** Finds the line of a domain that fits closest, that for all left out. */
    static <T> Optional<T> closest(Map<String, T> lines, String domain) {
        var exact = lines.get(domain);
        if (exact != null) {
            return Optional.of(exact);
        }
        for (int dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
            var above = lines.get(domain.substring(dot));
            if (above != null && dot + 1 < domain.length()) {
                return Optional.of(above);
            }
        }
        return Optional.empty();
    }
}
