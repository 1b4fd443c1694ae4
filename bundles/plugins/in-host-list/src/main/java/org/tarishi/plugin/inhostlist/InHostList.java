package org.tarishi.plugin.inhostlist;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.MailHost;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Transaction;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.service.LocalDomains;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;
import org.tarishi.api.service.Tables;

/** Takes mail for the local domains, knows local senders, and tells other plugins which domains are local. */
@SmtpPlugin(
        value = "in-host-list",
        formerly = {"rcpt_to.in_host_list", "rcpt_to.host_list_base"})
@Component(configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class InHostList implements MailHook, RcptHook, LocalDomains {

    /** True when the sender's domain is local; other plugins may read it. */
    static final NoteKey<Boolean> LOCAL_SENDER = NoteKey.of("local_sender", Boolean.class);

    private static final Logger LOG = LoggerFactory.getLogger(InHostList.class);

    private static final Path KERNEL_NAME = Path.of("/proc/sys/kernel/hostname");

    private static final Reply TRY_LATER =
            Reply.of(451, new EnhancedStatus(4, 3, 0), "Local domains can't be looked up now, try again later");

    private final Tables tables;
    private final Optional<Domain> machine;
    private volatile Rules rules;

    /** Makes it for the container. */
    @Activate
    public InHostList(Config config, @Reference Tables tables) {
        this(new Settings(config), tables, machineName());
    }

    InHostList(Settings settings, Tables tables, Optional<Domain> machine) {
        this.tables = tables;
        this.machine = machine;
        this.rules = rules(settings);
    }

    /** Takes other settings; throws before anything has changed. */
    @Modified
    void modified(Config config) {
        rules = rules(new Settings(config));
    }

    private Rules rules(Settings settings) {
        try {
            return new Rules(settings, tables.open(settings.domains()));
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("domains", String.valueOf(e.getMessage()));
        }
    }

    /** The machine's own name; nothing when it has none that is a domain. */
    private static Optional<Domain> machineName() {
        try {
            // The kernel is asked first: the JDK goes on to ask name servers for the address.
            return domain(
                    Files.isReadable(KERNEL_NAME)
                            ? Files.readString(KERNEL_NAME).strip()
                            : InetAddress.getLocalHost().getHostName());
        } catch (IOException e) {
            LOG.warn("this machine's name can't be told, so mail is not taken for it: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<Domain> domain(String name) {
        try {
            return Optional.of(Domain.parse(name));
        } catch (AddressSyntaxException e) {
            return Optional.empty();
        }
    }

    @Override
    public HookResult onMail(Transaction tx, ReversePath sender) {
        var mailbox = sender.mailbox();
        if (mailbox.isEmpty()) {
            tx.results().skip("mail_from.null");
            return HookResult.CONTINUE;
        }
        var now = rules;
        var host = mailbox.get().host();
        try {
            if (!isLocal(now, tx, host)) {
                tx.results().message("mail_from!local");
                return HookResult.CONTINUE;
            }
        } catch (LookupException e) {
            return tryLater(tx, host, e);
        }
        if (now.settings().antiSpoof() && !tx.isRelaying()) {
            tx.results().fail("mail_from.anti_spoof");
            return HookResult.deny("Mail from domain '" + host.ascii() + "' is not allowed from your host");
        }
        tx.results().pass("mail_from");
        tx.notes().put(LOCAL_SENDER, true);
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onRcpt(Transaction tx, Recipient recipient) {
        var host = recipient.mailbox().host();
        try {
            if (isLocal(rules, tx, host)) {
                tx.results().pass("rcpt_to");
                return HookResult.OK;
            }
        } catch (LookupException e) {
            return tryLater(tx, host, e);
        }
        if (tx.isRelaying() && tx.notes().get(LOCAL_SENDER).orElse(false)) {
            // One of our users: mail may go anywhere.
            tx.results().pass("relaying local_sender");
            return HookResult.OK;
        }
        tx.results().message("rcpt!local");
        return HookResult.CONTINUE;
    }

    @Override
    public boolean isLocal(MailHost host) throws LookupException {
        return rules.isLocal(host, machine);
    }

    private boolean isLocal(Rules now, Transaction tx, MailHost host) throws LookupException {
        return (now.settings().hostname()
                        && tx.connection()
                                .local()
                                .name()
                                .flatMap(InHostList::domain)
                                .filter(host::equals)
                                .isPresent())
                || now.isLocal(host, machine);
    }

    /** Not a fault of this plugin, and never a no: the client keeps its mail. */
    private static HookResult tryLater(Transaction tx, MailHost host, LookupException e) {
        LOG.warn("cannot tell whether {} is local: {}", host.ascii(), e.getMessage());
        tx.results().error("lookup");
        return HookResult.denySoft(TRY_LATER);
    }

    private record Rules(Settings settings, Table domains) {

        boolean isLocal(MailHost host, Optional<Domain> machine) throws LookupException {
            if (settings.hostname() && machine.filter(host::equals).isPresent()) {
                return true;
            }
            // A list may hold either form of a domain; a host is asked for by both.
            return domains.contains(host.ascii())
                    || (!host.unicode().equals(host.ascii()) && domains.contains(host.unicode()));
        }
    }
}
