package org.tarishi.plugin.smtpforward;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;
import org.tarishi.api.outbound.Route;
import org.tarishi.nexthop.Checks;
import org.tarishi.nexthop.Manner;
import org.tarishi.nexthop.Order;
import org.tarishi.nexthop.Way;
import org.tarishi.nexthop.WayReader;

/**
 * The checked form of {@link Config}.
 *
 * @param manner how next hops are spoken to that say nothing else
 * @param main the way of mail that has none of its own; nothing when no host is set
 * @param order in which order the next hops of a way are tried
 * @param deadTime how long one that failed is left out
 * @param routes tables of the ways of single addresses and domains
 * @param selector what is looked up there
 * @param isAuthPreferred whether mail goes without a login where none can be had
 */
@SettingsFor(Settings.PID)
record Settings(
        Manner manner,
        Optional<Way> main,
        Order order,
        Duration deadTime,
        List<String> routes,
        Selector selector,
        boolean isAuthPreferred,
        boolean isOneMessagePerRecipient,
        Duration connectTimeout,
        Unreachable unreachable,
        boolean isSenderChecked,
        boolean isRecipientChecked) {

    static final String PID = "org.tarishi.plugin.smtp-forward";

    /** What to answer while the next hop can't be reached. */
    enum Unreachable {
        CONTINUE,
        DENYSOFT
    }

    /** Whose way a message goes. */
    enum Selector {
        RECIPIENT,
        SENDER
    }

    Settings(Config config) {
        this(config, manner(config));
    }

    private Settings(Config config, Manner manner) {
        this(
                manner,
                main(config, manner),
                Checks.order("order", config.order()),
                Checks.duration("deadTime", config.deadTime(), Duration.ofSeconds(1), Duration.ofHours(1)),
                Checks.tables("routes", config.routes()),
                selector(config.routeBy()),
                config.authPreferred(),
                config.oneMessagePerRecipient(),
                Checks.connectTimeout("connectTimeout", config.connectTimeout()),
                unreachable(config.unreachable()),
                checked("checkSender", config.checkSender(), config.routes()),
                checked("checkRecipient", config.checkRecipient(), config.routes()));
    }

    Settings {
        routes = List.copyOf(routes);
    }

    /** Tells whether looking a way up never waits. */
    boolean isInMemory() {
        return routes.stream().allMatch(Checks::isInMemory);
    }

    /** All keys are checked, also those that nothing uses while no host is set: better now than on the day it is. */
    private static Manner manner(Config config) {
        return new Manner(
                config.lmtp(),
                Checks.port("port", config.port()),
                Checks.tls(
                        "tls",
                        config.tls().strip(),
                        "certificate",
                        config.certificate().strip()),
                Checks.address("bindAddress", config.bindAddress()),
                Checks.heloName("heloName", config.heloName()),
                Checks.login(
                        "user",
                        config.user().strip(),
                        "passwordFile",
                        config.passwordFile().strip()),
                config.enableOutbound());
    }

    private static Optional<Way> main(Config config, Manner manner) {
        var reader = new WayReader(manner);
        var pool = Checks.hops("pool", reader, config.pool());
        var hops = new ArrayList<Route>();
        if (!config.host().isEmpty()) {
            hops.add(host(config.host(), manner));
        }
        hops.addAll(reader.hops(pool));
        return manner.way(hops);
    }

    private static Route host(String host, Manner manner) {
        var route = next(host, manner.port());
        if (manner.isLmtp()) {
            route = route.withLmtp();
        }
        if (manner.heloName().isPresent()) {
            route = route.withHeloName(manner.heloName().get());
        }
        boolean isSocket = route.socket().isPresent();
        if (manner.bindAddress().isPresent()) {
            if (isSocket) {
                throw new InvalidSettingException("bindAddress", "a Unix domain socket has no local address");
            }
            route = route.withBindAddress(manner.bindAddress().get());
        }
        if (manner.tls().isPresent()) {
            if (isSocket) {
                throw new InvalidSettingException("tls", "a Unix domain socket has no TLS: want opportunistic");
            }
            route = route.withTls(manner.tls().get());
        }
        return route;
    }

    private static Route next(String host, int port) {
        try {
            return host.startsWith("/") ? Route.to(Path.of(host)) : Route.to(checked(host), port);
        } catch (InvalidPathException e) {
            throw new InvalidSettingException("host", "no path of a socket: " + host);
        }
    }

    private static String checked(String host) {
        boolean isHost = host.indexOf(':') >= 0 ? Checks.isAddress(host) : Checks.isName(host);
        if (!isHost) {
            throw new InvalidSettingException(
                    "host",
                    "want a name, an address without brackets, the absolute path of a socket, or nothing: " + host);
        }
        return host;
    }

    private static boolean checked(String key, boolean isChecked, String... tables) {
        for (var table : isChecked ? tables : new String[0]) {
            if (!Checks.isInMemory(table)) {
                throw new InvalidSettingException(
                        key, "wants routes that never wait, inline:, file: or regex:, and not " + table);
            }
        }
        if (isChecked && tables.length == 0) {
            throw new InvalidSettingException(key, "wants routes, whose domains it is about");
        }
        return isChecked;
    }

    private static Selector selector(String text) {
        return switch (text) {
            case "recipient" -> Selector.RECIPIENT;
            case "sender" -> Selector.SENDER;
            default -> throw new InvalidSettingException("routeBy", "want recipient or sender: " + text);
        };
    }

    private static Unreachable unreachable(String text) {
        return switch (text) {
            case "CONTINUE" -> Unreachable.CONTINUE;
            case "DENYSOFT" -> Unreachable.DENYSOFT;
            default -> throw new InvalidSettingException("unreachable", "want CONTINUE or DENYSOFT: " + text);
        };
    }
}
