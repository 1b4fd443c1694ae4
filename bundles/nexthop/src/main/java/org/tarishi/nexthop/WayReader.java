package org.tarishi.nexthop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;

/**
 * Reads ways as settings and tables have them: next hops with blanks between, and words that hold for all of them.
 *
 * <p>A next hop is {@code host}, {@code host:port}, {@code smtp://user:password@host:port}, {@code smtps://…}, {@code lmtp://…},
 * {@code lmtp:///path}, or the path of a Unix domain socket; what is special in a user or password stands as {@code %XX}. The words are
 * {@code tls}, {@code certificate}, {@code bind}, {@code helo}, {@code user}, {@code passwordFile}, {@code outbound} and {@code queue}, each
 * with an equals sign and its value.
 */
public final class WayReader {

    /** RFC 8314 section 7.3. */
    private static final int SMTPS = 465;

    private static final int MOST = 20;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9_])?\\.?");
    private static final Pattern PLUGIN = Pattern.compile("[a-z0-9_-]{1,64}");

    private final Manner manner;
    private final int smtpPort;
    private final int lmtpPort;

    /**
     * Makes one.
     *
     * @param manner what holds where a way says nothing
     */
    public WayReader(Manner manner) {
        this.manner = manner;
        this.smtpPort = manner.isLmtp() ? 25 : manner.port();
        this.lmtpPort = manner.isLmtp() ? manner.port() : 24;
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is none; the reason holds nothing of it, for a password may be among it
     */
    public Way read(String text) {
        var hops = new ArrayList<String>();
        var words = new HashMap<String, String>();
        for (var word : text.strip().split("\\s+", -1)) {
            int equals = word.indexOf('=');
            if (word.isEmpty()) {
                continue;
            }
            if (equals > 0 && !word.startsWith("/") && !word.contains("://")) {
                if (words.put(word.substring(0, equals), word.substring(equals + 1)) != null) {
                    throw new IllegalArgumentException(word.substring(0, equals) + " is there twice");
                }
            } else {
                hops.add(word);
            }
        }
        if (hops.size() > MOST) {
            throw new IllegalArgumentException("want at most " + MOST + " next hops");
        }
        return way(hops, words);
    }

    /**
     * Reads next hops, each of which is one text.
     *
     * @throws IllegalArgumentException when one is none; the reason holds nothing of it
     */
    public List<Route> hops(List<String> texts) {
        if (texts.size() > MOST) {
            throw new IllegalArgumentException("want at most " + MOST + " next hops");
        }
        return texts.stream().map(text -> manner.on(hop(text))).toList();
    }

    private Way way(List<String> hops, Map<String, String> words) {
        Manner said;
        Optional<String> queue;
        try {
            said = manner(words);
            queue = Optional.ofNullable(words.remove("queue"));
        } catch (InvalidSettingException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        if (!words.isEmpty()) {
            throw new IllegalArgumentException(
                    "want tls, certificate, bind, helo, user, passwordFile, outbound or queue in front of an equals sign");
        }
        if (queue.isPresent() && !PLUGIN.matcher(queue.get()).matches()) {
            throw new IllegalArgumentException("queue: want the name of a plugin, or outbound");
        }
        var routes = hops.stream().map(text -> said.on(hop(text))).toList();
        return new Way(routes, said.login(), said.isOutbound(), queue);
    }

    private Manner manner(Map<String, String> words) {
        var level = words.remove("tls");
        var certificate = words.remove("certificate");
        var bind = words.remove("bind");
        var helo = words.remove("helo");
        var user = words.remove("user");
        var file = words.remove("passwordFile");
        var outbound = words.remove("outbound");
        return new Manner(
                manner.isLmtp(),
                manner.port(),
                level == null && certificate == null ? manner.tls() : Optional.of(tls(level, certificate)),
                bind == null ? manner.bindAddress() : Checks.address("bind", bind),
                helo == null ? manner.heloName() : Checks.heloName("helo", helo),
                user == null && file == null
                        ? manner.login()
                        : Checks.login("user", user == null ? "" : user, "passwordFile", file == null ? "" : file),
                outbound == null ? manner.isOutbound() : yes(outbound));
    }

    /** What is said of one of both leaves the other as it is for all. */
    private RouteTls tls(@Nullable String level, @Nullable String certificate) {
        var base = level == null ? manner.tls().orElse(RouteTls.OPPORTUNISTIC) : Checks.tlsLevel("tls", level);
        return certificate == null ? base : Checks.shown("certificate", base, certificate);
    }

    private static boolean yes(String text) {
        return switch (text) {
            case "true", "yes" -> true;
            case "false", "no" -> false;
            default -> throw new IllegalArgumentException("outbound: want true or false");
        };
    }

    private Route hop(String text) {
        if (text.startsWith("/")) {
            return spoken(socket(text), manner.isLmtp());
        }
        URI uri;
        try {
            uri = new URI(text.contains("://") ? text : (manner.isLmtp() ? "lmtp://" : "smtp://") + text);
        } catch (URISyntaxException e) {
            // its message holds the text
            throw new IllegalArgumentException("no host, host:port, path of a socket or URL");
        }
        var scheme = String.valueOf(uri.getScheme());
        if (!scheme.equals("smtp") && !scheme.equals("smtps") && !scheme.equals("lmtp")) {
            throw new IllegalArgumentException("want smtp://, smtps:// or lmtp://");
        }
        boolean isLmtp = scheme.equals("lmtp");
        var path = uri.getRawPath() == null ? "" : uri.getRawPath();
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("no host, host:port, path of a socket or URL");
        }
        if (uri.getRawAuthority() == null && path.length() > 1 && !scheme.equals("smtps")) {
            return spoken(socket(uri.getPath()), isLmtp);
        }
        if (uri.getHost() == null || !path.isEmpty()) {
            throw new IllegalArgumentException("no host, host:port, path of a socket or URL");
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : isLmtp ? lmtpPort : scheme.equals("smtps") ? SMTPS : smtpPort;
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("a port must be 1 to 65535");
        }
        var route = spoken(Route.to(host(uri.getHost()), port), isLmtp);
        if (scheme.equals("smtps")) {
            route = route.withTls(RouteTls.REQUIRED.atOnce());
        }
        return uri.getRawUserInfo() == null ? route : withCredentials(route, uri.getRawUserInfo());
    }

    private static Route spoken(Route route, boolean isLmtp) {
        return isLmtp ? route.withLmtp() : route;
    }

    private static Route socket(String path) {
        try {
            return Route.to(Path.of(path));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("no path of a socket", e);
        }
    }

    private static String host(String text) {
        if (text.startsWith("[")) {
            if (text.indexOf('%') >= 0) {
                throw new IllegalArgumentException("an address has no zone here");
            }
            return text.substring(1, text.length() - 1); // the URI has been read, so this is an IPv6 address
        }
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("no host");
        }
        return text;
    }

    private static Route withCredentials(Route route, String user) {
        int colon = user.indexOf(':');
        if (colon < 1 || colon == user.length() - 1) {
            throw new IllegalArgumentException("want user:password in front of the host");
        }
        return route.withCredentials(decoded(user.substring(0, colon)), decoded(user.substring(colon + 1)));
    }

    /** A plus sign is one in a URI, other than in a form. */
    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    }
}
