package org.tarishi.plugin.smtpforward;

import java.io.IOException;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.Text;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.QueueHook;
import org.tarishi.api.hook.QueueOutboundHook;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.api.service.UnknownOutcomeException;

/**
 * Hands mail to the next hop before the client gets its answer, which is the next hop's.
 *
 * <p>All recipients share a transaction, and either all get the message or none. So the client's answer is true for all of them.
 */
@SmtpPlugin(value = "smtp-forward", formerly = "queue/smtp_forward")
@Component(configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class SmtpForward implements QueueHook, QueueOutboundHook {

    private static final Logger LOG = LoggerFactory.getLogger(SmtpForward.class);

    private static final EnhancedStatus BAD_CONNECTION = new EnhancedStatus(4, 4, 2);
    private static final EnhancedStatus NO_ANSWER = new EnhancedStatus(4, 4, 1);
    private static final EnhancedStatus NOT_ACCEPTING = new EnhancedStatus(4, 3, 2);

    private final SmtpClient client;
    private volatile Settings settings;

    /** Makes one; for the runtime. */
    @Activate
    public SmtpForward(Config config, @Reference SmtpClient client) {
        this(new Settings(config), client);
    }

    SmtpForward(Settings settings, SmtpClient client) {
        this.settings = settings;
        this.client = client;
    }

    /** Takes new settings, for the next message. */
    @Modified
    void modified(Config config) {
        settings = new Settings(config);
    }

    @Override
    public HookResult onQueue(Transaction tx, Message message) {
        return forward(tx, message, settings);
    }

    @Override
    public HookResult onQueueOutbound(Transaction tx, Message message) {
        var now = settings;
        return now.isOutboundEnabled() ? forward(tx, message, now) : HookResult.CONTINUE;
    }

    private HookResult forward(Transaction tx, Message message, Settings now) {
        var recipients = tx.recipients().all();
        if (now.route().isEmpty() || recipients.isEmpty()) {
            return HookResult.CONTINUE;
        }
        var attempt = new Attempt(tx, message, now, now.route().get());
        if (!now.isOneMessagePerRecipient()) {
            return attempt.send(recipients, 0);
        }
        var result = HookResult.CONTINUE;
        for (int i = 0; i < recipients.size(); i++) {
            result = attempt.send(List.of(recipients.get(i)), i);
            if (!(result instanceof HookResult.Ok)) {
                return result;
            }
        }
        return result;
    }

    /** One message on its way to the next hop. */
    private final class Attempt {
        private final Transaction tx;
        private final Message message;
        private final Settings now;
        private final Route route;

        Attempt(Transaction tx, Message message, Settings now, Route route) {
            this.tx = tx;
            this.message = message;
            this.now = now;
            this.route = route;
        }

        /**
         * Sends it to some recipients.
         *
         * @param before how many recipients have it already
         */
        HookResult send(List<Recipient> to, int before) {
            SmtpClient.Outcome outcome;
            try {
                var options =
                        client.options().connectTimeout(now.connectTimeout()).allRecipientsOrNone();
                outcome = client.send(route, tx.sender(), to, message, options);
            } catch (UnknownOutcomeException e) {
                tx.results().error("outcome unknown");
                LOG.warn("{}: outcome unknown, the next hop may have the message{}: {}", route, had(before), why(e));
                return HookResult.denySoft(
                        Reply.of(451, BAD_CONNECTION, "Connection to the next hop lost, please try again later"));
            } catch (IOException e) {
                return unreachable(before, why(e));
            }
            var reply = outcome.decisive();
            if (reply.isPositive() && outcome.refusal().isEmpty()) {
                tx.results().pass(route.toString());
                LOG.info("{}: forwarded to {} recipient(s): {}", route, to.size(), reply);
                return HookResult.ok(new Reply(250, reply.status(), reply.lines()));
            }
            tx.results().fail(reply.toString());
            if (outcome.isSessionRefused()) {
                return sessionRefused(reply, before);
            }
            LOG.info("{}: refused{}: {}", route, had(before), reply);
            // 421 is about the connection to the next hop; the client's lives on.
            return reply.isPermanent()
                    ? HookResult.deny(reply)
                    : HookResult.denySoft(reply.code() == 421 ? new Reply(451, reply.status(), reply.lines()) : reply);
        }

        /** The next hop takes nothing from us, whatever the message: for good would be wrong, the operator can mend it. */
        private HookResult sessionRefused(Reply reply, int before) {
            LOG.warn("{}: session refused{}: {}", route, had(before), reply);
            return HookResult.denySoft(
                    reply.isTransient()
                            ? new Reply(451, reply.status(), reply.lines())
                            : Reply.of(451, NOT_ACCEPTING, "Next hop takes no mail now, please try again later"));
        }

        private HookResult unreachable(int before, String why) {
            tx.results().error("unreachable: " + route);
            // Another plugin would send the message to those who have it already.
            boolean isOthers = now.unreachable() == Settings.Unreachable.CONTINUE && before == 0;
            LOG.warn(
                    "{}: unreachable, {}{}: {}",
                    route,
                    isOthers ? "left to the next plugin" : "refused for now",
                    had(before),
                    why);
            return isOthers
                    ? HookResult.CONTINUE
                    : HookResult.denySoft(
                            Reply.of(451, NO_ANSWER, "Next hop can't be reached, please try again later"));
        }

        private static String had(int before) {
            return before == 0 ? "" : " (" + before + " recipient(s) have it already)";
        }

        private static String why(IOException e) {
            return Text.escaped(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        }
    }
}
