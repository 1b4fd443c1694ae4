package org.tarishi.plugin.relay;

import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.MailHost;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.hook.ConnectHook;
import org.tarishi.api.hook.DataHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.api.hook.RcptOkHook;
import org.tarishi.api.hook.RouteHook;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;
import org.tarishi.api.service.Tables;

/**
 * Says whose mail may go anywhere: by the client's network, by the recipient's domain, or everybody's; and by which way mail goes.
 *
 * <p>A domain that is relayed to never lets its client relay while recipients are still to come: each recipient is taken for itself, and
 * the transaction becomes outbound at DATA, when all of them are known to be in such domains.
 */
@SmtpPlugin(
        value = "relay",
        formerly = {"relay_acl", "relay_all", "relay_force_routing"})
@Component(configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class Relay implements ConnectHook, RcptHook, RcptOkHook, DataHook, RouteHook {

    static final Reply NOT_ALLOWED = Reply.of(550, new EnhancedStatus(5, 7, 1), "You are not allowed to relay");
    static final Reply MISCONFIGURED =
            Reply.of(451, new EnhancedStatus(4, 3, 5), "Relaying is not set up properly, try again later");
    static final Reply TRY_LATER =
            Reply.of(451, new EnhancedStatus(4, 3, 0), "Relaying can't be looked up now, try again later");

    /** As for too many recipients (RFC 5321 section 4.5.3.1.10): clients send to the others in another transaction. */
    static final Reply SPLIT = Reply.of(
            452,
            new EnhancedStatus(4, 5, 3),
            "This recipient needs a transaction of its own, try again in another one");

    /** Tells that a recipient was taken, or may be, because its domain is relayed to. */
    static final NoteKey<Boolean> DESTINATION = NoteKey.of("relay.destination", Boolean.class);

    /** Which queue plugin is wanted for a message: those that would keep it here leave it alone, should DATA not be asked about. */
    static final NoteKey<String> QUEUE_WANTS = NoteKey.of("queue.wants", String.class);

    private static final String OUTBOUND = "outbound";

    /** Tells that nobody could say at the beginning whether the client may relay. */
    static final NoteKey<Boolean> UNTOLD = NoteKey.of("relay.untold", Boolean.class);

    /** The key of the route of all domains that have none of their own. */
    private static final String ANY = "any";

    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

    private final Tables tables;
    private volatile Rules rules;

    /** The settings with their tables open; nothing for none. */
    private record Rules(
            Settings settings, Optional<Table> clients, Optional<Table> destinations, Optional<Table> routes) {

        boolean isForAll(SmtpConnection connection) {
            return !settings.allListeners().isEmpty() && settings.allListeners().contains(connection.listener());
        }

        boolean isRelayedTo(Recipient recipient) throws LookupException, MisconfiguredException {
            var action =
                    Action.of(destinations.orElseThrow(), recipient.mailbox().host());
            return action.isPresent() && action.get() != Action.DENY;
        }
    }

    /** Makes it for the container. */
    @Activate
    public Relay(Config config, @Reference Tables tables) {
        this(new Settings(config), tables);
    }

    Relay(Settings settings, Tables tables) {
        this.tables = tables;
        this.rules = rules(settings);
    }

    /** Takes other settings; throws before anything has changed. */
    @Modified
    void modified(Config config) {
        rules = rules(new Settings(config));
    }

    private Rules rules(Settings settings) {
        var fresh = new Rules(
                settings,
                open("aclTables", settings.aclTables()),
                open("destinations", settings.destinations()),
                open("routes", settings.routes()));
        if (!settings.allListeners().isEmpty()) {
            LOG.warn(
                    "an open relay: whoever comes to {} may send anywhere (all, allListeners)",
                    settings.allListeners());
        }
        return fresh;
    }

    private Optional<Table> open(String key, List<String> names) {
        if (names.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(tables.open(names));
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(key, String.valueOf(e.getMessage()));
        }
    }

    /** Lets clients relay that are listed; what other plugins would ask at this moment, such as blocklists, is not asked of them. */
    @Override
    public HookResult onConnect(SmtpConnection connection) {
        var now = rules;
        if (now.settings.acl().isEmpty() && now.clients.isEmpty()) {
            return HookResult.CONTINUE;
        }
        var address = connection.remote().address().getAddress();
        try {
            if (now.settings.acl().contains(address)
                    || (now.clients.isPresent() && now.clients.get().contains(address.getHostAddress()))) {
                connection.results().pass("acl");
                connection.grantRelaying("acl");
                return HookResult.OK;
            }
            connection.results().skip("acl(unlisted)");
        } catch (LookupException e) {
            // Who may relay must not be refused for good: it is asked again at RCPT.
            LOG.warn("cannot tell whether {} may relay: {}", address.getHostAddress(), e.getMessage());
            connection.results().error("acl(lookup)");
            connection.notes().put(UNTOLD, true);
        }
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onRcpt(Transaction tx, Recipient recipient) {
        var now = rules;
        if (tx.connection().notes().get(UNTOLD).orElse(false) && !tx.isRelaying()) {
            try {
                if (now.clients.isPresent()
                        && now.clients
                                .get()
                                .contains(tx.connection()
                                        .remote()
                                        .address()
                                        .getAddress()
                                        .getHostAddress())) {
                    tx.results().pass("acl");
                    tx.grantRelaying("acl");
                }
            } catch (LookupException e) {
                return tryLater(tx, recipient.mailbox().host(), e);
            }
        }
        boolean isForAll = now.isForAll(tx.connection());
        if (now.destinations.isEmpty() || (tx.isRelaying() && !isForAll)) {
            return isForAll ? all(tx) : HookResult.CONTINUE;
        }
        try {
            var action = Action.of(now.destinations.get(), recipient.mailbox().host());
            if (action.isPresent() && action.get() == Action.DENY) {
                tx.results().fail("relay_dest_domain");
                return HookResult.deny(NOT_ALLOWED);
            }
            if (isForAll) {
                return all(tx);
            }
            if (action.isEmpty()) {
                tx.results().message("relay_dest_domain!listed");
                return HookResult.CONTINUE;
            }
            for (var before : tx.recipients().all()) {
                if (!now.isRelayedTo(before)) {
                    tx.results().skip("relay_dest_domain(split)");
                    return HookResult.denySoft(SPLIT);
                }
            }
            tx.results().pass("relay_dest_domain");
            tx.notes().put(DESTINATION, true);
            tx.notes().put(QUEUE_WANTS, OUTBOUND);
            return action.get() == Action.ACCEPT ? HookResult.OK : HookResult.CONTINUE;
        } catch (LookupException e) {
            return tryLater(tx, recipient.mailbox().host(), e);
        } catch (MisconfiguredException e) {
            return misconfigured(tx, e);
        }
    }

    private static HookResult all(Transaction tx) {
        tx.results().pass("all");
        tx.grantRelaying("all");
        return HookResult.OK;
    }

    /** Keeps recipients that mail is relayed to apart from those that are this server's own: a message goes one way or the other. */
    @Override
    public HookResult onRcptOk(Transaction tx, Recipient recipient) {
        var now = rules;
        if (now.destinations.isEmpty()
                || tx.isRelaying()
                || !tx.notes().get(DESTINATION).orElse(false)) {
            return HookResult.CONTINUE;
        }
        try {
            if (now.isRelayedTo(recipient)) {
                return HookResult.CONTINUE;
            }
            if (tx.recipients().all().stream().allMatch(recipient::equals)) {
                // Those that it was about were refused by others.
                tx.notes().remove(DESTINATION);
                tx.notes().remove(QUEUE_WANTS);
                return HookResult.CONTINUE;
            }
            tx.results().skip("relay_dest_domain(split)");
            return HookResult.denySoft(SPLIT);
        } catch (LookupException e) {
            return tryLater(tx, recipient.mailbox().host(), e);
        } catch (MisconfiguredException e) {
            return misconfigured(tx, e);
        }
    }

    /** Lets the transaction go out, now that no recipient can be added. */
    @Override
    public HookResult onData(Transaction tx) {
        var now = rules;
        if (tx.isRelaying() || !tx.notes().get(DESTINATION).orElse(false)) {
            return HookResult.CONTINUE;
        }
        if (now.destinations.isEmpty()) {
            return HookResult.denySoft(TRY_LATER); // the settings have changed meanwhile
        }
        try {
            for (var recipient : tx.recipients().all()) {
                if (!now.isRelayedTo(recipient)) {
                    LOG.warn(
                            "not relayed: beside domains of destinations there is {}",
                            recipient.mailbox().host().ascii());
                    return HookResult.denySoft(SPLIT);
                }
            }
            tx.grantRelaying("destination");
            return HookResult.CONTINUE;
        } catch (LookupException e) {
            return HookResult.denySoft(TRY_LATER);
        } catch (MisconfiguredException e) {
            return misconfigured(tx, e);
        }
    }

    @Override
    public MxResult onRoute(OutboundMail mail, MailHost domain) {
        var now = rules;
        if (now.routes.isEmpty()) {
            return MxResult.CONTINUE;
        }
        try {
            var value = Hosts.get(now.routes.get(), domain);
            if (value.isEmpty()) {
                value = now.routes.get().get(ANY);
            }
            return value.isEmpty() ? MxResult.CONTINUE : MxResult.routes(NextHops.parse(value.get()));
        } catch (LookupException e) {
            LOG.warn("cannot tell the route of {}: {}", domain.ascii(), e.getMessage());
            return MxResult.defer(TRY_LATER);
        } catch (IllegalArgumentException e) {
            LOG.error("routes has no next hop for {}: {}", domain.ascii(), e.getMessage());
            return MxResult.defer(MISCONFIGURED);
        }
    }

    /** Not a fault of this plugin, and never a no: the client keeps its mail. */
    private static HookResult tryLater(Transaction tx, MailHost host, LookupException e) {
        LOG.warn("cannot tell whether mail is relayed to {}: {}", host.ascii(), e.getMessage());
        tx.results().error("relay_dest_domain(lookup)");
        return HookResult.denySoft(TRY_LATER);
    }

    private static HookResult misconfigured(Transaction tx, MisconfiguredException e) {
        LOG.error("{}", e.getMessage());
        tx.results().error("relay_dest_domain(config)");
        return HookResult.denySoft(MISCONFIGURED);
    }
}
