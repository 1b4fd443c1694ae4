package org.tarishi.nexthop;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;

/**
 * How next hops are spoken to that say nothing else.
 *
 * @param isLmtp whether by LMTP
 * @param port the port of one that names none
 * @param tls the TLS; nothing for what a route has anyway
 * @param bindAddress the local address
 * @param heloName the name in EHLO or LHLO
 * @param login whom to log in as
 * @param isOutbound whether mail of clients that may relay goes there too
 */
public record Manner(
        boolean isLmtp,
        int port,
        Optional<RouteTls> tls,
        Optional<InetAddress> bindAddress,
        Optional<String> heloName,
        Optional<Login> login,
        boolean isOutbound) {

    /** Returns the way by these next hops; nothing where there is none. */
    public Optional<Way> way(List<Route> hops) {
        return hops.isEmpty() ? Optional.empty() : Optional.of(new Way(hops, login, isOutbound, Optional.empty()));
    }

    /**
     * Returns a route with what this says; it has a protocol already.
     *
     * @throws IllegalArgumentException when it can't be
     */
    Route on(Route route) {
        var result = route;
        if (heloName.isPresent()) {
            result = result.withHeloName(heloName.get());
        }
        if (result.socket().isPresent()) {
            // The local address of the others says nothing of a socket; TLS that is demanded would be silently left
            // out.
            if (tls.isPresent() && tls.get().isDemanded()) {
                throw new IllegalArgumentException("a Unix domain socket has no TLS");
            }
            return result;
        }
        if (bindAddress.isPresent()) {
            result = result.withBindAddress(bindAddress.get());
        }
        boolean isAtOnce = route.tls().map(RouteTls::isAtOnce).orElse(false);
        if (tls.isEmpty()) {
            return result;
        }
        if (isAtOnce && tls.get().level() == RouteTls.Level.NONE) {
            throw new IllegalArgumentException("smtps is TLS");
        }
        return result.withTls(isAtOnce ? tls.get().atOnce() : tls.get());
    }
}
