package org.tarishi.core.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Peer;

/** One end of a connection. */
record End(InetSocketAddress address, @Nullable String found) implements Peer {

    @Override
    public Optional<String> name() {
        return Optional.ofNullable(found);
    }

    @Override
    public boolean isPrivate() {
        var ip = address.getAddress();
        return ip.isLoopbackAddress()
                || ip.isLinkLocalAddress()
                || ip.isSiteLocalAddress()
                || isReserved(ip.getAddress());
    }

    @Override
    public boolean isLocal() {
        var ip = address.getAddress();
        return ip.isLoopbackAddress() || ip.isLinkLocalAddress() || isOurs(ip);
    }

    /** RFC 4193 unique local addresses, RFC 5737 networks for documentation. */
    private static boolean isReserved(byte[] ip) {
        if (ip.length == 16) {
            return (ip[0] & 0xfe) == 0xfc;
        }
        int network = (ip[0] & 0xff) << 16 | (ip[1] & 0xff) << 8 | (ip[2] & 0xff);
        return network == 0xc00002 || network == 0xc63364 || network == 0xcb0071;
    }

    private static boolean isOurs(InetAddress ip) {
        try {
            return NetworkInterface.getByInetAddress(ip) != null;
        } catch (SocketException e) {
            // A system that can't list its interfaces has none that we know of.
            return false;
        }
    }
}
