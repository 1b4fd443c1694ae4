package org.tarishi.plugin.smtpforward;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.nexthop.Handover;
import org.tarishi.nexthop.PassedOn;
import org.tarishi.nexthop.Way;

/** One message on its way to next hops, and what their answers mean for the client. One thread. */
final class Attempt {

    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final Transaction tx;
    private final Message message;
    private final Settings settings;
    private final SmtpClient client;
    private final Handover handover;
    private final Path conf;

    Attempt(Transaction tx, Message message, Settings settings, SmtpClient client, Handover handover, Path conf) {
        this.tx = tx;
        this.message = message;
        this.settings = settings;
        this.client = client;
        this.handover = handover;
        this.conf = conf;
    }

    /**
     * Sends it to some recipients.
     *
     * @param before how many recipients have it already
     */
    HookResult send(Way way, List<Recipient> to, int before) {
        List<Route> hops;
        try {
            hops = way.ready(conf);
        } catch (IOException e) {
            LOG.error("passwordFile can't be read, refused for now{}: {}", had(before), e.getMessage());
            tx.results().error("passwordFile");
            return HookResult.denySoft(SmtpForward.MISCONFIGURED);
        }
        var options = client.options().connectTimeout(settings.connectTimeout()).allRecipientsOrNone();
        if (settings.isAuthPreferred()) {
            options = options.authPreferred();
        }
        var end = handover.send(hops, settings.order(), settings.deadTime(), tx.sender(), to, message, options);
        return switch (end) {
            case Handover.Unknown(var hop, var why) -> {
                tx.results().error("outcome unknown");
                LOG.warn("{}: outcome unknown, the next hop may have the message{}: {}", hop, had(before), why);
                yield HookResult.denySoft(PassedOn.LOST);
            }
            case Handover.Unreachable(var hop, var why, var _) -> unreachable(hop, before, why);
            case Handover.SessionRefused(var hop, var reply) -> sessionRefused(hop, reply, before);
            case Handover.Answered(var hop, var outcome) -> answered(hop, outcome, to.size(), before);
        };
    }

    private HookResult answered(Route hop, SmtpClient.Outcome outcome, int count, int before) {
        var reply = outcome.decisive();
        if (reply.isPositive()) {
            tx.results().pass(hop.toString());
            LOG.info("{}: forwarded to {} recipient(s): {}", hop, count, reply);
        } else {
            tx.results().fail(reply.toString());
            LOG.info("{}: refused{}: {}", hop, had(before), reply);
        }
        return PassedOn.of(reply);
    }

    private HookResult sessionRefused(Route hop, Reply reply, int before) {
        tx.results().fail(reply.toString());
        LOG.warn("{}: session refused{}: {}", hop, had(before), reply);
        return PassedOn.sessionRefused(reply);
    }

    private HookResult unreachable(Route hop, int before, String why) {
        tx.results().error("unreachable: " + hop);
        // Another plugin would send the message to those who have it already.
        boolean isOthers = settings.unreachable() == Settings.Unreachable.CONTINUE && before == 0;
        LOG.warn(
                "{}: unreachable, {}{}: {}",
                hop,
                isOthers ? "left to the next plugin" : "refused for now",
                had(before),
                why);
        return isOthers ? HookResult.CONTINUE : HookResult.denySoft(PassedOn.UNREACHABLE);
    }

    private static String had(int before) {
        return before == 0 ? "" : " (" + before + " recipient(s) have it already)";
    }
}
