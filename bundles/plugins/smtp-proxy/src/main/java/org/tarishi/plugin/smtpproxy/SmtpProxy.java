package org.tarishi.plugin.smtpproxy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.StatusReason;
import org.tarishi.api.Text;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.QueueHook;
import org.tarishi.api.hook.QueueOutboundHook;
import org.tarishi.api.hook.RcptOkHook;
import org.tarishi.api.hook.SessionListener;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.NoConnectionException;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.api.service.TlsFailedException;
import org.tarishi.api.service.UnknownOutcomeException;
import org.tarishi.nexthop.Handover;
import org.tarishi.nexthop.HopHealth;
import org.tarishi.nexthop.PassedOn;
import org.tarishi.nexthop.Way;

/**
 * Passes MAIL, RCPT and the message on to another server as they come, so that the client hears of a refusal where it belongs.
 *
 * <p>The session behind is kept for as long as the client's. When the message is there it is handed over in the transaction that was
 * begun, where that is still about the same mail; else, in one of its own.
 */
@SmtpPlugin(value = "smtp-proxy", formerly = "queue/smtp_proxy")
@Component(configurationPid = Settings.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = Config.class)
public final class SmtpProxy implements MailHook, RcptOkHook, QueueHook, QueueOutboundHook, SessionListener {

    /** Which queue plugin is wanted for a message. */
    static final NoteKey<String> QUEUE_WANTS = NoteKey.of("queue.wants", String.class);

    static final Reply MISCONFIGURED =
            StatusReason.SYS_INCORRECTLY_CONFIGURED.reply(451, "The proxy is not set up properly, try again later");

    private static final String ID = "smtp-proxy";

    /** Longer than a session may be silent; whose end was not told is forgotten then. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(20);

    private static final Logger LOG = LoggerFactory.getLogger(SmtpProxy.class);

    private final SmtpClient client;
    private final HopHealth health;
    private final Handover handover;
    private final Path conf;
    private final LongSupplier nanos;
    private final ConcurrentHashMap<String, Line> lines = new ConcurrentHashMap<>();
    private final AtomicLong looked;
    private volatile Settings settings;

    /** Makes one; for the runtime. */
    @Activate
    public SmtpProxy(BundleContext context, Config config, @Reference SmtpClient client) {
        this(new Settings(config), client, conf(context), System::nanoTime);
    }

    SmtpProxy(Settings settings, SmtpClient client, Path conf, LongSupplier nanos) {
        this.settings = settings;
        this.client = client;
        this.health = new HopHealth(nanos);
        this.handover = new Handover(client, health, nanos);
        this.conf = conf;
        this.nanos = nanos;
        this.looked = new AtomicLong(nanos.getAsLong());
    }

    private static Path conf(BundleContext context) {
        var folder = context.getProperty("tarishi.conf");
        return Path.of(folder == null ? "conf" : folder);
    }

    /** Takes new settings, for the next transaction. */
    @Modified
    void modified(Config config) {
        settings = new Settings(config);
    }

    /** Closes the sessions behind; one that a hook uses, when that has ended. */
    @Deactivate
    void deactivate() {
        lines.values().forEach(Line::leave);
        lines.clear();
    }

    @Override
    public HookResult onMail(Transaction tx, ReversePath from) {
        var now = settings;
        var way = now.way();
        if (way.isEmpty() || isOfAnother(tx) || (tx.isRelaying() && !way.get().isOutbound())) {
            return HookResult.CONTINUE;
        }
        forgetOld();
        var line = lines.computeIfAbsent(tx.connection().id(), id -> new Line()).take(nanos.getAsLong());
        try {
            var reply = line.again(way.get(), tx.id(), from);
            return reply != null ? passedOn(tx, line, "MAIL", reply) : open(tx, from, line, now, way.get());
        } finally {
            line.give();
        }
    }

