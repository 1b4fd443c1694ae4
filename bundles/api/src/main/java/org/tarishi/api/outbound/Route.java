package org.tarishi.api.outbound;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A next hop: a host and port, or a Unix domain socket, and how to speak to it. Immutable; each method returns a new one.
 *
 * <p>Its text form leaves out the secret.
 */
public final class Route {

    private final @Nullable String host;
    private final int port;
    private final @Nullable Path socket;
    private final boolean lmtp;
    private final @Nullable InetAddress bindAddress;
    private final @Nullable String heloName;
    private final @Nullable String user;
    private final @Nullable String secret;
    private final @Nullable InetAddress address;
    private final @Nullable RouteTls tls;
    private final @Nullable String pool;

    private Route(
            @Nullable String host,
            int port,
            @Nullable Path socket,
            boolean lmtp,
            @Nullable InetAddress bindAddress,
            @Nullable String heloName,
            @Nullable String user,
            @Nullable String secret,
            @Nullable InetAddress address,
            @Nullable RouteTls tls,
            @Nullable String pool) {
        this.host = host;
        this.port = port;
        this.socket = socket;
        this.lmtp = lmtp;
        this.bindAddress = bindAddress;
        this.heloName = heloName;
        this.user = user;
        this.secret = secret;
        this.address = address;
        this.tls = tls;
        this.pool = pool;
    }

    /**
     * Returns a route to a host by name or address.
     *
     * @param port 1 to 65535
     */
    public static Route to(String host, int port) {
        if (host.isBlank() || host.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw new IllegalArgumentException("want a host name or address");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port must be 1 to 65535: " + port);
        }
        return new Route(host, port, null, false, null, null, null, null, null, null, null);
    }

    /** Returns a route to a Unix domain socket. */
    public static Route to(Path socket) {
        return new Route(null, 0, socket, false, null, null, null, null, null, null, null);
    }

    /** Returns the route, spoken to by LMTP (RFC 2033). */
    public Route withLmtp() {
        return new Route(host, port, socket, true, bindAddress, heloName, user, secret, address, tls, pool);
    }

    /** Returns the route, from this local address. */
    public Route withBindAddress(InetAddress local) {
        return new Route(host, port, socket, lmtp, local, heloName, user, secret, address, tls, pool);
    }

    /** Returns the route, with this name in EHLO. */
    public Route withHeloName(String name) {
        return new Route(host, port, socket, lmtp, bindAddress, name, user, secret, address, tls, pool);
    }

    /** Returns the route, with these credentials. */
    public Route withCredentials(String name, String password) {
        return new Route(host, port, socket, lmtp, bindAddress, heloName, name, password, address, tls, pool);
    }

    /**
     * Returns the route, to this address of the host, which is not looked up then.
     *
     * @throws IllegalArgumentException for a Unix domain socket
     */
    public Route withAddress(InetAddress remote) {
        if (host == null) {
            throw new IllegalArgumentException("a Unix domain socket has no address");
        }
        return new Route(host, port, socket, lmtp, bindAddress, heloName, user, secret, remote, tls, pool);
    }

    /** Returns the route, spoken to by this TLS. */
    public Route withTls(RouteTls wanted) {
        return new Route(host, port, socket, lmtp, bindAddress, heloName, user, secret, address, wanted, pool);
    }

    /** Returns the route, with the name of the pool that its local address was taken from: limits may hold for all of a pool. */
    public Route withPool(String name) {
        return new Route(host, port, socket, lmtp, bindAddress, heloName, user, secret, address, tls, name);
    }

    /** Returns the host, nothing for a socket. */
    public Optional<String> host() {
        return Optional.ofNullable(host);
    }

    /** Returns the port, 0 for a socket. */
    public int port() {
        return port;
    }

    /** Returns the Unix domain socket, if it is one. */
    public Optional<Path> socket() {
        return Optional.ofNullable(socket);
    }

    /** Tells whether LMTP is spoken. */
    public boolean isLmtp() {
        return lmtp;
    }

    /** Returns the local address, if one was chosen. */
    public Optional<InetAddress> bindAddress() {
        return Optional.ofNullable(bindAddress);
    }

    /** Returns the name of the pool that the local address was taken from, if it was. */
    public Optional<String> pool() {
        return Optional.ofNullable(pool);
    }

    /** Returns the name for EHLO, if one was chosen. */
    public Optional<String> heloName() {
        return Optional.ofNullable(heloName);
    }

    /** Returns the user to authenticate as, if there is one. */
    public Optional<String> user() {
        return Optional.ofNullable(user);
    }

    /** Returns the password, if there is one. */
    public Optional<String> secret() {
        return Optional.ofNullable(secret);
    }

    /** Returns the address of the host to connect to, if one was chosen. */
    public Optional<InetAddress> address() {
        return Optional.ofNullable(address);
    }

    /** Returns the TLS to speak; nothing where that was left open, which is {@link RouteTls#OPPORTUNISTIC}, and none over a socket. */
    public Optional<RouteTls> tls() {
        return Optional.ofNullable(tls);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Route r
                && Objects.equals(host, r.host)
                && port == r.port
                && Objects.equals(socket, r.socket)
                && lmtp == r.lmtp
                && Objects.equals(bindAddress, r.bindAddress)
                && Objects.equals(heloName, r.heloName)
                && Objects.equals(user, r.user)
                && Objects.equals(secret, r.secret)
                && Objects.equals(address, r.address)
                && Objects.equals(tls, r.tls)
                && Objects.equals(pool, r.pool);
    }

    @Override
    public int hashCode() {
        return Objects.hash(host, port, socket, lmtp, bindAddress, heloName, user, address, tls, pool);
    }

    /** Returns the route for logs, such as {@code smtp://mx.example:25 at 192.0.2.1}. */
    @Override
    public String toString() {
        var scheme = lmtp ? "lmtp://" : "smtp://";
        if (socket != null) {
            return scheme + socket;
        }
        return scheme + (host != null && host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port
                + (address == null || address.getHostAddress().equals(host) ? "" : " at " + address.getHostAddress());
    }
}
