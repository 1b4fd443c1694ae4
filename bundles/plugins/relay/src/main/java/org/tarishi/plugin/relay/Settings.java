package org.tarishi.plugin.relay;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.Networks;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param acl the clients that may relay
 * @param aclTables tables of more of them
 * @param destinations tables of domains that mail is relayed to
 * @param routes tables of next hops
 * @param allListeners the listeners whose clients all may relay; empty: no such listener
 * @param isNonBlocking whether all tables are in memory
 */
@SettingsFor(Settings.PID)
record Settings(
        Networks acl,
        List<String> aclTables,
        List<String> destinations,
        List<String> routes,
        Set<String> allListeners,
        boolean isNonBlocking) {

    static final String PID = "org.tarishi.plugin.relay";

    /** The largest networks that one organisation has: 10.0.0.0/8, and fc00::/7. Wider ones are slips, and an open relay. */
    private static final int WIDEST_IPV4 = 8;

    private static final int WIDEST_IPV6 = 7;

    private static final Pattern TABLE = Pattern.compile("[A-Za-z][A-Za-z0-9+-]*:.+");
    private static final Pattern IN_MEMORY = Pattern.compile("(?i)(inline|file|regex):.*");
    private static final Pattern LISTENER = Pattern.compile("[A-Za-z0-9_.-]{1,100}");

    Settings(Config config) {
        this(
                Networks.parse("acl", config.acl()),
                tables("aclTables", config.aclTables(), config.tarishi_non_blocking()),
                tables("destinations", config.destinations(), config.tarishi_non_blocking()),
                tables("routes", config.routes(), config.tarishi_non_blocking()),
                all(config.all(), config.allListeners()),
                config.tarishi_non_blocking());
    }

    Settings {
        aclTables = List.copyOf(aclTables);
        destinations = List.copyOf(destinations);
        routes = List.copyOf(routes);
        allListeners = Set.copyOf(allListeners);
        for (var block : acl.blocks()) {
            boolean isIpv4 = block.first().getAddress().length == 4;
            if (block.prefix() < (isIpv4 ? WIDEST_IPV4 : WIDEST_IPV6)) {
                throw new InvalidSettingException(
                        "acl",
                        "wider than /" + (isIpv4 ? WIDEST_IPV4 : WIDEST_IPV6)
                                + ", which would be an open relay; all and allListeners say so where it is meant: "
                                + block);
            }
        }
    }

    private static List<String> tables(String key, String[] names, boolean isNonBlocking) {
        for (var table : names) {
            if (!TABLE.matcher(table).matches()) {
                throw new InvalidSettingException(key, "want scheme:name, such as file:relay_dest_domains: " + table);
            }
            if (isNonBlocking && !IN_MEMORY.matcher(table).matches()) {
                throw new InvalidSettingException(
                        "tarishi.non.blocking",
                        "must be false for a table that is not inline:, file: or regex:: " + table);
            }
        }
        return List.of(names);
    }

    private static Set<String> all(boolean all, String[] listeners) {
        for (var listener : listeners) {
            if (!LISTENER.matcher(listener).matches()) {
                throw new InvalidSettingException("allListeners", "want names of listeners, such as trap: " + listener);
            }
        }
        if (all && listeners.length == 0) {
            throw new InvalidSettingException(
                    "all", "true makes an open relay, so allListeners must name the listeners that it is meant for");
        }
        return all ? Set.copyOf(Arrays.asList(listeners)) : Set.of();
    }
}