    private HookResult open(Transaction tx, ReversePath from, Line line, Settings now, Way way) {
        List<Route> hops;
        try {
            hops = way.ready(conf);
        } catch (IOException e) {
            LOG.error("passwordFile can't be read, refused for now: {}", e.getMessage());
            tx.results().error("passwordFile");
            return HookResult.denySoft(MISCONFIGURED);
        }
        var options = client.options().connectTimeout(now.connectTimeout());
        Reply refused = null;
        for (var hop : health.order(hops, now.order(), now.deadTime())) {
            SmtpClient.Dialogue opened = null;
            boolean isKept = false;
            try {
                opened = client.open(hop, options);
                if (opened.refusal().isPresent()) {
                    refused = opened.refusal().get();
                    health.failed(hop);
                    LOG.warn("{}: session refused: {}", hop, refused);
                    continue;
                }
                var reply = opened.mail(from);
                if (reply.code() == 421) {
                    refused = reply;
                    health.failed(hop);
                    LOG.warn("{}: {}", hop, reply);
                    continue;
                }
                if (health.served(hop)) {
                    LOG.info("{}: serves again", hop);
                }
                line.keep(opened, hop, way, reply, tx.id(), from);
                isKept = true;
                return passedOn(tx, line, "MAIL", reply);
            } catch (NoConnectionException e) {
                LOG.warn("{}: {}", hop, why(e));
                break;
            } catch (TlsFailedException e) {
                // What one mail demands says nothing against the server.
                if (opened == null) {
                    health.failed(hop);
                }
                LOG.warn("{}: {}", hop, why(e));
            } catch (IOException e) {
                health.failed(hop);
                LOG.warn("{}: unreachable: {}", hop, why(e));
            } finally {
                if (opened != null && !isKept) {
                    opened.close();
                }
            }
        }
        if (refused != null) {
            tx.results().fail(refused.toString());
            return PassedOn.sessionRefused(refused);
        }
        tx.results().error("unreachable");
        return now.isUnreachableLeft() ? HookResult.CONTINUE : HookResult.denySoft(PassedOn.UNREACHABLE);
    }

    @Override
    public HookResult onRcptOk(Transaction tx, Recipient recipient) {
        var line = lines.get(tx.connection().id());
        if (line == null) {
            return HookResult.CONTINUE;
        }
        line.take(nanos.getAsLong());
        try {
            return line.isOf(tx.id()) ? passedOn(tx, line, "RCPT", line.rcpt(recipient)) : HookResult.CONTINUE;
        } catch (IOException e) {
            LOG.warn("{}: lost within the transaction: {}", line.hop(), why(e));
            tx.results().error("connection lost");
            return HookResult.denySoft(PassedOn.LOST);
        } finally {
            line.give();
        }
    }

    @Override
    public HookResult onQueue(Transaction tx, Message message) {
        return queue(tx, message, true);
    }

    @Override
    public HookResult onQueueOutbound(Transaction tx, Message message) {
        return queue(tx, message, settings.way().map(Way::isOutbound).orElse(false));
    }

    private HookResult queue(Transaction tx, Message message, boolean isWanted) {
        var line = lines.get(tx.connection().id());
        if (line == null) {
            return HookResult.CONTINUE;
        }
        line.take(nanos.getAsLong());
        try {
            if (!line.isOf(tx.id())) {
                return HookResult.CONTINUE;
            }
            if (!isWanted || isOfAnother(tx) || tx.isDiscarding()) {
                line.forget();
                return HookResult.CONTINUE;
            }
            var recipients = tx.recipients().all();
            return line.isReady(tx.sender(), recipients)
                    ? handOver(tx, message, line, recipients)
                    : handOverAnew(tx, message, line, recipients);
        } finally {
            line.give();
        }
    }

    /** Sends the message in the transaction that was begun, where the server behind has waited for it. */
    private HookResult handOver(Transaction tx, Message message, Line line, List<Recipient> recipients) {
        try {
            var reply = line.data(message);
            if (reply.code() != 421) {
                return answered(tx, line.hop(), recipients, reply);
            }
            LOG.info("{}: {}; handed over anew", line.hop(), reply);
        } catch (UnknownOutcomeException e) {
            return unknown(tx, line.hop(), why(e));
        } catch (IOException e) {
            LOG.info("{}: lost before the message; handed over anew: {}", line.hop(), why(e));
        }
        return handOverAnew(tx, message, line, recipients);
    }

