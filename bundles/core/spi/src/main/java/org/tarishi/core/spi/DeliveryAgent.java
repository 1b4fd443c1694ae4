package org.tarishi.core.spi;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Reply;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.Route;

/**
 * Finds next hops and hands mail to them. It decides neither when a mail is tried nor what follows from an attempt. Blocks; called on a
 * virtual thread an attempt, which is interrupted when the server stops.
 */
@ProviderType
public interface DeliveryAgent {

    /**
     * Finds the next hops of a mail that no plugin had a route for.
     *
     * @return the next hops, or why there are none; {@link MxResult#CONTINUE} when nothing is known of this domain
     */
    MxResult route(OutboundMail mail);

    /**
     * Tries to hand a mail over.
     *
     * @param mail the mail; its recipients are those to be reached
     * @param message its message
     * @param routes the next hops, tried in this order until one answers
     * @return what became of it; whatever fails is in it, for now unless a next hop refused for good
     */
    Attempt attempt(OutboundMail mail, LiveMessage message, List<Route> routes);

    /**
     * What an attempt came to.
     *
     * @param recipients one for each recipient of the mail, in their order
     * @param reach how far it got
     * @param hop who was reached or tried last; null where nobody was
     * @param took how long it took
     */
    record Attempt(
            List<Result> recipients, Reach reach, @Nullable Hop hop, Duration took) {

        /** Copies what could change. */
        public Attempt {
            recipients = List.copyOf(recipients);
        }
    }

    /**
     * What became of a recipient.
     *
     * @param reply the reply that decided it: 2yz, 4yz or 5yz; this host's own words where nobody answered
     */
    record Result(Reply reply) {}

    /** How far an attempt got: what it says of the next hop, apart from the mail. */
    enum Reach {
        /** The next hop has answered for this mail. */
        ANSWERED,
        /** The next hop wants no mail now: it refused the session, or said 421. */
        BUSY,
        /** Nobody answered: no connection, a time-out, no SMTP. */
        UNREACHED,
        /** The connection broke when the next hop had the whole message; it may have it. */
        UNKNOWN,
        /** Nothing was tried, for a reason of this host's own; it says nothing of the next hop. */
        NONE,
        /** Nothing was tried, as this host has no connection free: the mail is tried again soon, and no failure counted. */
        NO_CONNECTION
    }

    /**
     * A next hop as it was spoken to.
     *
     * @param route how it was meant
     * @param host its name, or its address, or {@code localhost} for a Unix domain socket
     * @param address its address, where it is known
     * @param isSecured whether it went over TLS
     * @param isAuthenticated whether the next hop knew us
     * @param notifies whether the next hop sends the notifications that were asked for (RFC 3461)
     * @param tls what TLS was wanted, who said so, and what came of it, in words for the log
     */
    record Hop(
            Route route,
            String host,
            @Nullable InetAddress address,
            boolean isSecured,
            boolean isAuthenticated,
            boolean notifies,
            String tls) {}
}
