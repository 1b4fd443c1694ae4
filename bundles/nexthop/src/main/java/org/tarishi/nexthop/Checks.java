package org.tarishi.nexthop;

import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tarishi.api.MailHost;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.outbound.RouteTls;

/** Reads settings that plugins with next hops have in common; what is wrong is refused by its key. */
public final class Checks {

    private static final Pattern TABLE = Pattern.compile("[A-Za-z][A-Za-z0-9+-]*:.+");
    private static final Pattern IN_MEMORY = Pattern.compile("(?i)(inline|file|regex):.*");

    private Checks() {}

    /** Reads a time, from the shortest to the longest. */
    public static Duration duration(String key, String text, Duration shortest, Duration longest) {
        var duration = parsed(key, text);
        if (duration.compareTo(shortest) < 0 || duration.compareTo(longest) > 0) {
            throw new InvalidSettingException(key, "must be " + shortest + " to " + longest + ": " + text);
        }
        return duration;
    }

    private static Duration parsed(String key, String text) {
        try {
            return Duration.parse(text.strip());
        } catch (DateTimeException e) {
            throw new InvalidSettingException(key, "want ISO-8601, such as PT30S: " + text);
        }
    }

    /** Reads how long connecting may take: more than nothing, at most ten minutes. */
    public static Duration connectTimeout(String key, String text) {
        var duration = parsed(key, text);
        if (!duration.isPositive() || duration.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new InvalidSettingException(key, "must be positive and at most PT10M: " + text);
        }
        return duration;
    }

    /** Reads a port, 1 to 65535. */
    public static int port(String key, int port) {
        if (port < 1 || port > 65535) {
            throw new InvalidSettingException(key, "must be 1 to 65535: " + port);
        }
        return port;
    }

    /** Reads a name for EHLO; nothing where the text is empty. */
    public static Optional<String> heloName(String key, String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            MailHost.parse(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(key, "want a domain, an address in brackets, or nothing: " + text);
        }
        return Optional.of(text);
    }

    /** Reads a local address; nothing where the text is empty. */
    public static Optional<InetAddress> address(String key, String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (!isAddress(text)) {
            throw new InvalidSettingException(key, "want an IPv4 or IPv6 address, or nothing: " + text);
        }
        return Optional.of(InetAddress.ofLiteral(text));
    }

    /** Tells whether a text is an address, without brackets. */
    public static boolean isAddress(String text) {
        try {
            InetAddress.ofLiteral(text);
            return !text.startsWith("[");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Tells whether a text may be the name of a host, or of a certificate. */
    public static boolean isName(String text) {
        return text.chars()
                .allMatch(c -> c == '.' || c == '-' || c == '_' || (c < 0x80 && Character.isLetterOrDigit(c)));
    }

    /** Reads a level and the name of a certificate; nothing for what a route has anyway. */
    public static Optional<RouteTls> tls(String key, String level, String certificateKey, String certificate) {
        var tls = tlsLevel(key, level);
        if (certificate.isEmpty()) {
            return tls.equals(RouteTls.OPPORTUNISTIC) ? Optional.empty() : Optional.of(tls);
        }
        return Optional.of(shown(certificateKey, tls, certificate));
    }

    static RouteTls tlsLevel(String key, String level) {
        return switch (level) {
            case "none" -> RouteTls.NONE;
            case "opportunistic" -> RouteTls.OPPORTUNISTIC;
            case "require" -> RouteTls.REQUIRED;
            case "verify" -> RouteTls.VERIFIED;
            default -> throw new InvalidSettingException(key, "want none, opportunistic, require or verify: " + level);
        };
    }

    static RouteTls shown(String key, RouteTls tls, String certificate) {
        if (tls.level() == RouteTls.Level.NONE) {
            throw new InvalidSettingException(key, "without TLS there is nobody to show it to: " + certificate);
        }
        if (certificate.isEmpty() || !isName(certificate)) {
            throw new InvalidSettingException(key, "want a name that a certificate stands for: " + certificate);
        }
        return tls.withCertificate(certificate);
    }

    /** Reads whom to log in as; nothing where both are empty. */
    public static Optional<Login> login(String userKey, String user, String fileKey, String file) {
        if (user.isEmpty() != file.isEmpty()) {
            throw new InvalidSettingException(
                    user.isEmpty() ? fileKey : userKey, "want " + userKey + " and " + fileKey + ", or neither");
        }
        if (user.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Login(user, Path.of(file)));
        } catch (InvalidPathException e) {
            throw new InvalidSettingException(fileKey, "not a path: " + file);
        }
    }

    /** Reads the order of next hops. */
    public static Order order(String key, String text) {
        return switch (text) {
            case "preference" -> Order.PREFERENCE;
            case "round-robin" -> Order.ROUND_ROBIN;
            default -> throw new InvalidSettingException(key, "want preference or round-robin: " + text);
        };
    }

    /** Reads names of tables. */
    public static List<String> tables(String key, String... names) {
        for (var name : names) {
            if (!TABLE.matcher(name).matches()) {
                throw new InvalidSettingException(key, "want scheme:name, such as file:forward_routes: " + name);
            }
        }
        return List.of(names);
    }

    /** Tells whether looking something up in a table never waits, so that a session's event loop may. */
    public static boolean isInMemory(String table) {
        return IN_MEMORY.matcher(table).matches();
    }

    /** Reads next hops, each of which is one text; empty texts are left out. */
    public static List<String> hops(String key, WayReader reader, String... texts) {
        var said = Stream.of(texts)
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
        try {
            reader.hops(said);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(key, String.valueOf(e.getMessage()));
        }
        return said;
    }
}
