package org.tarishi.plugin.lmtp;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.tarishi.api.service.Mailer;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.api.service.Tables;
import org.tarishi.nexthop.Handover;
import org.tarishi.nexthop.HopHealth;
import org.tarishi.nexthop.MisconfiguredException;
import org.tarishi.nexthop.Way;

/**
 * Hands mail to a store by LMTP (RFC 2033).
 *
 * <p>The store answers for each recipient, the client hears one reply. So what some recipients have and others have not is never told
 * to the client as a refusal: the rest goes to the outbound queue, which tries again, and tells the sender at last.
 */
@SmtpPlugin(value = "lmtp", formerly = "queue/lmtp")
@Component(configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class Lmtp implements QueueHook, QueueOutboundHook, RouteHook {

    /** Which queue plugin is wanted for a message. */
    static final NoteKey<String> QUEUE_WANTS = NoteKey.of("queue.wants", String.class);

    /** Marks queued mail that goes to the store, whatever DNS says of its domain. */
    static final NoteKey<Boolean> STORE = NoteKey.of("lmtp.store", Boolean.class, new Flag());

    static final Reply TRY_LATER =
            StatusReason.SYS_UNSPECIFIED.reply(451, "The mail store can't be looked up now, try again later");
    static final Reply MISCONFIGURED = StatusReason.SYS_INCORRECTLY_CONFIGURED.reply(
            451, "The way to the mail store is not set up properly, try again later");

    private static final Logger LOG = LoggerFactory.getLogger(Lmtp.class);

    private final SmtpClient client;
    private final Handover handover;
    private final Leftovers queue;
    private final Tables tables;
    private final Path conf;
    private final LongSupplier nanos;
    private volatile Stores stores;

    /** Makes one; for the runtime. */
    @Activate
    public Lmtp(
            BundleContext context,
            Config config,
            @Reference SmtpClient client,
            @Reference Mailer mailer,
            @Reference Tables tables) {
        this(new Settings(config), client, mailer, tables, conf(context), System::nanoTime);
    }

    Lmtp(Settings settings, SmtpClient client, Mailer mailer, Tables tables, Path conf, LongSupplier nanos) {
        this.client = client;
        this.handover = new Handover(client, new HopHealth(nanos), nanos);
        this.queue = new Leftovers(mailer);
        this.tables = tables;
        this.conf = conf;
        this.nanos = nanos;
        this.stores = Stores.of(settings, tables);
    }

    private static Path conf(BundleContext context) {
        var folder = context.getProperty("tarishi.conf");
        return Path.of(folder == null ? "conf" : folder);
    }

    /** Takes new settings, for the next message. */
    @Modified
    void modified(Config config) {
        stores = Stores.of(new Settings(config), tables);
    }

    @Override
    public HookResult onQueue(Transaction tx, Message message) {
        return store(tx, message, false);
    }

    @Override
    public HookResult onQueueOutbound(Transaction tx, Message message) {
        return store(tx, message, true);
    }

    private HookResult store(Transaction tx, Message message, boolean isOutbound) {
        var now = stores;
        var recipients = tx.recipients().all();
        var wanted = tx.notes().get(QUEUE_WANTS);
        if (now.isEmpty()
                || recipients.isEmpty()
                || tx.isDiscarding()
                || wanted.filter(word -> !word.equals(Stores.ID)).isPresent()) {
            return HookResult.CONTINUE;
        }
        try {
            var ways = ways(now, recipients, isOutbound);
            int ours = ways.values().stream().mapToInt(List::size).sum();
            // The outbound queue has a mail for each domain, and asks for the way of each.
            if (ours == 0 || (isOutbound && ours < recipients.size())) {
                return HookResult.CONTINUE;
            }
            if (ours < recipients.size()) {
                throw new MisconfiguredException((recipients.size() - ours) + " of " + recipients.size()
                        + " recipients have no mail store, which the others have");
            }
            if (!now.settings().isDirect()) {
                return queue.take(tx, message, recipients);
            }
            return new Delivery(tx, message, now.settings(), client, handover, queue, conf, nanos).of(ways);
        } catch (LookupException e) {
            LOG.warn("cannot tell the mail store: {}", e.getMessage());
            tx.results().error("routes(lookup)");
            return HookResult.denySoft(TRY_LATER);
        } catch (MisconfiguredException | IOException e) {
            LOG.error("{}", e.getMessage());
            tx.results().error("routes(config)");
            return HookResult.denySoft(MISCONFIGURED);
        }
    }

    private static Map<Way, List<Recipient>> ways(Stores now, List<Recipient> recipients, boolean isOutbound)
            throws LookupException, MisconfiguredException {
        var ways = new LinkedHashMap<Way, List<Recipient>>();
        for (var recipient : recipients) {
            var way = now.of(recipient.mailbox());
            if (way.isPresent() && (!isOutbound || way.get().isOutbound())) {
                ways.computeIfAbsent(way.get(), w -> new ArrayList<>()).add(recipient);
            }
        }
        return ways;
    }

    /** Gives queued mail the store of its route; that of all, where the mail was queued by this plugin. */
    @Override
    public MxResult onRoute(OutboundMail mail, MailHost domain) {
        var now = stores;
        boolean isMarked = mail.transactionNotes().get(STORE).orElse(false);
        if (mail.recipients().isEmpty() || (now.isEmpty() && !isMarked)) {
            return MxResult.CONTINUE;
        }
        try {
            var way = way(now, mail, domain, isMarked);
            if (way.isPresent()) {
                return MxResult.routes(way.get().ready(conf));
            }
            if (!isMarked) {
                return MxResult.CONTINUE;
            }
            // DNS would send it back to this server.
            LOG.error("{} was queued for a mail store, and there is none for {}", mail.id(), domain.ascii());
            return MxResult.defer(MISCONFIGURED);
        } catch (LookupException e) {
            LOG.warn("cannot tell the mail store of {}: {}", domain.ascii(), e.getMessage());
            return MxResult.defer(TRY_LATER);
        } catch (MisconfiguredException | IOException e) {
            LOG.error("{}", e.getMessage());
            return MxResult.defer(MISCONFIGURED);
        }
    }

    /** Recipients of one domain share a mail: where their ways differ, that of the domain is the one they have in common. */
    private static Optional<Way> way(Stores now, OutboundMail mail, MailHost domain, boolean isMarked)
            throws LookupException, MisconfiguredException {
        var way = now.table().of(mail.recipients().getFirst().mailbox());
        for (var recipient : mail.recipients().subList(1, mail.recipients().size())) {
            if (!now.table().of(recipient.mailbox()).equals(way)) {
                way = now.table().of(domain);
                break;
            }
        }
        return way.or(() -> isMarked ? now.settings().main() : Optional.empty())
                .filter(found -> found.queue().orElse(Stores.ID).equals(Stores.ID));
    }
}
