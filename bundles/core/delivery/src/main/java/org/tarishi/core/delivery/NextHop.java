package org.tarishi.core.delivery;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;

/** Reads a next hop of the settings. */
final class NextHop {

    private static final int SMTP = 25;

    /** RFC 8314 section 7.3. */
    private static final int SMTPS = 465;

    /** RFC 2033 leaves the port open; this is what Haraka and others take. */
    private static final int LMTP = 24;

    private NextHop() {}

    /**
     * Reads one.
     *
     * @throws InvalidSettingException under the key, when it is none
     */
    static Route parse(String key, String text) {
        try {
            var uri = new URI(text.contains("://") ? text : "smtp://" + text);
            var scheme = String.valueOf(uri.getScheme());
            boolean isKnown = scheme.equals("smtp") || scheme.equals("smtps") || scheme.equals("lmtp");
            if (isKnown && uri.getUserInfo() == null && uri.getQuery() == null && uri.getFragment() == null) {
                var host = uri.getHost();
                if (host == null) {
                    var path = uri.getPath();
                    if (uri.getAuthority() == null && path != null && path.length() > 1 && !scheme.equals("smtps")) {
                        return spoken(Route.to(Path.of(path)), scheme);
                    }
                } else if (uri.getPath().isEmpty()) {
                    var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
                    return spoken(Route.to(bare, uri.getPort() > 0 ? uri.getPort() : port(scheme)), scheme);
                }
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            // told below
        }
        throw new InvalidSettingException(
                key, "want smtp://host:port, smtps://host:port, lmtp://host:port or lmtp:///path: " + text);
    }

    private static int port(String scheme) {
        return switch (scheme) {
            case "smtps" -> SMTPS;
            case "lmtp" -> LMTP;
            default -> SMTP;
        };
    }

    private static Route spoken(Route route, String scheme) {
        return switch (scheme) {
            case "smtps" -> route.withTls(RouteTls.REQUIRED.atOnce().withReason("smtps"));
            case "lmtp" -> route.withLmtp();
            default -> route;
        };
    }
}
