package org.tarishi.plugin.lmtp;

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
 * @param manner how stores are spoken to of which nothing else is said
 * @param main the way of mail that has none of its own; nothing when no host is set
 * @param order in which order the next hops of a way are tried
 * @param deadTime how long one that failed is left out
 * @param routes tables of the ways of single addresses and domains
 * @param isDirect whether the store has the message before the client has its answer
 */
@SettingsFor(Settings.PID)
record Settings(
        Manner manner,
        Optional<Way> main,
        Order order,
        Duration deadTime,
        List<String> routes,
        boolean isDirect,
        Unreachable unreachable,
        Duration connectTimeout) {

    static final String PID = "org.tarishi.plugin.lmtp";

    /** What becomes of mail while no store can be reached. */
    enum Unreachable {
        DENYSOFT,
        QUEUE,
        CONTINUE
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
                isDirect(config.deliver()),
                unreachable(config.unreachable()),
                Checks.connectTimeout("connectTimeout", config.connectTimeout()));
    }

    Settings {
        routes = List.copyOf(routes);
    }

    /** Tells whether looking a way up never waits. */
    boolean isInMemory() {
        return routes.stream().allMatch(Checks::isInMemory);
    }

    private static Manner manner(Config config) {
        return new Manner(
                true,
                Checks.port("port", config.port()),
                Checks.tls(
                        "tls",
                        config.tls().strip(),
                        "certificate",
                        config.certificate().strip()),
                Checks.address("bindAddress", config.bindAddress().strip()),
                Checks.heloName("heloName", config.heloName().strip()),
                Checks.login(
                        "user",
                        config.user().strip(),
                        "passwordFile",
                        config.passwordFile().strip()),
                config.enableOutbound());
    }

    private static Optional<Way> main(Config config, Manner manner) {
        var reader = new WayReader(manner);
        var hops = new ArrayList<Route>(reader.hops(Checks.hops("host", reader, config.host())));
        hops.addAll(reader.hops(Checks.hops("pool", reader, config.pool())));
        return manner.way(hops);
    }

    private static boolean isDirect(String text) {
        return switch (text) {
            case "direct" -> true;
            case "queued" -> false;
            default -> throw new InvalidSettingException("deliver", "want direct or queued: " + text);
        };
    }

    private static Unreachable unreachable(String text) {
        return switch (text) {
            case "DENYSOFT" -> Unreachable.DENYSOFT;
            case "QUEUE" -> Unreachable.QUEUE;
            case "CONTINUE" -> Unreachable.CONTINUE;
            default -> throw new InvalidSettingException("unreachable", "want DENYSOFT, QUEUE or CONTINUE: " + text);
        };
    }
}
