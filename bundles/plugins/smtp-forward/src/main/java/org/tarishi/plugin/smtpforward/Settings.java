package org.tarishi.plugin.smtpforward;

import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.tarishi.api.MailHost;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;

/**
 * The checked form of {@link Config}.
 *
 * @param route nothing when no host is set
 */
@SettingsFor(Settings.PID)
record Settings(
        Optional<Route> route,
        boolean isOneMessagePerRecipient,
        Duration connectTimeout,
        boolean isOutboundEnabled,
        Unreachable unreachable) {

    static final String PID = "org.tarishi.plugin.smtp-forward";

    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** What to answer while the next hop can't be reached. */
    enum Unreachable {
        CONTINUE,
        DENYSOFT
    }

    Settings(Config config) {
        this(
                route(config),
                config.oneMessagePerRecipient(),
                duration(config.connectTimeout()),
                config.enableOutbound(),
                unreachable(config.unreachable()));
    }

    private static Optional<Route> route(Config config) {
        // All keys are checked, also those that nothing uses while no host is set: better now than on the day it is.
        if (config.port() < 1 || config.port() > 65535) {
            throw new InvalidSettingException("port", "must be 1 to 65535: " + config.port());
        }
        var name = config.heloName();
        if (!name.isEmpty()) {
            try {
                MailHost.parse(name);
            } catch (IllegalArgumentException e) {
                throw new InvalidSettingException(
                        "heloName", "want a domain, an address in brackets, or nothing: " + name);
            }
        }
        var bind = bindAddress(config.bindAddress());
        var tls = tls(config.tls().strip(), config.certificate().strip());
        if (config.host().isEmpty()) {
            return Optional.empty();
        }
        var route = next(config.host(), config.port());
        if (bind.isPresent() && route.socket().isPresent()) {
            throw new InvalidSettingException("bindAddress", "a Unix domain socket has no local address");
        }
        if (config.lmtp()) {
            route = route.withLmtp();
        }
        if (!name.isEmpty()) {
            route = route.withHeloName(name);
        }
        if (tls.isPresent()) {
            if (route.socket().isPresent()) {
                throw new InvalidSettingException("tls", "a Unix domain socket has no TLS: want opportunistic");
            }
            route = route.withTls(tls.get());
        }
        return Optional.of(bind.isPresent() ? route.withBindAddress(bind.get()) : route);
    }

    /** Nothing for what a route has anyway. */
    private static Optional<RouteTls> tls(String level, String certificate) {
        var tls = switch (level) {
            case "none" -> RouteTls.NONE;
            case "opportunistic" -> RouteTls.OPPORTUNISTIC;
            case "require" -> RouteTls.REQUIRED;
            case "verify" -> RouteTls.VERIFIED;
            default ->
                throw new InvalidSettingException("tls", "want none, opportunistic, require or verify: " + level);
        };
        if (certificate.isEmpty()) {
            return tls.equals(RouteTls.OPPORTUNISTIC) ? Optional.empty() : Optional.of(tls);
        }
        if (tls.equals(RouteTls.NONE)) {
            throw new InvalidSettingException(
                    "certificate", "without TLS there is nobody to show it to: " + certificate);
        }
        if (!isName(certificate)) {
            throw new InvalidSettingException(
                    "certificate", "want a name that a certificate stands for: " + certificate);
        }
        return Optional.of(tls.withCertificate(certificate));
    }

    private static Route next(String host, int port) {
        try {
            return host.startsWith("/") ? Route.to(Path.of(host)) : Route.to(checked(host), port);
        } catch (InvalidPathException e) {
            throw new InvalidSettingException("host", "no path of a socket: " + host);
        }
    }

    private static String checked(String host) {
        boolean isHost = host.indexOf(':') >= 0 ? isAddress(host) : isName(host);
        if (!isHost) {
            throw new InvalidSettingException(
                    "host",
                    "want a name, an address without brackets, the absolute path of a socket, or nothing: " + host);
        }
        return host;
    }

    private static boolean isName(String host) {
        return host.chars()
                .allMatch(c -> c == '.' || c == '-' || c == '_' || (c < 0x80 && Character.isLetterOrDigit(c)));
    }

    private static boolean isAddress(String text) {
        try {
            InetAddress.ofLiteral(text);
            return !text.startsWith("[");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Optional<InetAddress> bindAddress(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (!isAddress(text)) {
            throw new InvalidSettingException("bindAddress", "want an IPv4 or IPv6 address, or nothing: " + text);
        }
        return Optional.of(InetAddress.ofLiteral(text));
    }

    private static Duration duration(String text) {
        Duration duration;
        try {
            duration = Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new InvalidSettingException("connectTimeout", "want ISO-8601, such as PT30S: " + text);
        }
        if (!duration.isPositive() || duration.compareTo(LONGEST) > 0) {
            throw new InvalidSettingException("connectTimeout", "must be positive and at most PT10M: " + text);
        }
        return duration;
    }

    private static Unreachable unreachable(String text) {
        return switch (text) {
            case "CONTINUE" -> Unreachable.CONTINUE;
            case "DENYSOFT" -> Unreachable.DENYSOFT;
            default -> throw new InvalidSettingException("unreachable", "want CONTINUE or DENYSOFT: " + text);
        };
    }
}
