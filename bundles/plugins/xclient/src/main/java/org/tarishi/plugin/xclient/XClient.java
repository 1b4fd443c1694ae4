package org.tarishi.plugin.xclient;

import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.tarishi.api.NoteKey;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.Capabilities;
import org.tarishi.api.hook.CapabilityHook;
import org.tarishi.api.hook.ClientFacts;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.NonBlocking;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.hook.SmtpVerb;
import org.tarishi.api.hook.VerbCommand;
import org.tarishi.api.hook.VerbHandler;

/** Carries out XCLIENT: a trusted front-end says who the client is, and the session begins anew with that one. */
@SmtpPlugin("xclient")
@SmtpVerb("XCLIENT")
@NonBlocking
@Component(configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class XClient implements CapabilityHook, VerbHandler {

    /** What the client said of itself to the front-end; other plugins may read it. */
    static final NoteKey<String> HELO = NoteKey.of("xclient.helo", String.class);

    /** How: SMTP or ESMTP. */
    static final NoteKey<String> PROTO = NoteKey.of("xclient.proto", String.class);

    /** Who it authenticated as to the front-end; it lets nobody relay. */
    static final NoteKey<String> LOGIN = NoteKey.of("xclient.login", String.class);

    private static final Set<Attribute> KNOWN = EnumSet.of(
            Attribute.NAME,
            Attribute.ADDR,
            Attribute.PORT,
            Attribute.PROTO,
            Attribute.HELO,
            Attribute.LOGIN,
            Attribute.DESTADDR,
            Attribute.DESTPORT);

    private volatile Settings settings;

    /** Makes it for the container. */
    @Activate
    public XClient(Config config) {
        this(new Settings(config));
    }

    XClient(Settings settings) {
        this.settings = settings;
    }

    /** Takes other settings. */
    @Modified
    void modified(Config config) {
        settings = new Settings(config);
    }

    @Override
    public void onCapabilities(SmtpConnection connection, Capabilities capabilities) {
        if (isAllowed(connection)) {
            capabilities.offer("XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT");
        }
    }

    private boolean isAllowed(SmtpConnection connection) {
        var allowed = settings.xclient();
        return !allowed.isEmpty()
                && allowed.contains(connection.remote().address().getAddress());
    }

    @Override
    public CommandResult onVerb(VerbCommand command) {
        var connection = command.connection();
        if (!isAllowed(connection)) {
            return Answers.NOT_ALLOWED;
        }
        if (command.transaction().isPresent()) {
            return Answers.IN_TRANSACTION;
        }
        try {
            var said = Attributes.parse(command.argument(), KNOWN);
            var facts = facts(said, connection);
            Answers.keep(connection, HELO, said, Attribute.HELO);
            Answers.keep(connection, PROTO, said, Attribute.PROTO);
            Answers.keep(connection, LOGIN, said, Attribute.LOGIN);
            return CommandResult.newClient(facts);
        } catch (BadAttributeException e) {
            return Answers.bad(e.words());
        }
    }

    private static ClientFacts facts(Attributes said, SmtpConnection connection) throws BadAttributeException {
        // Without its address, a client would have the front-end's own, and whatever that one may do.
        var address = said.address(Attribute.ADDR)
                .orElseThrow(() -> new BadAttributeException("ADDR is needed, with an address"));
        var facts = ClientFacts.of(new InetSocketAddress(address, said.port(Attribute.PORT)));
        var name = said.name();
        if (name.isPresent()) {
            facts = facts.withName(name.get());
        } else if (said.has(Attribute.NAME)) {
            facts = facts.withoutName();
        }
        var to = said.address(Attribute.DESTADDR);
        if (to.isPresent() || said.has(Attribute.DESTPORT)) {
            var local = connection.local().address();
            facts = facts.withLocal(new InetSocketAddress(
                    to.orElse(local.getAddress()),
                    said.has(Attribute.DESTPORT) ? said.port(Attribute.DESTPORT) : local.getPort()));
        }
        return facts;
    }
}
