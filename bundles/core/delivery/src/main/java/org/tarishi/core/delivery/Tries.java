package org.tarishi.core.delivery;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.api.StatusReason;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;
import org.tarishi.api.service.NoConnectionException;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.api.service.TlsFailedException;
import org.tarishi.api.service.UnknownOutcomeException;
import org.tarishi.core.spi.DeliveryAgent.Attempt;
import org.tarishi.core.spi.DeliveryAgent.Hop;
import org.tarishi.core.spi.DeliveryAgent.Reach;
import org.tarishi.core.spi.DeliveryAgent.Result;
import org.tarishi.core.spi.LiveMessage;

/**
 * One attempt: next hops, one after another, until one has answered for the mail.
 *
 * <p>RFC 5321 section 5.1: another host may take what this one does not take now; what one has, or may have, is its own. When none has
 * answered, the one that told most stands for all.
 */
final class Tries {

    private static final int BUSY = 421;

    private static final Reply NO_ROUTE =
            StatusReason.NET_UNABLE_TO_ROUTE.reply(451, "no next hop is known for this domain");

    private static final Reply NO_CONNECTION =
            StatusReason.SYS_NOT_ACCEPTING_MAIL.reply(451, "all connections of this host are in use");

    private final SmtpClient client;
    private final GivenHops hops;
    private final TlsTelling telling;
    private final Settings settings;
    private final OutboundMail mail;
    private final LiveMessage message;
    private final LongSupplier nanos;
    private final long from;

    Tries(
            SmtpClient client,
            GivenHops hops,
            TlsTelling telling,
            Settings settings,
            OutboundMail mail,
            LiveMessage message,
            LongSupplier nanos) {
        this.client = client;
        this.hops = hops;
        this.telling = telling;
        this.settings = settings;
        this.mail = mail;
        this.message = message;
        this.nanos = nanos;
        this.from = nanos.getAsLong();
    }

    /** Tries them. */
    Attempt of(List<Route> routes) {
        var best = best(routes, route -> switch (hops.of(settings, mail, route)) {
            case GivenHops.Hops.Not(var why) -> new Ranked(same(why, Reach.NONE, route), Ranked.SILENT, false);
            case GivenHops.Hops.To(var ready) ->
                Objects.requireNonNull(best(ready, each -> tried(each, isByDns(route))));
        });
        return best == null ? Ranked.same(mail, NO_ROUTE, Reach.NONE, null, Duration.ZERO) : best.attempt();
    }

    /** Tries one after another; null where there is none. */
    private static @Nullable Ranked best(List<Route> routes, Function<Route, Ranked> way) {
        Ranked best = null;
        for (var route : routes) {
            var tried = way.apply(route);
            if (tried.isLast()) {
                return tried;
            }
            if (best == null || tried.rank() >= best.rank()) {
                best = tried;
            }
            if (Thread.currentThread().isInterrupted()) {
                break; // the server stops: no other host could be reached either
            }
        }
        return best;
    }

    /** Whose address is known before its turn comes was found by DNS; of hosts that somebody named their domains want no reports. */
    private static boolean isByDns(Route route) {
        return route.address().isPresent();
    }

    private Ranked tried(Route route, boolean isByDns) {
        try {
            var outcome = client.send(
                    route,
                    mail.sender(),
                    mail.recipients(),
                    message,
                    client.options().connectTimeout(settings.connectTimeout()));
            if (isByDns) {
                outcome.session().ifPresent(session -> telling.session(mail, route, session));
            }
            return judged(route, outcome);
        } catch (UnknownOutcomeException e) {
            var reply = unreached("the connection broke behind the final dot", route, e);
            return new Ranked(same(reply, Reach.UNKNOWN, route), Ranked.ANSWERED, true);
        } catch (NoConnectionException e) {
            // It is we who can't: another next hop would have none either, and nothing is said against this one.
            var attempt = Ranked.same(mail, NO_CONNECTION, Reach.NO_CONNECTION, null, took());
            return new Ranked(attempt, Ranked.ANSWERED, true);
        } catch (TlsFailedException e) {
            if (isByDns) {
                telling.failed(mail, route, e);
            }
            // What one mail demands says nothing against the host.
            var reach = mail.isTlsRequired() ? Reach.NONE : Reach.UNREACHED;
            return new Ranked(same(withoutTls(route, e), reach, route), Ranked.NO_TLS, false);
        } catch (IOException e) {
            return new Ranked(same(unreached("no answer", route, e), Reach.UNREACHED, route), Ranked.SILENT, false);
        }
    }