    /**
     * Sends it in a transaction of its own: the session behind was lost while the message came, or plugins have changed sender or
     * recipients, or refused some that the server behind took.
     */
    private HookResult handOverAnew(Transaction tx, Message message, Line line, List<Recipient> recipients) {
        line.forget();
        var now = settings;
        if (now.way().isEmpty() || recipients.isEmpty()) {
            return HookResult.CONTINUE;
        }
        List<Route> hops;
        try {
            hops = now.way().get().ready(conf);
        } catch (IOException e) {
            LOG.error("passwordFile can't be read, refused for now: {}", e.getMessage());
            return HookResult.denySoft(MISCONFIGURED);
        }
        var options = client.options().connectTimeout(now.connectTimeout()).allRecipientsOrNone();
        var end = handover.send(hops, now.order(), now.deadTime(), tx.sender(), recipients, message, options);
        return switch (end) {
            case Handover.Answered(var hop, var outcome) ->
                answered(tx, hop.toString(), recipients, outcome.decisive());
            case Handover.Unknown(var hop, var why) -> unknown(tx, hop.toString(), why);
            case Handover.SessionRefused(var hop, var reply) -> {
                LOG.warn("{}: session refused: {}", hop, reply);
                tx.results().fail(reply.toString());
                yield PassedOn.sessionRefused(reply);
            }
            case Handover.Unreachable(var hop, var why, var _) -> {
                LOG.warn("{}: unreachable: {}", hop, why);
                tx.results().error("unreachable: " + hop);
                yield HookResult.denySoft(PassedOn.UNREACHABLE);
            }
        };
    }

    private static HookResult answered(Transaction tx, String hop, List<Recipient> recipients, Reply reply) {
        if (reply.isPositive()) {
            LOG.info("{}: handed over to {} recipient(s): {}", hop, recipients.size(), reply);
            tx.results().pass(hop);
        } else {
            LOG.info("{}: refused: {}", hop, reply);
            tx.results().fail(reply.toString());
        }
        return PassedOn.of(reply);
    }

    private static HookResult unknown(Transaction tx, String hop, String why) {
        LOG.warn("{}: outcome unknown, the server behind may have the message: {}", hop, why);
        tx.results().error("outcome unknown");
        return HookResult.denySoft(PassedOn.LOST);
    }

    /** A yes of the server behind is no opinion here: other plugins may still refuse. */
    private static HookResult passedOn(Transaction tx, Line line, String verb, Reply reply) {
        if (reply.isPositive()) {
            return HookResult.CONTINUE;
        }
        LOG.info("{}: {} refused: {}", line.hop(), verb, reply);
        tx.results().fail(reply.toString());
        return PassedOn.of(reply);
    }

    private static boolean isOfAnother(Transaction tx) {
        return tx.notes()
                .get(QUEUE_WANTS)
                .filter(word -> !word.equals(ID) && !word.equals("smtp_proxy"))
                .isPresent();
    }

    @Override
    public void closed(SmtpConnection connection) {
        var line = lines.remove(connection.id());
        if (line != null) {
            line.leave();
        }
    }

    /** Forgets sessions whose end this instance was not told of, because it came into force within them. */
    private void forgetOld() {
        long now = nanos.getAsLong();
        long last = looked.get();
        if (now - last < FORGOTTEN.toNanos() || !looked.compareAndSet(last, now)) {
            return;
        }
        lines.values().removeIf(line -> {
            boolean isForgotten = line.isForgotten(now, FORGOTTEN.toNanos());
            if (isForgotten) {
                line.leave();
            }
            return isForgotten;
        });
    }

    private static String why(IOException e) {
        return Text.escaped(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
    }
}
