package org.tarishi.api.shape;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tarishi.api.AuthResult;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.StatusReason;
import org.tarishi.api.Transaction;
import org.tarishi.api.TransactionOutcome;
import org.tarishi.api.hook.DataPostHook;
import org.tarishi.api.hook.Denial;
import org.tarishi.api.hook.DenyHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.QueueHook;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.api.hook.SessionListener;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.hook.TransactionListener;
import org.tarishi.api.message.Message;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Mailer;

/**
 * Walks through all that a plugin for a mail store with accounts in a database does: checks at MAIL, users and limits at RCPT, a
 * header for a catch-all, results, a body that is read three times, forwards, autoreplies, and an event for each refusal.
 *
 * <p>It is never run. It proves that the API has a place for each of these.
 */
@SmtpPlugin("store")
@Component
final class StorePlugin
        implements MailHook, RcptHook, DataPostHook, QueueHook, DenyHook, SessionListener, TransactionListener {

    /** A client of a database that another bundle offers as a service and several plugins share. */
    interface Accounts {
        Optional<Account> find(String address) throws LookupException;

        void store(String account, Message message) throws IOException;
    }

    /** A client of a counter store, shared in the same way. */
    interface Counters {
        boolean allows(String key, int limit, Duration window) throws LookupException;
    }

    record Account(String id, boolean disabled, boolean full, boolean catchAll, List<String> forwards) {}

    private static final NoteKey<String> ACCOUNTS = NoteKey.of("store.accounts", String.class);

    private final Accounts accounts;
    private final Counters counters;
    private final Mailer mailer;

    @Activate
    public StorePlugin(@Reference Accounts accounts, @Reference Counters counters, @Reference Mailer mailer) {
        this.accounts = accounts;
        this.counters = counters;
        this.mailer = mailer;
    }

    @Override
    public HookResult onMail(Transaction tx, ReversePath sender) {
        tx.results().put("sender", sender.toString());
        tx.authResults()
                .add(AuthResult.of("spf", "pass")
                        .property(
                                "smtp",
                                "mailfrom",
                                sender.mailbox().map(Object::toString).orElse("")));
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onRcpt(Transaction tx, Recipient recipient) throws Exception {
        var account = accounts.find(recipient.mailbox().asciiAddress());
        if (account.isEmpty()) {
            return HookResult.deny(StatusReason.NO_SUCH_USER.reply("no such user"));
        }
        if (account.get().disabled()) {
            return HookResult.deny(StatusReason.MBOX_DISABLED.reply("disabled"));
        }
        if (account.get().full()) {
            return HookResult.denySoft(StatusReason.MBOX_FULL.reply("mailbox full"));
        }
        if (!counters.allows("rcpt:" + account.get().id(), 60, Duration.ofMinutes(1))) {
            return HookResult.denySoft(Reply.of(
                    450,
                    StatusReason.MBOX_UNSPECIFIED.status(450),
                    "The user you are trying to contact is receiving mail",
                    "at a rate that prevents additional messages",
                    "from being delivered.",
                    "Please resend your message at a later time."));
        }
        if (account.get().catchAll()) {
            tx.headers().append("X-Original-Rcpt", recipient.mailbox().address());
        }
        tx.notes()
                .put(
                        ACCOUNTS,
                        tx.notes().get(ACCOUNTS).orElse("") + account.get().id() + " ");
        return HookResult.OK;
    }

    @Override
    public HookResult onDataPost(Transaction tx, Message message) throws Exception {
        long first;
        try (var in = message.open()) {
            first = in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        try (var in = message.body().open()) {
            in.skipNBytes(message.body().size());
        }
        var attachments =
                message.root().parts().stream().filter(p -> p.isAttachment()).count();
        tx.results().put("attachments", attachments);
        tx.results().increment("bytes", first);
        message.headers().prepend("X-Checked", "yes");
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onQueue(Transaction tx, Message message) throws Exception {
        for (var account : tx.notes().get(ACCOUNTS).orElse("").split(" ", -1)) {
            accounts.store(account, message);
        }
        for (var recipient : tx.recipients().all()) {
            var account = accounts.find(recipient.mailbox().asciiAddress());
            for (var forward : account.map(Account::forwards).orElse(List.of())) {
                mailer.send(
                        tx.sender(),
                        List.of(Recipient.parse("<" + forward + ">")),
                        message.open(),
                        mailer.options().origin("forward"));
            }
        }
        return HookResult.ok("Message processed as " + tx.id());
    }

    @Override
    public HookResult onDeny(Denial denial) {
        denial.transaction()
                .ifPresent(tx -> tx.results()
                        .fail(denial.plugin() + "@" + denial.moment().key()));
        return HookResult.CONTINUE;
    }

    @Override
    public void closed(SmtpConnection connection) {
        connection.counters().messagesAccepted();
    }

    @Override
    public void ended(Transaction tx, TransactionOutcome outcome) {
        tx.results().all();
    }
}
