package org.tarishi.plugin.lmtp;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.StatusReason;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.nexthop.Handover;
import org.tarishi.nexthop.PassedOn;
import org.tarishi.nexthop.Way;

/**
 * One message on its way to the stores of its recipients, and what their answers mean for the client. One thread.
 *
 * <p>Nobody has it: the client hears why, and keeps it or gives it up for all. Somebody has it: the client must not send it again, so the
 * others' share is queued, of those too who were refused for good, whose sender the queue tells.
 */
final class Delivery {

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

    /** The core waits 11 minutes for a plugin, and one store may take ten for its reply. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Transaction tx;
    private final Message message;
    private final Settings settings;
    private final SmtpClient client;
    private final Handover handover;
    private final Leftovers queue;
    private final Path conf;
    private final LongSupplier nanos;

    /** Those who have not got it, with what was said to each, of whom the first refusal for now counts. */
    private final List<Recipient> left = new ArrayList<>();

    private @Nullable Reply taken;
    private @Nullable Reply refused;
    private @Nullable Reply deferred;
    private int had;
    private boolean isEachUnreached = true;

    Delivery(
            Transaction tx,
            Message message,
            Settings settings,
            SmtpClient client,
            Handover handover,
            Leftovers queue,
            Path conf,
            LongSupplier nanos) {
        this.tx = tx;
        this.message = message;
        this.settings = settings;
        this.client = client;
        this.handover = handover;
        this.queue = queue;
        this.conf = conf;
        this.nanos = nanos;
    }

    /**
     * Delivers it.
     *
     * @param ways the recipients by the way to their store
     * @throws IOException when a file has no password, and nobody has the message
     */
    HookResult of(Map<Way, List<Recipient>> ways) throws IOException {
        // Before anything is sent: what can't be had for one must not leave others with half of an answer.
        var ready = new ArrayList<List<Route>>();
        for (var way : ways.keySet()) {
            ready.add(way.ready(conf));
        }
        long begun = nanos.getAsLong();
        int i = 0;
        for (var to : ways.values()) {
            var hops = ready.get(i++);
            if (taken != null && nanos.getAsLong() - begun > PATIENCE.toNanos()) {
                // The queue has time. Here, an answer that comes too late would have the client send it to everybody
                // again.
                leave(to, PassedOn.UNREACHABLE);
            } else {
                send(hops, to);
            }
        }
        return answer();
    }

    private void send(List<Route> hops, List<Recipient> to) {
        var end = handover.send(
                hops,
                settings.order(),
                settings.deadTime(),
                tx.sender(),
                to,
                message,
                client.options().connectTimeout(settings.connectTimeout()));
        switch (end) {
            case Handover.Answered(var hop, var outcome) -> {
                isEachUnreached = false;
                answered(hop, outcome, to);
            }
            case Handover.SessionRefused(var hop, var reply) -> {
                LOG.warn("{}: session refused: {}", hop, reply);
                tx.results().fail(reply.toString());
                isEachUnreached = false;
                leave(to, reply.isTransient() ? reply : PassedOn.SHUT);
            }
            case Handover.Unreachable(var hop, var why, var _) -> {
                LOG.warn("{}: unreachable: {}", hop, why);
                tx.results().error("unreachable: " + hop);
                leave(to, PassedOn.UNREACHABLE);
            }
            case Handover.Unknown(var hop, var why) -> {
                LOG.warn("{}: outcome unknown, the store may have the message: {}", hop, why);
                tx.results().error("outcome unknown");
                isEachUnreached = false;
                leave(to, PassedOn.LOST);
            }
        }
    }

    /** Says for each recipient what decided it: the refusal of all, that of its RCPT, or its own reply behind the data. */
    private void answered(Route hop, SmtpClient.Outcome outcome, List<Recipient> to) {
        var data = outcome.data().iterator();
        // By SMTP, and of a refused DATA, there is one for all.
        boolean isOne = outcome.data().size() == 1;
        int before = had;
        for (int i = 0; i < to.size(); i++) {
            var said = i < outcome.recipients().size() ? outcome.recipients().get(i) : null;
            Reply reply;
            if (outcome.refusal().isPresent()) {
                reply = outcome.refusal().get();
            } else if (said != null && !said.isPositive()) {
                reply = said;
            } else {
                reply = isOne ? outcome.data().getFirst() : data.hasNext() ? data.next() : outcome.decisive();
            }
            if (reply.isPositive() && !outcome.data().isEmpty()) {
                had++;
                taken = taken == null ? reply : taken;
            } else {
                LOG.info("{}: refused for {}: {}", hop, to.get(i), reply);
                leave(List.of(to.get(i)), reply.isPositive() ? PassedOn.SHUT : reply);
            }
        }
        if (had > before) {
            LOG.info("{}: delivered to {} of {} recipient(s)", hop, had - before, to.size());
            tx.results().pass(hop.toString());
        }
    }

    private void leave(List<Recipient> to, Reply why) {
        left.addAll(to);
        if (why.isPermanent()) {
            refused = refused == null ? why : refused;
        } else {
            deferred = deferred == null ? why : deferred;
        }
    }

    private HookResult answer() {
        if (taken != null) {
            return left.isEmpty() ? PassedOn.of(taken) : rest(PassedOn.of(taken));
        }
        if (isEachUnreached && settings.unreachable() != Settings.Unreachable.DENYSOFT) {
            return settings.unreachable() == Settings.Unreachable.QUEUE
                    ? queue.take(tx, message, left)
                    : HookResult.CONTINUE;
        }
        var reply = deferred != null ? deferred : refused != null ? refused : PassedOn.SHUT;
        tx.results().fail(reply.toString());
        return PassedOn.of(reply);
    }

    private HookResult rest(HookResult yes) {
        if (queue.take(tx, message, left) instanceof HookResult.Ok) {
            return yes;
        }
        // Never a refusal for good: some have it. And never a yes: the others' share is nowhere.
        LOG.warn(
                "refused for now though {} recipient(s) have it, who will get it again: {} are left, and can't be queued",
                had,
                left.size());
        return HookResult.denySoft(
                StatusReason.SYS_NOT_ACCEPTING_MAIL.reply(451, "Not delivered to all recipients, try again later"));
    }
}