    private static Reply unreached(String what, Route route, IOException e) {
        return StatusReason.NET_NO_ANSWER.reply(451, Shown.text(what + " from " + route + ": " + Shown.why(e)));
    }

    private Reply withoutTls(Route route, TlsFailedException e) {
        int detail = switch (e.kind()) {
            case NOT_OFFERED -> mail.sender().parameters().has("REQUIRETLS") ? 30 : 4;
            case HANDSHAKE, CERTIFICATE, UNAVAILABLE -> 5;
        };
        return Reply.of(
                451,
                new EnhancedStatus(4, 7, detail),
                Shown.text("TLS is demanded" + reason(route) + " and can't be had of " + route + ": " + Shown.why(e)));
    }

    private static String reason(Route route) {
        var reason = route.tls().map(RouteTls::reason).orElse("");
        return reason.isEmpty() ? "" : " (" + reason + ")";
    }

    private Ranked judged(Route route, SmtpClient.Outcome outcome) {
        boolean isTaken = outcome.data().stream().anyMatch(Reply::isPositive);
        var decisive = outcome.decisive();
        boolean isRefusedNow = outcome.refusal().map(Reply::isTransient).orElse(false);
        Reach reach = Reach.ANSWERED;
        int rank = Ranked.ANSWERED;
        if (!isTaken && (decisive.code() == BUSY || (outcome.isSessionRefused() && isRefusedNow))) {
            reach = Reach.BUSY;
            rank = Ranked.NOT_NOW;
        } else if (outcome.isSessionRefused()) {
            rank = Ranked.SHUT;
        } else if (isRefusedNow) {
            rank = Ranked.NOT_NOW;
        }
        var attempt = new Attempt(results(outcome), reach, hop(route, outcome.session()), took());
        return new Ranked(attempt, rank, rank == Ranked.ANSWERED);
    }

    /** Says for each recipient what decided it. */
    private List<Result> results(SmtpClient.Outcome outcome) {
        var refusal = outcome.refusal();
        int count = mail.recipients().size();
        var results = new ArrayList<Result>(count);
        var data = outcome.data().iterator();
        boolean isOne = outcome.data().size() == 1;
        for (int i = 0; i < count; i++) {
            var said = i < outcome.recipients().size() ? outcome.recipients().get(i) : null;
            if (refusal.isPresent()) {
                results.add(new Result(refusal.get()));
            } else if (said != null && !said.isPositive()) {
                results.add(new Result(said));
            } else {
                results.add(new Result(
                        isOne ? outcome.data().getFirst() : data.hasNext() ? data.next() : outcome.decisive()));
            }
        }
        return results;
    }

    private Attempt same(Reply reply, Reach reach, Route route) {
        return Ranked.same(mail, reply, reach, hop(route, Optional.empty()), took());
    }

    private static Hop hop(Route route, Optional<SmtpClient.Session> session) {
        return new Hop(
                route,
                route.host().orElse("localhost"),
                address(route, session),
                session.map(SmtpClient.Session::isSecured).orElse(false),
                session.map(SmtpClient.Session::isAuthenticated).orElse(false),
                session.map(SmtpClient.Session::isDsnOffered).orElse(false),
                tls(route, session));
    }

    private static @Nullable InetAddress address(Route route, Optional<SmtpClient.Session> session) {
        return session.flatMap(SmtpClient.Session::address).or(route::address).orElse(null);
    }

    /** What was wanted and why; and what came of it, where there was a session. */
    private static String tls(Route route, Optional<SmtpClient.Session> session) {
        var wanted = route.tls().orElse(RouteTls.NONE).toString();
        return session.map(known -> known.isSecured()
                        ? wanted + " " + known.tlsVersion().orElse("") + " "
                                + known.cipherSuite().orElse("")
                        : wanted
                                + known.whyPlain()
                                        .map(why -> " without: " + why)
                                        .orElse(""))
                .map(Shown::text)
                .orElse(wanted);
    }

    private Duration took() {
        return Duration.ofNanos(nanos.getAsLong() - from);
    }
}
