package org.tarishi.plugin.lmtp;

import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.StatusReason;
import org.tarishi.api.Text;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.message.Message;
import org.tarishi.api.service.Mailer;
import org.tarishi.nexthop.PassedOn;

/** Puts messages into the outbound queue, from where they go to the store. Blocks; any thread. */
final class Leftovers {

    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    private static final Reply NOT_QUEUED =
            StatusReason.SYS_NOT_ACCEPTING_MAIL.reply(451, "The message can't be queued now, try again later");

    private final Mailer mailer;

    Leftovers(Mailer mailer) {
        this.mailer = mailer;
    }

    /** Queues the message for some recipients, with the parameters they came with; an OK says that it is safe. */
    HookResult take(Transaction tx, Message message, List<Recipient> to) {
        Mailer.Queued queued;
        try {
            queued = mailer.send(
                    tx.sender(),
                    to,
                    message.open(),
                    mailer.options().note(Lmtp.STORE, true).origin(Stores.ID));
        } catch (IOException | IllegalStateException e) {
            var why = Text.escaped(String.valueOf(e.getMessage()));
            LOG.warn("can't be queued for {} recipient(s): {}", to.size(), why);
            tx.results().error("queue");
            return HookResult.denySoft(NOT_QUEUED);
        }
        var reply = queued.reply();
        if (reply.isPositive()) {
            LOG.info("queued for {} recipient(s) as {}", to.size(), queued.id());
            tx.results().pass("queued");
        } else {
            LOG.warn("the queue refuses it for {} recipient(s): {}", to.size(), reply);
            tx.results().fail(reply.toString());
        }
        return PassedOn.of(reply);
    }
}
