package org.tarishi.core.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The ends of a connection.
 *
 * @param local this end; behind a proxy, what the client believes it speaks to
 * @param remote the client
 * @param proxy who brought the connection, if somebody did
 */
record Route(
        InetSocketAddress local,
        InetSocketAddress remote,
        @Nullable InetSocketAddress proxy) {

    /** A connection that nobody brought. */
    static Route direct(SocketAddress local, SocketAddress remote) {
        return new Route(ip(local), ip(remote), null);
    }

    /** Anything that is no IP address, such as a Unix domain socket, counts as loopback. */
    static InetSocketAddress ip(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress ip
                ? ip
                : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
