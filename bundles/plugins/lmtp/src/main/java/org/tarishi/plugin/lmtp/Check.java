package org.tarishi.plugin.lmtp;

import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.NonBlocking;
import org.tarishi.api.hook.RcptOkHook;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Tables;
import org.tarishi.nexthop.MisconfiguredException;
import org.tarishi.nexthop.Way;

/**
 * Keeps recipients with a store and recipients without one out of one transaction: one plugin takes a message for all of them.
 *
 * <p>It runs on the session's event loop, and looks into tables in memory only.
 */
@SmtpPlugin("lmtp/check")
@NonBlocking
@Component(configurationPid = Settings.PID)
public final class Check implements RcptOkHook {

    /** As for too many recipients (RFC 5321 section 4.5.3.1.10): clients send to the others in another transaction. */
    static final Reply SPLIT = Reply.of(
            452,
            new EnhancedStatus(4, 5, 3),
            "This recipient needs a transaction of its own, try again in another one");

    private static final Logger LOG = LoggerFactory.getLogger(Check.class);

    private final Tables tables;
    private volatile Stores stores;

    /** Makes one; for the runtime. */
    @Activate
    public Check(Config config, @Reference Tables tables) {
        this(new Settings(config), tables);
    }

    Check(Settings settings, Tables tables) {
        this.tables = tables;
        this.stores = Stores.of(settings, tables);
    }

    /** Takes new settings, for the next command. */
    @Modified
    void modified(Config config) {
        stores = Stores.of(new Settings(config), tables);
    }

    @Override
    public HookResult onRcptOk(Transaction tx, Recipient recipient) {
        var now = stores;
        if (now.table().isEmpty() || !now.settings().isInMemory() || tx.isRelaying()) {
            return HookResult.CONTINUE;
        }
        try {
            boolean isOurs = now.of(recipient.mailbox()).isPresent();
            var others = tx.recipients().all();
            if (!others.isEmpty() && now.of(others.getFirst().mailbox()).isPresent() != isOurs) {
                tx.results().skip("rcpt_to.split");
                return HookResult.denySoft(SPLIT);
            }
            Optional<String> wanted = now.table().of(recipient.mailbox()).flatMap(Way::queue);
            wanted.ifPresent(queue -> tx.notes().putIfAbsent(Lmtp.QUEUE_WANTS, queue));
            return HookResult.CONTINUE;
        } catch (LookupException e) {
            LOG.warn("cannot tell the mail store: {}", e.getMessage());
            tx.results().error("routes(lookup)");
            return HookResult.denySoft(Lmtp.TRY_LATER);
        } catch (MisconfiguredException e) {
            LOG.error("{}", e.getMessage());
            tx.results().error("routes(config)");
            return HookResult.denySoft(Lmtp.MISCONFIGURED);
        }
    }
}
