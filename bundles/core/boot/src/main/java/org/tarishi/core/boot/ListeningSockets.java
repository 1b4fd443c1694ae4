package org.tarishi.core.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Holds the listening sockets, so that they outlive the bundle that accepts from them.
 *
 * <p>Asked again for an address, it returns the same open channel; port 0 is always a new one. A channel that its user closed is
 * forgotten. Channels are bound and non-blocking. Safe for use by many threads.
 */
final class ListeningSockets implements Function<InetSocketAddress, ServerSocketChannel> {

    /** Connections that the kernel keeps for us until they are accepted; it caps this by its own limit. */
    private static final int BACKLOG = 1024;

    private final Map<InetSocketAddress, ServerSocketChannel> open = new HashMap<>();

    @Override
    public synchronized ServerSocketChannel apply(InetSocketAddress address) {
        open.values().removeIf(channel -> !channel.isOpen());
        var held = open.get(address);
        if (held != null) {
            return held;
        }
        try {
            if (address.isUnresolved()) {
                throw new IOException("the host name has no address");
            }
            var channel = bind(address);
            // Under its real port, also where it was asked for as port 0: a successor asks for what its predecessor
            // listens on.
            open.put((InetSocketAddress) channel.getLocalAddress(), channel);
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot listen on " + address.getHostString() + ":" + address.getPort() + ": " + e.getMessage(), e);
        }
    }

    private static ServerSocketChannel bind(InetSocketAddress address) throws IOException {
        var channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, BACKLOG);
            channel.configureBlocking(false);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
