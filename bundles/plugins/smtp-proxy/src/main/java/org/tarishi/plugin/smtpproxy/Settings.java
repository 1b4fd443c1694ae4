package org.tarishi.plugin.smtpproxy;

import java.time.Duration;
import java.util.ArrayList;
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
 * @param way the servers; nothing when there is none
 * @param order in which order they are tried
 * @param deadTime how long one that failed is left out
 * @param isUnreachableLeft whether a transaction is left to others while none can be reached
 */
@SettingsFor(Settings.PID)
record Settings(Optional<Way> way, Order order, Duration deadTime, boolean isUnreachableLeft, Duration connectTimeout) {

    static final String PID = "org.tarishi.plugin.smtp-proxy";

    Settings(Config config) {
        this(
                way(config),
                Checks.order("order", config.order()),
                Checks.duration("deadTime", config.deadTime(), Duration.ofSeconds(1), Duration.ofHours(1)),
                isUnreachableLeft(config.unreachable()),
                Checks.connectTimeout("connectTimeout", config.connectTimeout()));
    }

    private static Optional<Way> way(Config config) {
        var manner = new Manner(
                false,
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
        var reader = new WayReader(manner);
        var hops = new ArrayList<Route>(reader.hops(Checks.hops("host", reader, config.host())));
        refuseLmtp("host", hops);
        hops.addAll(reader.hops(Checks.hops("pool", reader, config.pool())));
        refuseLmtp("pool", hops);
        return manner.way(hops);
    }

    /** LMTP answers for each recipient behind the message, where the client is told one thing. */
    private static void refuseLmtp(String key, ArrayList<Route> hops) {
        if (hops.stream().anyMatch(Route::isLmtp)) {
            throw new InvalidSettingException(key, "want SMTP; the plugin lmtp speaks LMTP");
        }
    }

    private static boolean isUnreachableLeft(String text) {
        return switch (text) {
            case "DENYSOFT" -> false;
            case "CONTINUE" -> true;
            default -> throw new InvalidSettingException("unreachable", "want DENYSOFT or CONTINUE: " + text);
        };
    }
}
