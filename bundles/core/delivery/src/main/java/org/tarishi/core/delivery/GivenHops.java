package org.tarishi.core.delivery;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.Reply;
import org.tarishi.api.StatusReason;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.LookupException;

/**
 * Makes next hops that settings or plugins have named ready to be tried: finds their addresses, and the TLS that they are spoken to by.
 * Blocks; any thread.
 */
final class GivenHops {

    /** What came of one. */
    sealed interface Hops {

        /** These, one after another; at least one. */
        record To(List<Route> routes) implements Hops {}

        /** It can't be used now. */
        record Not(Reply why) implements Hops {}
    }

    private final Dns dns;
    private final TlsChoice tls;
    private final RandomGenerator random;

    GivenHops(Dns dns, TlsChoice tls, RandomGenerator random) {
        this.dns = dns;
        this.tls = tls;
        this.random = random;
    }

    /** Makes one ready. What is a socket, or has its address, is ready but for its TLS. */
    Hops of(Settings now, OutboundMail mail, Route route) {
        if (route.socket().isPresent()) {
            return new Hops.To(List.of(route)); // nothing of it leaves this host
        }
        var host = route.host().orElse("");
        if (route.address().isPresent() || isAddress(host)) {
            return asItIs(now, mail, route);
        }
        try {
            var answer = dns.addresses(Domain.parse(host));
            if (answer.records().isEmpty()) {
                // The system may know what DNS doesn't: by its table of hosts, or by a domain that it searches.
                return asItIs(now, mail, route);
            }
            var routes = new ArrayList<Route>();
            for (var address : now.preference().order(answer.records(), random)) {
                if (routes.size() == now.maxAddresses()) {
                    break;
                }
                if (new Source(route.bindAddress(), route.heloName(), route.pool()).reaches(address)) {
                    var target = new Target(host, answer.canonicalName().orElse(host), address, answer.isSecure());
                    switch (tls.ofGiven(now, mail, route, target)) {
                        case TlsChoice.Choice.Skip(var why) -> {
                            return new Hops.Not(why); // it is the host's, and no address's
                        }
                        case TlsChoice.Choice.Speak(var wanted) ->
                            routes.add(route.withAddress(address).withTls(wanted));
                    }
                }
            }
            return routes.isEmpty() ? new Hops.Not(outOfReach(host)) : new Hops.To(routes);
        } catch (AddressSyntaxException e) {
            return asItIs(now, mail, route); // a name of the system's own
        } catch (LookupException e) {
            return new Hops.Not(StatusReason.NET_DIRECTORY_SERVER_FAILED.reply(
                    451, Shown.text("DNS can't be asked about " + host + " now: " + e.getMessage())));
        }
    }

    private static Hops asItIs(Settings now, OutboundMail mail, Route route) {
        return new Hops.To(List.of(route.withTls(TlsChoice.wanted(now, mail, route))));
    }

    private static Reply outOfReach(String host) {
        return StatusReason.NET_UNABLE_TO_ROUTE.reply(451, "no address of " + host + " can be reached from here");
    }

    private static boolean isAddress(String host) {
        try {
            var _ = InetAddress.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
