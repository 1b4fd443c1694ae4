package org.tarishi.nexthop;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Text;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.NoConnectionException;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.api.service.TlsFailedException;
import org.tarishi.api.service.UnknownOutcomeException;

/**
 * Hands one message to the first of several next hops that serves.
 *
 * <p>The next one is tried where nothing was sent that could have been taken: nobody answers, the session is refused, the TLS that is
 * demanded can't be had, or MAIL is refused for now. What a next hop says of recipients or message is final. Blocks; any thread.
 */
public final class Handover {

    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

    /** The core waits 11 minutes for a plugin, and the reply to the final dot alone may take ten. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final SmtpClient client;
    private final HopHealth health;
    private final LongSupplier nanos;

    /** Makes one; nothing of it blocks. */
    public Handover(SmtpClient client, HopHealth health, LongSupplier nanos) {
        this.client = client;
        this.health = health;
        this.nanos = nanos;
    }

    /** How it ended. */
    public sealed interface End {

        /** Returns the next hop that it ended at. */
        Route hop();
    }

    /** A next hop has said what becomes of the message. */
    public record Answered(Route hop, SmtpClient.Outcome outcome) implements End {}

    /** Nobody wanted the session, which says nothing of the message; this was said last. */
    public record SessionRefused(Route hop, Reply reply) implements End {}

    /**
     * Nobody was reached, and nobody has the message.
     *
     * @param why in words that may be shown
     * @param isOurs whether it was this server that had no connection free, and no other next hop would help
     */
    public record Unreachable(Route hop, String why, boolean isOurs) implements End {}

    /** The connection was lost behind the final dot: the message may have been taken. */
    public record Unknown(Route hop, String why) implements End {}

    /**
     * Hands it over.
     *
     * @param hops the next hops, at least one
     * @param rest how long one that failed is left out
     * @param options how to go about it with each
     */
    public End send(
            List<Route> hops,
            Order order,
            Duration rest,
            ReversePath from,
            List<Recipient> to,
            Message message,
            SmtpClient.Options options) {
        long begun = nanos.getAsLong();
        var tried = health.order(hops, order, rest);
        End end = null;
        for (int i = 0; i < tried.size(); i++) {
            var hop = tried.get(i);
            end = attempt(hop, from, to, message, options);
            boolean isLast = i + 1 == tried.size()
                    || nanos.getAsLong() - begun > PATIENCE.toNanos()
                    || Thread.currentThread().isInterrupted();
            if (isLast || !isForAnother(end)) {
                return end;
            }
            LOG.warn("{}: {}; the next host is tried", hop, why(end));
        }
        if (end == null) {
            throw new IllegalArgumentException("want a next hop");
        }
        return end;
    }

    private End attempt(Route hop, ReversePath from, List<Recipient> to, Message message, SmtpClient.Options options) {
        SmtpClient.Outcome outcome;
        try {
            outcome = client.send(hop, from, to, message, options);
        } catch (UnknownOutcomeException e) {
            health.failed(hop);
            return new Unknown(hop, why(e));
        } catch (NoConnectionException e) {
            return new Unreachable(hop, why(e), true);
        } catch (TlsFailedException e) {
            // What one mail demands says nothing against the host.
            if (!from.parameters().has("REQUIRETLS")) {
                health.failed(hop);
            }
            return new Unreachable(hop, why(e), false);
        } catch (IOException e) {
            health.failed(hop);
            return new Unreachable(hop, why(e), false);
        }
        if (outcome.isSessionRefused()) {
            health.failed(hop);
            return new SessionRefused(hop, outcome.decisive());
        }
        if (outcome.decisive().code() == 421) {
            health.failed(hop);
        } else if (health.served(hop)) {
            LOG.info("{}: serves again", hop);
        }
        return new Answered(hop, outcome);
    }

    private static boolean isForAnother(End end) {
        return switch (end) {
            case SessionRefused _ -> true;
            case Unreachable(var _, var _, boolean isOurs) -> !isOurs;
            case Answered(var _, var outcome) ->
                outcome.refusal().map(Reply::isTransient).orElse(false);
            case Unknown _ -> false;
        };
    }

    private static String why(End end) {
        return switch (end) {
            case Unreachable(var _, var why, var _) -> why;
            case Unknown(var _, var why) -> why;
            case SessionRefused(var _, var reply) -> "session refused: " + reply;
            case Answered(var _, var outcome) -> outcome.decisive().toString();
        };
    }

    private static String why(IOException e) {
        return Text.escaped(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
    }
}
