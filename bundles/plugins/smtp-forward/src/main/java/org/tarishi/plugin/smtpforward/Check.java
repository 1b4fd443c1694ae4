package org.tarishi.plugin.smtpforward;

import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.StatusReason;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.NonBlocking;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.api.hook.RcptOkHook;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Tables;
import org.tarishi.nexthop.MisconfiguredException;
import org.tarishi.nexthop.Way;

/**
 * Knows the domains of the routes at MAIL and RCPT, and keeps recipients of two ways out of one transaction.
 *
 * <p>It runs on the session's event loop: the settings want tables in memory for the checks. Recipients are kept apart by such tables
 * only, and by others when the message is there.
 */
@SmtpPlugin("smtp-forward/check")
@NonBlocking
@Component(configurationPid = Settings.PID)
public final class Check implements MailHook, RcptHook, RcptOkHook {

    static final Reply SPOOFED = StatusReason.SEC_UNAUTHORIZED.reply(550, "Spoofed MAIL FROM");

    /** As for too many recipients (RFC 5321 section 4.5.3.1.10): clients send to the others in another transaction. */
    static final Reply SPLIT = Reply.of(
            452,
            new EnhancedStatus(4, 5, 3),
            "This recipient needs a transaction of its own, try again in another one");

    /** Tells that the sender is of a domain that is ours. */
    static final NoteKey<Boolean> LOCAL_SENDER = NoteKey.of("local_sender", Boolean.class);

    private static final Logger LOG = LoggerFactory.getLogger(Check.class);

    private final Tables tables;
    private volatile Ways ways;

    /** Makes one; for the runtime. */
    @Activate
    public Check(Config config, @Reference Tables tables) {
        this(new Settings(config), tables);
    }

    Check(Settings settings, Tables tables) {
        this.tables = tables;
        this.ways = Ways.of(settings, tables);
    }

    /** Takes new settings, for the next command. */
    @Modified
    void modified(Config config) {
        ways = Ways.of(new Settings(config), tables);
    }

    /** An answer that may need a look into the tables. */
    @FunctionalInterface
    private interface Question {
        HookResult answer() throws LookupException, MisconfiguredException;
    }

    @Override
    public HookResult onMail(Transaction tx, ReversePath from) {
        var now = ways;
        if (!now.settings().isSenderChecked()) {
            return HookResult.CONTINUE;
        }
        if (from.mailbox().isEmpty()) {
            tx.results().skip("mail_from.null");
            return HookResult.CONTINUE;
        }
        return ask(tx, () -> {
            if (now.table().of(from.mailbox().get()).isEmpty()) {
                return HookResult.CONTINUE;
            }
            if (!tx.isRelaying()) {
                tx.results().fail("mail_from!spoof");
                return HookResult.deny(SPOOFED);
            }
            tx.notes().put(LOCAL_SENDER, true);
            tx.results().pass("mail_from");
            return HookResult.CONTINUE;
        });
    }

    @Override
    public HookResult onRcpt(Transaction tx, Recipient recipient) {
        var now = ways;
        if (!now.settings().isRecipientChecked()) {
            return HookResult.CONTINUE;
        }
        if (tx.isRelaying() && tx.notes().get(LOCAL_SENDER).orElse(false)) {
            tx.results().pass("relaying local_sender");
            return HookResult.OK;
        }
        return ask(tx, () -> {
            if (now.table().of(recipient.mailbox()).isEmpty()) {
                // another plugin may vouch for this domain
                tx.results().message("rcpt!local");
                return HookResult.CONTINUE;
            }
            tx.results().pass("rcpt_to");
            return HookResult.OK;
        });
    }

    /** Has one message go one way: the client is told of one end only. */
    @Override
    public HookResult onRcptOk(Transaction tx, Recipient recipient) {
        var now = ways;
        if (now.table().isEmpty() || !now.settings().isInMemory()) {
            return HookResult.CONTINUE;
        }
        return ask(tx, () -> {
            var way = now.of(tx.sender(), recipient);
            if (tx.isRelaying() && !way.map(Way::isOutbound).orElse(false)) {
                return HookResult.CONTINUE; // the outbound queue has a mail for each domain
            }
            var others = tx.recipients().all();
            if (!others.isEmpty() && !now.of(tx.sender(), others.getFirst()).equals(way)) {
                tx.results().skip("rcpt_to.split");
                return HookResult.denySoft(SPLIT);
            }
            wanted(now, tx, recipient).ifPresent(queue -> tx.notes().putIfAbsent(SmtpForward.QUEUE_WANTS, queue));
            return HookResult.CONTINUE;
        });
    }

    /** Whom the message is for when it is there: whom the route names; where recipients are taken by it, this plugin and no other. */
    private static Optional<String> wanted(Ways now, Transaction tx, Recipient recipient)
            throws LookupException, MisconfiguredException {
        var way = now.listed(tx.sender(), recipient);
        boolean isOurs = now.settings().isRecipientChecked() && !tx.isRelaying();
        return way.flatMap(Way::queue).or(() -> way.filter(w -> isOurs).map(w -> "smtp-forward"));
    }

    private static HookResult ask(Transaction tx, Question question) {
        try {
            return question.answer();
        } catch (LookupException e) {
            LOG.warn("cannot tell the next hop: {}", e.getMessage());
            tx.results().error("routes(lookup)");
            return HookResult.denySoft(SmtpForward.TRY_LATER);
        } catch (MisconfiguredException e) {
            LOG.error("{}", e.getMessage());
            tx.results().error("routes(config)");
            return HookResult.denySoft(SmtpForward.MISCONFIGURED);
        }
    }
}
