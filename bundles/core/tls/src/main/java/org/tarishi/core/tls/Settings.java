package org.tarishi.core.tls;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.osgi.framework.FrameworkUtil;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;
import org.tarishi.core.spi.Obtainable;

/**
 * The checked form of {@link Config}.
 *
 * @param folder the folder of keys and certificates
 * @param files files that are the default in place of those in the folder
 * @param protocols versions by their names in the JDK
 * @param ciphers cipher suites of a server by their IANA names
 * @param groups groups of the key exchange
 * @param preferOwnCiphers whether a server's order of cipher suites counts
 * @param clientProtocols versions as a client
 * @param clientCiphers cipher suites as a client; empty for all
 * @param clientAuthorities who vouches for clients
 * @param clientRevocationLists files of the lists of what those have taken back; empty for no look at such
 * @param serverAuthorities who vouches for servers; empty for those that the JDK knows
 * @param stapling where OCSP responses come from
 * @param sessions how many sessions are kept to be resumed
 * @param sessionLife how long
 * @param checkEvery how often files are looked at
 * @param warnBeforeExpiry when to begin to warn, zero for never
 */
@SettingsFor(Settings.PID)
record Settings(
        Path folder,
        List<Path> files,
        List<String> protocols,
        List<String> ciphers,
        List<String> groups,
        boolean preferOwnCiphers,
        List<String> clientProtocols,
        List<String> clientCiphers,
        List<Path> clientAuthorities,
        List<Path> clientRevocationLists,
        List<Path> serverAuthorities,
        Stapling stapling,
        int sessions,
        Duration sessionLife,
        Duration checkEvery,
        Duration warnBeforeExpiry)
        implements Obtainable<Settings> {

    static final String PID = "org.tarishi.core.tls";

    private static final List<String> PROTOCOLS = List.of("TLSv1.2", "TLSv1.3");

    /** What the JDK has (RFC 8446 section 4.2.7); it ignores other names without a word. */
    private static final Set<String> GROUPS = Set.of(
            "x25519",
            "x448",
            "secp256r1",
            "secp384r1",
            "secp521r1",
            "ffdhe2048",
            "ffdhe3072",
            "ffdhe4096",
            "ffdhe6144",
            "ffdhe8192");

    /** Reads files that settings name. */
    @FunctionalInterface
    interface Reading {
        void read(List<Path> files) throws KeyFileException;
    }

    Settings(Config config) {
        this(
                path("folder", config.folder()),
                paths("files", config.files()),
                texts(config.protocols()),
                texts(config.ciphers()),
                texts(config.groups()),
                config.preferOwnCiphers(),
                texts(config.clientProtocols()),
                texts(config.clientCiphers()),
                paths("clientAuthorities", config.clientAuthorities()),
                paths("clientRevocationLists", config.clientRevocationLists()),
                paths("serverAuthorities", config.serverAuthorities()),
                stapling(config.stapling()),
                config.sessions(),
                duration("sessionLife", config.sessionLife()),
                duration("checkEvery", config.checkEvery()),
                duration("warnBeforeExpiry", config.warnBeforeExpiry()));
    }

    Settings {
        files = List.copyOf(files);
        protocols = List.copyOf(protocols);
        ciphers = List.copyOf(ciphers);
        groups = List.copyOf(groups);
        clientProtocols = clientProtocols.isEmpty() ? protocols : List.copyOf(clientProtocols);
        clientCiphers = List.copyOf(clientCiphers);
        clientAuthorities = List.copyOf(clientAuthorities);
        clientRevocationLists = List.copyOf(clientRevocationLists);
        serverAuthorities = List.copyOf(serverAuthorities);
        among("protocols", protocols, PROTOCOLS, "want TLSv1.2, TLSv1.3 or both; older ones are broken (RFC 8996)");
        among("ciphers", ciphers, Suites.STRONG, "want cipher suites of this JDK that encrypt and authenticate");
        among("groups", groups, GROUPS, "want groups such as x25519, secp256r1");
        among("clientProtocols", clientProtocols, PROTOCOLS, "want TLSv1.2, TLSv1.3, both, or nothing");
        eachHasCipher("ciphers", protocols, ciphers);
        if (!clientCiphers.isEmpty()) {
            among("clientCiphers", clientCiphers, Suites.STRONG, "want cipher suites of this JDK, or nothing");
            eachHasCipher("clientCiphers", clientProtocols, clientCiphers);
        }
        if (sessions < 1 || sessions > 1_000_000) {
            throw new InvalidSettingException("sessions", "must be 1 to 1000000: " + sessions);
        }
        within("sessionLife", sessionLife, Duration.ofSeconds(1), Duration.ofDays(7));
        within("checkEvery", checkEvery, Duration.ofMillis(100), Duration.ofHours(1));
        within("warnBeforeExpiry", warnBeforeExpiry, Duration.ZERO, Duration.ofDays(365));
    }

    /** Which cipher suites may be named. */
    private static final class Suites {

        static final Set<String> STRONG = strong();

        /** Suites of TLS 1.3 name no key exchange (RFC 8446 appendix B.4). */
        static boolean isOfLast(String suite) {
            return !suite.contains("_WITH_");
        }

        private static Set<String> strong() {
            try {
                // One that trusts nobody: to ask the default one would read all authorities of the JDK.
                var context = SSLContext.getInstance("TLS");
                context.init(new KeyManager[0], new TrustManager[0], null);
                // What the JDK's own list of disabled algorithms leaves, without what only signals.
                return Set.copyOf(Stream.of(context.getDefaultSSLParameters().getCipherSuites())
                        .filter(suite -> !suite.endsWith("_SCSV"))
                        .toList());
            } catch (KeyManagementException | NoSuchAlgorithmException e) {
                throw new IllegalStateException("this JDK has no TLS", e);
            }
        }
    }

    private static void eachHasCipher(String key, List<String> protocols, List<String> ciphers) {
        for (var protocol : protocols) {
            boolean isLast = protocol.equals("TLSv1.3");
            if (ciphers.stream().noneMatch(suite -> Suites.isOfLast(suite) == isLast)) {
                throw new InvalidSettingException(key, "none of them is one of " + protocol);
            }
        }
    }

    private static void among(String key, List<String> values, java.util.Collection<String> known, String want) {
        if (values.isEmpty()) {
            throw new InvalidSettingException(key, want + ": there is none");
        }
        for (var value : values) {
            if (!known.contains(value)) {
                throw new InvalidSettingException(key, want + ": " + value);
            }
        }
    }

    private static List<String> texts(String... texts) {
        return Stream.of(texts)
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .distinct()
                .toList();
    }

    private static List<Path> paths(String key, String... texts) {
        return texts(texts).stream().map(text -> path(key, text)).toList();
    }

    private static Path path(String key, String text) {
        if (text.isBlank()) {
            throw new InvalidSettingException(key, "want a path, such as tls or /etc/ssl/tarishi");
        }
        try {
            return Path.of(text.strip()).normalize();
        } catch (InvalidPathException e) {
            throw new InvalidSettingException(key, "not a path: " + text);
        }
    }

    private static Stapling stapling(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "off" -> Stapling.OFF;
            case "files" -> Stapling.FILES;
            case "fetch" -> Stapling.FETCH;
            default -> throw new InvalidSettingException("stapling", "want off, files or fetch: " + text);
        };
    }

    private static Duration duration(String key, String text) {
        try {
            return Duration.parse(text.strip());
        } catch (DateTimeException e) {
            throw new InvalidSettingException(key, "want ISO-8601, such as PT10S: " + text);
        }
    }

    private static void within(String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new InvalidSettingException(key, "must be " + least + " to " + most + ": " + value);
        }
    }

    /** What the operator names is to be good when it is named, or the name is refused. */
    @Override
    public void checkInPlaceOf(Settings inForce) {
        var bundle = FrameworkUtil.getBundle(Settings.class);
        var context = bundle == null ? null : bundle.getBundleContext();
        if (context == null) {
            return;
        }
        var conf = TlsKeys.folder(context, "tarishi.conf", "conf");
        check("files", files, inForce.files, conf, named -> Group.check(named, Clock.systemUTC()));
        check("clientAuthorities", clientAuthorities, inForce.clientAuthorities, conf, named -> {
            var _ = Authorities.of(named);
        });
        check(
                "clientRevocationLists",
                clientRevocationLists,
                inForce.clientRevocationLists,
                conf,
                named -> Revocations.check(named, Clock.systemUTC()));
        check("serverAuthorities", serverAuthorities, inForce.serverAuthorities, conf, named -> {
            var _ = Authorities.of(named);
        });
    }

    private static void check(String key, List<Path> named, List<Path> before, Path conf, Reading reading) {
        if (named.isEmpty() || named.equals(before)) {
            return;
        }
        try {
            reading.read(named.stream().map(conf::resolve).toList());
        } catch (KeyFileException e) {
            throw new InvalidSettingException(key, String.valueOf(e.getMessage()));
        }
    }
}
