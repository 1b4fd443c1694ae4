package org.tarishi.plugin.xclient;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param xclient who may say XCLIENT
 * @param xforward who may say XFORWARD
 */
@SettingsFor(Settings.PID)
record Settings(List<Network> xclient, List<Network> xforward) {

    static final String PID = "org.tarishi.plugin.xclient";

    Settings(Config config) {
        this(networks("xclient", config.xclient()), networks("xforward", config.xforward()));
    }

    Settings {
        xclient = List.copyOf(xclient);
        xforward = List.copyOf(xforward);
    }

    private static List<Network> networks(String key, String[] texts) {
        return Arrays.stream(texts)
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .map(text -> Network.parse(key, text))
                .toList();
    }

    static boolean allow(List<Network> networks, InetAddress address) {
        for (var network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
