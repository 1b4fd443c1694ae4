package org.tarishi.core.delivery;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.tarishi.api.config.Networks;

/** Knows this host among others, and the addresses that mean another host in each network. Any thread. */
final class OwnHost {

    /** RFC 6890: what is not reached from everywhere; IPv4 mapped into IPv6 is looked at as IPv4. */
    private static final Networks PRIVATE = Networks.parse(
            "private",
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "::/128",
            "::1/128",
            "fc00::/7",
            "fe80::/10",
            "ff00::/8");

    private final String name;
    private final Predicate<InetAddress> isOfInterface;

    /**
     * Makes it.
     *
     * @param name this host's name, empty where it has none
     */
    OwnHost(String name, Predicate<InetAddress> isOfInterface) {
        this.name = name.toLowerCase(Locale.ROOT);
        this.isOfInterface = isOfInterface;
    }

    /** Returns it as the system knows it. */
    static OwnHost ofSystem() {
        return new OwnHost(systemName(), OwnHost::isOfInterface);
    }

    private static String systemName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "";
        }
    }

    private static boolean isOfInterface(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    /** Tells whether a name is this host's. */
    boolean isName(String host, Set<String> others) {
        var lower = host.toLowerCase(Locale.ROOT);
        return lower.equals("localhost") || (!name.isEmpty() && lower.equals(name)) || others.contains(lower);
    }

    /** Tells whether an address is this host's. */
    boolean isAddress(InetAddress address, Networks others) {
        return address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || others.contains(address)
                || isOfInterface.test(address);
    }

    /** Tells whether an address is nobody's for the rest of the world. */
    static boolean isPrivate(InetAddress address) {
        return PRIVATE.contains(address);
    }
}
