package org.tarishi.core.scheduler;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.NotifyOn;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.core.spi.DsnComposer;
import org.tarishi.core.spi.OutboundQueue.Submitted;
import org.tarishi.core.spi.QueueStore;
import org.tarishi.core.spi.QueuedMail;

/** Tells senders what became of their mail: one notification for all recipients that are told of together. Blocks. */
final class Notices {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.queue");
    private static final String ORIGIN = "dsn";

    /** Of replies with the subject 7: TLS is not offered, its cryptography fails, REQUIRETLS is not promised. */
    private static final Set<Integer> TLS_DETAILS = Set.of(4, 5, 30);

    private final Parts parts;
    private final QueueStore store;
    private final ProgramMail programMail;
    private final java.util.function.Supplier<Settings> settings;

    Notices(Parts parts, QueueStore store, ProgramMail programMail, java.util.function.Supplier<Settings> settings) {
        this.parts = parts;
        this.store = store;
        this.programMail = programMail;
        this.settings = settings;
    }

    /** Whether what was owed has been paid. */
    enum Paid {
        /** The notification is safe, or nobody wants one, or it can't be sent. */
        YES,
        /** Not now. */
        LATER
    }

    /** Tells whether a sender wants to hear of a recipient that was reached. */
    static boolean wantsSuccess(Recipient recipient) {
        return recipient.notifyOn().map(on -> on.contains(NotifyOn.SUCCESS)).orElse(false);
    }

    /** Tells whether a sender wants to hear of a delay. */
    static boolean wantsDelay(Recipient recipient) {
        return recipient.notifyOn().map(on -> on.contains(NotifyOn.DELAY)).orElse(true);
    }

    /** Pays what is owed for a mail; see {@link Facts}. */
    Paid pay(LiveMail mail, QueuedMail queued, Map<Integer, Facts.Owed> owed) throws InterruptedException {
        var composer = parts.composer();
        if (composer == null) {
            LOG.warn("{}: its sender can't be told now, no composer of notifications is installed", queued.id());
            return Paid.LATER;
        }
        // the same notification has the same id in each try, so that it is queued once
        var id = queued.id() + "-" + (notices(queued) + 1);
        try {
            if (store.find(id + ".1").isPresent()) {
                return Paid.YES;
            }
            var reports = reports(queued, owed);
            var notification = composer.compose(
                    new DsnComposer.Mail(
                            queued.id(),
                            queued.sender(),
                            queued.queuedAt(),
                            queued.state().facts().get(Facts.HELLO),
                            mail::open),
                    reports);
            if (notification.isEmpty()) {
                return Paid.YES;
            }
            return send(id, queued, notification.get());
        } catch (IOException e) {
            LOG.warn("{}: its sender can't be told now: {}", queued.id(), e.toString());
            return Paid.LATER;
        }
    }

    /** Returns how many notifications were made of a mail. */
    static int notices(QueuedMail queued) {
        try {
            return Integer.parseInt(queued.state().facts().getOrDefault(Facts.NOTICES, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private Paid send(String id, QueuedMail queued, DsnComposer.Notification notification)
            throws IOException, InterruptedException {
        var submitted = programMail.send(
                id,
                notification.sender(),
                List.of(notification.recipient()),
                notification.open(),
                ProgramMail.Manner.AS_IT_IS,
                Map.of(),
                ORIGIN,
                new Submissions.Particulars(
                        Map.of(),
                        // RFC 8689 section 5: what is told of such a mail must not be less safe than it
                        queued.state().tlsRequired(),
                        // the mail goes when its sender is told
                        queued.state().pending() == 0));
        return switch (submitted) {
            case Submitted.Queued _ -> {
                LOG.info("{} tells {} of {}", id, notification.recipient(), queued.id());
                yield Paid.YES;
            }
            case Submitted.Denied(var verdict)
            when !verdict.isFault() -> {
                LOG.info("{}: {} does not let its sender be told", queued.id(), verdict.plugin());
                yield Paid.YES;
            }
            case Submitted.Refused(var reply)
            when reply.isPermanent() -> {
                LOG.warn("{}: its sender can't be told: {}", queued.id(), reply);
                yield Paid.YES;
            }
            case Submitted.Denied _, Submitted.Refused _ -> Paid.LATER;
        };
    }

    private List<DsnComposer.Report> reports(QueuedMail queued, Map<Integer, Facts.Owed> owed) {
        var reports = new ArrayList<DsnComposer.Report>();
        owed.forEach((place, why) -> {
            if (place >= 0 && place < queued.recipients().size()) {
                reports.add(report(queued, place, why));
            }
        });
        return reports;
    }

    private DsnComposer.Report report(QueuedMail queued, int place, Facts.Owed why) {
        var state = queued.state().recipients().get(place);
        var reply = state.reply();
        var remote = state.remote();
        return new DsnComposer.Report(
                queued.recipients().get(place),
                switch (why) {
                    case FAILED, EXPIRED -> DsnComposer.Action.FAILED;
                    case DELAYED -> DsnComposer.Action.DELAYED;
                    case DELIVERED -> DsnComposer.Action.DELIVERED;
                    case RELAYED -> DsnComposer.Action.RELAYED;
                },
                status(why, reply),
                reason(queued, why, reply, remote),
                remote == null ? null : new DsnComposer.Remote(remote, reply),
                state.at(),
                why == Facts.Owed.DELAYED ? until(queued) : null);
    }

    private static EnhancedStatus status(Facts.Owed why, @Nullable Reply reply) {
        var said = Optional.ofNullable(reply).flatMap(Reply::enhanced);
        return switch (why) {
            // What was in the way to the end was TLS (RFC 8689 section 4.2.1): that tells more than the time.
            case EXPIRED ->
                said.filter(s -> s.subject() == 7 && TLS_DETAILS.contains(s.detail()))
                        .map(s -> new EnhancedStatus(5, 7, s.detail()))
                        .orElse(Replies.EXPIRED);
            case FAILED -> said.filter(s -> s.statusClass() == 5).orElse(new EnhancedStatus(5, 0, 0));
            case DELAYED -> said.filter(s -> s.statusClass() == 4).orElse(new EnhancedStatus(4, 4, 7));
            case DELIVERED, RELAYED -> said.filter(s -> s.statusClass() == 2).orElse(new EnhancedStatus(2, 0, 0));
        };
    }

    private static String reason(QueuedMail queued, Facts.Owed why, @Nullable Reply reply, @Nullable String remote) {
        return switch (why) {
            case FAILED ->
                remote != null || reply == null
                        ? "The mail was refused for good."
                        // this host's own words: they stand nowhere else in the notification
                        : "The mail could not be sent: " + reply.text() + ".";
            case EXPIRED ->
                "The mail could not be delivered in time, after "
                        + queued.state().failures() + " attempts.";
            case DELAYED -> "The mail has not been delivered yet. It is still tried.";
            case DELIVERED -> "The mail was delivered.";
            case RELAYED -> "The mail was passed on to a host that sends no notifications.";
        };
    }

    private Instant until(QueuedMail queued) {
        var set = settings.get();
        var left = Duration.ZERO;
        var waits = set.retries().waits();
        for (int i = Math.min(waits.size(), queued.state().failures()); i < waits.size(); i++) {
            left = left.plus(waits.get(i));
        }
        var byCount = queued.state().due().plus(left);
        var byAge = queued.queuedAt().plus(set.expiry());
        return byCount.isBefore(byAge) ? byCount : byAge;
    }
}
