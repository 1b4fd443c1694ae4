package org.tarishi.core.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Holds the listening sockets, so that they outlive the bundle that accepts from them.
 *
 * <p>Asked again for an address, it returns the same open channel; port 0 is always a new one. A channel that its user closed is
 * forgotten. Channels are bound and non-blocking. Safe for use by many threads.
 *
 * <p>A Unix domain socket belongs to its owner alone at first; who asked for it may give it to others. A socket file that nobody listens
 * on, as a killed process leaves it, is replaced; any other file is left alone.
 */
final class ListeningSockets implements Function<SocketAddress, ServerSocketChannel> {

    /** Connections that the kernel keeps for us until they are accepted; it caps this by its own limit. */
    private static final int BACKLOG = 1024;

    private final Map<SocketAddress, ServerSocketChannel> open = new HashMap<>();

    @Override
    public synchronized ServerSocketChannel apply(SocketAddress address) {
        open.values().removeIf(channel -> !channel.isOpen());
        var held = open.get(address);
        if (held != null) {
            return held;
        }
        try {
            var channel = switch (address) {
                case UnixDomainSocketAddress unix -> bind(unix);
                case InetSocketAddress ip -> bind(ip);
                default -> throw new IOException("want an IP address and port, or a Unix domain socket");
            };
            // Under its real port, also where it was asked for as port 0: a successor asks for what its predecessor
            // listens on.
            open.put(channel.getLocalAddress(), channel);
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + text(address) + ": " + e.getMessage(), e);
        }
    }

    private static String text(SocketAddress address) {
        return address instanceof InetSocketAddress ip ? ip.getHostString() + ":" + ip.getPort() : address.toString();
    }

    private static ServerSocketChannel bind(InetSocketAddress address) throws IOException {
        if (address.isUnresolved()) {
            throw new IOException("the host name has no address");
        }
        var channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            return bound(channel, address);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static ServerSocketChannel bind(UnixDomainSocketAddress address) throws IOException {
        var path = address.getPath();
        var folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException("the folder is missing");
        }
        removeStale(address);
        var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            var bound = bound(channel, address);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            return bound;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static ServerSocketChannel bound(ServerSocketChannel channel, SocketAddress address) throws IOException {
        channel.bind(address, BACKLOG);
        channel.configureBlocking(false);
        return channel;
    }

    /** Removes a socket file that nobody listens on: the kernel gives its path to nobody, not even to who made it. */
    private static void removeStale(UnixDomainSocketAddress address) throws IOException {
        var path = address.getPath();
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket(path)) {
            throw new IOException("a file that is no socket is there");
        }
        // It must not wait: a listener that is behind accepts later, and is there all the same.
        try (var trial = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            trial.configureBlocking(false);
            trial.connect(address);
        } catch (ConnectException e) {
            Files.deleteIfExists(path);
            return;
        }
        throw new IOException("Address already in use");
    }

    private static boolean isSocket(Path path) throws IOException {
        // S_IFMT and S_IFSOCK of stat(2): "other" of the portable attributes would also be a pipe or a device.
        return Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) instanceof Integer mode
                && (mode & 0170000) == 0140000;
    }
}
