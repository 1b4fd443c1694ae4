package org.tarishi.core.delivery;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.outbound.RouteTls;

/** What the operator says of the TLS of single destinations: by the recipient's domain, or by the next hop's name. Immutable. */
final class TlsTable {

    private static final String KEY = "tlsPolicies";
    private static final String CERTIFICATE = "certificate=";
    private static final int MOST = 100_000;

    private final Map<String, RouteTls> lines = new HashMap<>();

    private TlsTable() {}

    /** Reads the lines; a bad one is refused by the key {@code tlsPolicies}. */
    static TlsTable parse(String... lines) {
        var table = new TlsTable();
        for (var line : lines) {
            if (!line.isBlank()) {
                table.add(line.strip());
            }
        }
        return table;
    }

    private void add(String line) {
        int equals = line.indexOf('=');
        if (equals < 1) {
            throw new InvalidSettingException(KEY, "want DOMAIN = none, opportunistic, require or verify: " + line);
        }
        var words = line.substring(equals + 1).strip().split("\\s+", -1);
        var tls = level(KEY, words[0]);
        if (words.length > 2 || (words.length == 2 && !words[1].startsWith(CERTIFICATE))) {
            throw new InvalidSettingException(KEY, "want certificate=NAME behind the level, or nothing: " + line);
        }
        if (words.length == 2) {
            tls = tls.withCertificate(words[1].substring(CERTIFICATE.length()));
        }
        var whom = RouteTable.domain(KEY, line.substring(0, equals).strip());
        if (lines.put(whom, tls.withReason("table")) != null) {
            throw new InvalidSettingException(KEY, "is there twice: " + line);
        }
        if (lines.size() > MOST) {
            throw new InvalidSettingException(KEY, "must be at most " + MOST + " lines");
        }
    }

    /** Reads a level. */
    static RouteTls level(String key, String word) {
        return switch (word.strip().toLowerCase(Locale.ROOT)) {
            case "none" -> RouteTls.NONE;
            case "opportunistic" -> RouteTls.OPPORTUNISTIC;
            case "require" -> RouteTls.REQUIRED;
            case "verify" -> RouteTls.VERIFIED;
            default -> throw new InvalidSettingException(key, "want none, opportunistic, require or verify: " + word);
        };
    }

    /** Finds what is said of a destination; the closest line of its domain counts before that of the host. */
    Optional<RouteTls> of(String domain, String host) {
        return RouteTable.closest(lines, domain)
                .or(() -> RouteTable.closest(lines, host.toLowerCase(Locale.ROOT)))
                .or(() -> Optional.ofNullable(lines.get(".")));
    }
}
