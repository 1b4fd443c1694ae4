package org.tarishi.core.scheduler;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.outbound.Deferral;
import org.tarishi.api.outbound.Delivered;
import org.tarishi.api.outbound.Failure;
import org.tarishi.api.outbound.RecipientFailure;
import org.tarishi.api.outbound.Route;
import org.tarishi.core.spi.DeliveryAgent;
import org.tarishi.core.spi.DeliveryAgent.Reach;

/**
 * What an attempt came to, sorted.
 *
 * @param attempt what the agent said, or this host in its place
 * @param delivered who was reached
 * @param deferred who was not, for now
 * @param failed who never will be
 */
record Outcome(DeliveryAgent.Attempt attempt, List<One> delivered, List<One> deferred, List<One> failed) {

    /**
     * One recipient.
     *
     * @param place its place among all recipients of the mail
     */
    record One(int place, Recipient recipient, Reply reply) implements RecipientFailure {}

    /** Sorts what became of the recipients that were still to be reached. */
    static Outcome of(LiveMail mail, DeliveryAgent.Attempt attempt) {
        var delivered = new ArrayList<One>();
        var deferred = new ArrayList<One>();
        var failed = new ArrayList<One>();
        for (int i = 0; i < mail.recipients().size(); i++) {
            var reply = i < attempt.recipients().size()
                    ? attempt.recipients().get(i).reply()
                    : Replies.NOT_TOLD;
            var one = new One(mail.places().get(i), mail.recipients().get(i), reply);
            (reply.isPositive() ? delivered : reply.isPermanent() ? failed : deferred).add(one);
        }
        return new Outcome(attempt, delivered, deferred, failed);
    }

    /** Returns what it comes to when nobody was asked: one reply for all. */
    static Outcome same(LiveMail mail, Reply reply) {
        var results = mail.recipients().stream()
                .map(recipient -> new DeliveryAgent.Result(reply))
                .toList();
        return of(mail, new DeliveryAgent.Attempt(results, Reach.NONE, null, Duration.ZERO));
    }

    /** Returns what it says of the destination. */
    Pace.Sign sign() {
        return switch (attempt.reach()) {
            case ANSWERED -> delivered.isEmpty() && failed.isEmpty() ? Pace.Sign.DEFERS : Pace.Sign.GOOD;
            case BUSY, UNREACHED -> Pace.Sign.DOWN;
            case UNKNOWN -> Pace.Sign.DEFERS;
            case NONE, NO_CONNECTION -> Pace.Sign.NONE;
        };
    }

    /** Returns how the attempt ended, for the dispatcher. */
    Dispatcher.Ending ending() {
        var hop = attempt.hop();
        return new Dispatcher.Ending(
                sign(),
                deferred.isEmpty() ? null : deferred.getFirst().reply(),
                hop == null ? null : hop.host(),
                hop == null || hop.address() == null ? null : hop.address().getHostAddress());
    }

    /** Returns the next hop that was tried last. */
    Optional<Route> route() {
        return Optional.ofNullable(attempt.hop()).map(DeliveryAgent.Hop::route);
    }

    private static String line(List<One> all) {
        return all.isEmpty() ? "" : all.getFirst().reply().toString();
    }

    /** Returns it as hooks that hear of deferrals see it. */
    Deferral deferral(Duration delay) {
        return new Deferred(delay, line(deferred), List.copyOf(deferred), route());
    }

    /**
     * Returns it as hooks that hear of failures see it.
     *
     * @param given those that were deferred and are given up now
     */
    Failure failure(List<One> given) {
        return new Failed(
                route(), List.copyOf(given), List.copyOf(failed), failed.isEmpty() ? line(given) : line(failed));
    }

    /** Returns it as listeners see it; only where somebody was reached. */
    Delivered asDelivered(Duration inQueue) {
        var hop = attempt.hop();
        return new Taken(
                hop == null ? "" : hop.host(),
                hop == null ? Optional.empty() : ofNullable(hop.address()),
                hop == null ? 0 : hop.route().port(),
                hop != null && hop.route().isLmtp() ? "lmtp" : "smtp",
                delivered.getFirst().reply(),
                inQueue,
                delivered.stream().map(One::recipient).toList(),
                hop != null && hop.isSecured(),
                hop != null && hop.isAuthenticated());
    }

    private static Optional<InetAddress> ofNullable(@Nullable InetAddress address) {
        return Optional.ofNullable(address);
    }

    private record Deferred(Duration delay, String error, List<RecipientFailure> recipients, Optional<Route> route)
            implements Deferral {}

    private record Failed(
            Optional<Route> route, List<RecipientFailure> deferred, List<RecipientFailure> bounced, String error)
            implements Failure {}

    private record Taken(
            String host,
            Optional<InetAddress> address,
            int port,
            String mode,
            Reply response,
            Duration delay,
            List<Recipient> recipients,
            boolean isSecured,
            boolean isAuthenticated)
            implements Delivered {}
}
