package org.tarishi.core.admin;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A host with or without a port, as in a Host header (RFC 9110 section 7.2).
 *
 * @param host in lower case, without a trailing dot; an IPv6 address stands in brackets
 * @param port 0 to 65535, or -1 where none was given
 */
record Authority(String host, int port) {
    // Nothing that a host can't hold: no user information, no escapes, no blanks.
    private static final Pattern FORM =
            Pattern.compile("(\\[[0-9a-f:.]{2,45}\\]|[a-z0-9_.-]{1,255}?)\\.?(?::([0-9]{1,5}))?");

    static Optional<Authority> parse(String text) {
        var form = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            return Optional.empty();
        }
        var port = form.group(2) == null ? -1 : Integer.parseInt(form.group(2));
        return port > 65_535 ? Optional.empty() : Optional.of(new Authority(form.group(1), port));
    }

    /** Returns the address that the host is, or nothing where it is a name. No name server is asked. */
    Optional<InetAddress> address() {
        return literal(host);
    }

    /** Returns the port, or what stands for it in a scheme. */
    int port(String scheme) {
        return port >= 0 ? port : scheme.equals("https") ? 443 : 80;
    }

    static Optional<InetAddress> literal(String host) {
        try {
            return Optional.of(InetAddress.ofLiteral(host));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
