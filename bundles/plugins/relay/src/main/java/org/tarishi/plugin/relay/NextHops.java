package org.tarishi.plugin.relay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.tarishi.api.outbound.Route;

/**
 * Reads next hops as a table has them: {@code host}, {@code host:port}, {@code smtp://user:password@host:port}, {@code lmtp://host:port}, or
 * the path of a Unix domain socket, spoken to by LMTP; several with blanks between, tried in this order.
 */
final class NextHops {

    private static final int SMTP = 25;
    private static final int LMTP = 24;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9_])?\\.?");

    private NextHops() {}

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException when one is none, with a reason that holds nothing of them: a password may be among it
     */
    static List<Route> parse(String text) {
        var routes = new ArrayList<Route>();
        for (var one : text.strip().split("\\s+", -1)) {
            routes.add(route(one));
        }
        return routes;
    }

    private static Route route(String text) {
        if (text.startsWith("/")) {
            try {
                return Route.to(Path.of(text)).withLmtp();
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException("no path of a socket", e);
            }
        }
        URI uri;
        try {
            uri = new URI(text.contains("://") ? text : "smtp://" + text);
        } catch (URISyntaxException e) {
            // its message holds the text
            throw new IllegalArgumentException("no host, host:port or URL");
        }
        boolean isLmtp = "lmtp".equalsIgnoreCase(uri.getScheme());
        if (!isLmtp && !"smtp".equalsIgnoreCase(uri.getScheme())) {
            throw new IllegalArgumentException("want smtp:// or lmtp://");
        }
        if (uri.getHost() == null
                || !(uri.getRawPath() == null || uri.getRawPath().isEmpty())
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("no host, host:port or URL");
        }
        int port = uri.getPort() < 0 ? (isLmtp ? LMTP : SMTP) : uri.getPort();
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("a port must be 1 to 65535");
        }
        var route = Route.to(host(uri.getHost()), port);
        if (isLmtp) {
            route = route.withLmtp();
        }
        var user = uri.getRawUserInfo();
        if (user == null) {
            return route;
        }
        int colon = user.indexOf(':');
        if (colon < 1 || colon == user.length() - 1) {
            throw new IllegalArgumentException("want user:password in front of the host");
        }
        return route.withCredentials(decoded(user.substring(0, colon)), decoded(user.substring(colon + 1)));
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

    /** A plus sign is one in a URI, other than in a form. */
    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    }
}
