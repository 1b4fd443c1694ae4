package org.tarishi.testing;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Peer;

/**
 * One end of a connection that is none.
 *
 * @param address its address
 * @param known its name
 */
record FakePeer(InetSocketAddress address, @Nullable String known) implements Peer {

    /** Returns the peer of an address without asking a name server. */
    static FakePeer at(String address, int port) {
        return new FakePeer(new InetSocketAddress(InetAddress.ofLiteral(address), port), null);
    }

    FakePeer named(String name) {
        return new FakePeer(address, name);
    }

    @Override
    public Optional<String> name() {
        return Optional.ofNullable(known);
    }

    @Override
    public boolean isPrivate() {
        var ip = address.getAddress();
        return isLocal() || ip.isSiteLocalAddress() || isUniqueLocal(ip) || isForDocumentation(ip);
    }

    @Override
    public boolean isLocal() {
        var ip = address.getAddress();
        return ip.isLoopbackAddress() || ip.isLinkLocalAddress();
    }

    private static boolean isUniqueLocal(InetAddress ip) {
        return ip instanceof Inet6Address && (ip.getAddress()[0] & 0xfe) == 0xfc;
    }

    private static boolean isForDocumentation(InetAddress ip) {
        var text = ip.getHostAddress();
        return text.startsWith("192.0.2.") || text.startsWith("198.51.100.") || text.startsWith("203.0.113.");
    }
}
