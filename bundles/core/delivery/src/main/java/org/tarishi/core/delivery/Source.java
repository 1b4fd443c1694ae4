package org.tarishi.core.delivery;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.MailHost;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.outbound.Route;

/**
 * How this host shows itself to a next hop.
 *
 * @param address the local address, nothing for the system's choice
 * @param heloName the name in EHLO, nothing for the client's
 * @param pool the pool that it is of, if it is
 */
record Source(Optional<InetAddress> address, Optional<String> heloName, Optional<String> pool) {

    /** The system's choice. */
    static final Source ANY = new Source(Optional.empty(), Optional.empty(), Optional.empty());

    /** Reads {@code ADDRESS} or {@code ADDRESS/NAME} of a pool. */
    static Source parse(String key, String pool, String text) {
        int slash = text.indexOf('/');
        var address = address(key, slash < 0 ? text : text.substring(0, slash));
        return new Source(
                Optional.of(address),
                slash < 0 ? Optional.empty() : Optional.of(name(key, text.substring(slash + 1))),
                Optional.of(pool));
    }

    static InetAddress address(String key, String text) {
        try {
            // Otherwise a number would be taken for an IPv4 address too.
            boolean hasForm =
                    text.indexOf(':') >= 0 || text.chars().filter(c -> c == '.').count() == 3;
            if (hasForm && text.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == ':' || c == '.')) {
                return InetAddress.ofLiteral(text);
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw new InvalidSettingException(key, "want an IPv4 or IPv6 address: " + text);
    }

    static String name(String key, String text) {
        try {
            return MailHost.parse(text).ascii();
        } catch (AddressSyntaxException e) {
            throw new InvalidSettingException(key, "want a domain or an address in brackets: " + text);
        }
    }

    /** Tells whether an address can be reached from this one. */
    boolean reaches(InetAddress remote) {
        return address.isEmpty() || address.get() instanceof Inet4Address == remote instanceof Inet4Address;
    }

    /** Returns a route from here, where it leaves that open. */
    Route on(Route route) {
        var made = route;
        if (address.isPresent()
                && route.bindAddress().isEmpty()
                && route.socket().isEmpty()) {
            made = made.withBindAddress(address.get());
            if (pool.isPresent()) {
                made = made.withPool(pool.get());
            }
        }
        return heloName.isPresent() && route.heloName().isEmpty() ? made.withHeloName(heloName.get()) : made;
    }
}
