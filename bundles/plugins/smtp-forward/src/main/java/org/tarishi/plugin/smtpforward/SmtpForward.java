package org.tarishi.plugin.smtpforward;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.MailHost;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.StatusReason;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.QueueHook;
import org.tarishi.api.hook.QueueOutboundHook;
import org.tarishi.api.hook.RouteHook;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.api.service.Tables;
import org.tarishi.nexthop.Handover;
import org.tarishi.nexthop.HopHealth;
import org.tarishi.nexthop.MisconfiguredException;
import org.tarishi.nexthop.Way;

/**
 * Hands mail to the next hop before the client gets its answer, which is the next hop's.
 *
 * <p>All recipients share a transaction, and either all get the message or none. So the client's answer is true for all of them.
 */
@SmtpPlugin(value = "smtp-forward", formerly = "queue/smtp_forward")
@Component(configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class SmtpForward implements QueueHook, QueueOutboundHook, RouteHook {

    /** Which queue plugin is wanted for a message. */
    static final NoteKey<String> QUEUE_WANTS = NoteKey.of("queue.wants", String.class);

    static final Reply TRY_LATER =
            StatusReason.SYS_UNSPECIFIED.reply(451, "The next hop can't be looked up now, try again later");
    static final Reply MISCONFIGURED =
            StatusReason.SYS_INCORRECTLY_CONFIGURED.reply(451, "Forwarding is not set up properly, try again later");

    private static final Logger LOG = LoggerFactory.getLogger(SmtpForward.class);

    private final SmtpClient client;
    private final Handover handover;
    private final Tables tables;
    private final Path conf;
    private volatile Ways ways;

    /** Makes one; for the runtime. */
    @Activate
    public SmtpForward(BundleContext context, Config config, @Reference SmtpClient client, @Reference Tables tables) {
        this(new Settings(config), client, tables, conf(context), System::nanoTime);
    }

    SmtpForward(Settings settings, SmtpClient client, Tables tables, Path conf, LongSupplier nanos) {
        this.client = client;
        this.handover = new Handover(client, new HopHealth(nanos), nanos);
        this.tables = tables;
        this.conf = conf;
        this.ways = Ways.of(settings, tables);
    }

    private static Path conf(BundleContext context) {
        var folder = context.getProperty("tarishi.conf");
        return Path.of(folder == null ? "conf" : folder);
    }

    /** Takes new settings, for the next message. */
    @Modified
    void modified(Config config) {
        ways = Ways.of(new Settings(config), tables);
    }

    @Override
    public HookResult onQueue(Transaction tx, Message message) {
        return forward(tx, message, false);
    }

    @Override
    public HookResult onQueueOutbound(Transaction tx, Message message) {
        return forward(tx, message, true);
    }

    private HookResult forward(Transaction tx, Message message, boolean isOutbound) {
        var now = ways;
        var recipients = tx.recipients().all();
        var wanted = tx.notes().get(QUEUE_WANTS);
        if ((now.settings().main().isEmpty() && now.table().isEmpty())
                || recipients.isEmpty()
                || tx.isDiscarding()
                || wanted.filter(word -> !Ways.isThisPlugin(word)).isPresent()) {
            return HookResult.CONTINUE;
        }
        try {
            var shares = shares(now, tx, recipients, isOutbound);
            if (shares.isEmpty()) {
                return HookResult.CONTINUE;
            }
            var left = recipients.size()
                    - shares.stream().mapToInt(share -> share.to().size()).sum();
            if (left > 0) {
                // Another plugin would take the message for all of them.
                throw new MisconfiguredException(
                        left + " of " + recipients.size() + " recipients have no next hop here, which the others have");
            }
            return send(now, tx, message, shares);
        } catch (LookupException e) {
            LOG.warn("cannot tell the next hop: {}", e.getMessage());
            tx.results().error("routes(lookup)");
            return HookResult.denySoft(TRY_LATER);
        } catch (MisconfiguredException e) {
            LOG.error("{}", e.getMessage());
            tx.results().error("routes(config)");
            return HookResult.denySoft(MISCONFIGURED);
        }
    }

    /** Some recipients, and where the message goes for them. */
    private record Share(Way way, List<Recipient> to) {}

    private static List<Share> shares(Ways now, Transaction tx, List<Recipient> recipients, boolean isOutbound)
            throws LookupException, MisconfiguredException {
        var byWay = new LinkedHashMap<Way, List<Recipient>>();
        for (var recipient : recipients) {
            var way = now.of(tx.sender(), recipient);
            if (way.isPresent()
                    && !Ways.isOfAnother(way.get())
                    && (!isOutbound || way.get().isOutbound())) {
                byWay.computeIfAbsent(way.get(), w -> new ArrayList<>()).add(recipient);
            }
        }
        var shares = new ArrayList<Share>();
        byWay.forEach((way, to) -> {
            if (now.settings().isOneMessagePerRecipient()) {
                to.forEach(one -> shares.add(new Share(way, List.of(one))));
            } else {
                shares.add(new Share(way, to));
            }
        });
        return shares;
    }

    private HookResult send(Ways now, Transaction tx, Message message, List<Share> shares) {
        var attempt = new Attempt(tx, message, now.settings(), client, handover, conf);
        var result = HookResult.CONTINUE;
        int before = 0;
        for (var share : shares) {
            result = attempt.send(share.way(), share.to(), before);
            if (!(result instanceof HookResult.Ok)) {
                return result;
            }
            before += share.to().size();
        }
        return result;
    }

    /** Gives queued mail the next hops of its route; {@code host} is for mail that comes in. */
    @Override
    public MxResult onRoute(OutboundMail mail, MailHost domain) {
        var now = ways;
        if (now.table().isEmpty() || mail.recipients().isEmpty()) {
            return MxResult.CONTINUE;
        }
        try {
            var way = listed(now, mail, domain);
            return way.isEmpty()
                            || Ways.isOfAnother(way.get())
                            || way.get().hops().isEmpty()
                    ? MxResult.CONTINUE
                    : MxResult.routes(way.get().ready(conf));
        } catch (LookupException e) {
            LOG.warn("cannot tell the next hop of {}: {}", domain.ascii(), e.getMessage());
            return MxResult.defer(TRY_LATER);
        } catch (MisconfiguredException | IOException e) {
            LOG.error("{}", e.getMessage());
            return MxResult.defer(MISCONFIGURED);
        }
    }

    /** Recipients of one domain share a mail: where their ways differ, that of the domain is the one they have in common. */
    private static Optional<Way> listed(Ways now, OutboundMail mail, MailHost domain)
            throws LookupException, MisconfiguredException {
        var way = now.listed(mail.sender(), mail.recipients().getFirst());
        for (var recipient : mail.recipients().subList(1, mail.recipients().size())) {
            if (!now.listed(mail.sender(), recipient).equals(way)) {
                return now.table().of(domain);
            }
        }
        return way;
    }
}
