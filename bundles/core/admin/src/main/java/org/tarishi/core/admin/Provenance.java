package org.tarishi.core.admin;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a request says it comes from and goes to.
 *
 * @param method the HTTP method
 * @param hosts every Host header
 * @param origins every Origin header
 * @param referers every Referer header
 * @param webSocket whether the request asks for a WebSocket, to which no same-origin policy holds
 * @param secure whether it came over TLS
 * @param localAddress the address it came in at
 */
record Provenance(
        String method,
        List<String> hosts,
        List<String> origins,
        List<String> referers,
        boolean webSocket,
        boolean secure,
        String localAddress) {

    /** An answer to a request that may not pass: the status, and why in words for the client. */
    record Objection(int status, String why) {}

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
    private static final Pattern REFERER = Pattern.compile("(https?://[^/?#]+)(?:[/?#].*)?");
    private static final Pattern ORIGIN = Pattern.compile("(https?)://(.+)");

    /**
     * Objects to a request that was sent to a foreign name, or that wants to change something and doesn't come from our own
     * pages.
     *
     * @param allowed names that are ours beside the loopback names and the address of the connection
     */
    Optional<Objection> objection(Set<String> allowed) {
        if (hosts.size() != 1) {
            return Optional.of(new Objection(400, "The request needs one Host header."));
        }
        var host = Authority.parse(hosts.getFirst());
        if (host.isEmpty() || !isOurs(host.get(), allowed)) {
            return Optional.of(new Objection(
                    421, "This server is not known by that name. Its setting hosts lists the names it answers to."));
        }
        if ((!SAFE.contains(method) || webSocket) && !comesFrom(host.get())) {
            return Optional.of(
                    new Objection(403, "A request that changes something has to come from this server's own pages."));
        }
        return Optional.empty();
    }

    /**
     * A page in a browser can reach us under a name of its own by changing what that name resolves to (DNS rebinding), but
     * not under an address: that is never resolved.
     */
    private boolean isOurs(Authority host, Set<String> allowed) {
        return host.host().equals("localhost")
                || allowed.contains(host.host())
                || host.address()
                        .filter(address -> address.isLoopbackAddress()
                                || Authority.literal(localAddress).equals(Optional.of(address)))
                        .isPresent();
    }

    private boolean comesFrom(Authority host) {
        if (!origins.isEmpty()) {
            return origins.size() == 1 && isSame(origins.getFirst(), host);
        }
        if (referers.size() != 1) {
            return false;
        }
        var referer = REFERER.matcher(referers.getFirst());
        return referer.matches() && isSame(referer.group(1), host);
    }

    private boolean isSame(String origin, Authority host) {
        var form = ORIGIN.matcher(origin);
        if (!form.matches()) {
            return false; // "null" too: a page without an origin is never ours
        }
        var scheme = form.group(1);
        // Behind a proxy that ends TLS we see plain HTTP and an https origin; the other way round is an attack.
        if (secure && !scheme.equals("https")) {
            return false;
        }
        return Authority.parse(form.group(2))
                .filter(from -> from.host().equals(host.host()) && from.port(scheme) == host.port(scheme))
                .isPresent();
    }
}
