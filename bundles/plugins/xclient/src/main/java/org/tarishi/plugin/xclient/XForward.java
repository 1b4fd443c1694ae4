package org.tarishi.plugin.xclient;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Reply;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Text;
import org.tarishi.api.hook.Capabilities;
import org.tarishi.api.hook.CapabilityHook;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.NonBlocking;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.hook.SmtpVerb;
import org.tarishi.api.hook.VerbCommand;
import org.tarishi.api.hook.VerbHandler;

/** Carries out XFORWARD: a trusted server says who the client of the next message was, for logs and for other plugins to read. */
@SmtpPlugin("xclient/xforward")
@SmtpVerb("XFORWARD")
@NonBlocking
@Component(configurationPid = Settings.PID)
public final class XForward implements CapabilityHook, VerbHandler {

    /** The number of the transaction, within its connection, that the other notes are about; see {@link #KEYS}. */
    static final NoteKey<Integer> TRANSACTION = NoteKey.of("xforward.transaction", Integer.class);

    /** Where each value is kept. */
    static final Map<Attribute, NoteKey<String>> KEYS = keys(
            Attribute.NAME,
            Attribute.ADDR,
            Attribute.PORT,
            Attribute.PROTO,
            Attribute.HELO,
            Attribute.IDENT,
            Attribute.SOURCE);

    private static final Logger LOG = LoggerFactory.getLogger(XForward.class);

    private static final CommandResult DONE = CommandResult.reply(Reply.of(250, new EnhancedStatus(2, 0, 0), "OK"));

    private volatile Settings settings;

    /** Makes it for the container. */
    @Activate
    public XForward(Config config) {
        this(new Settings(config));
    }

    XForward(Settings settings) {
        this.settings = settings;
    }

    /** Takes other settings. */
    @Modified
    void modified(Config config) {
        settings = new Settings(config);
    }

    private static Map<Attribute, NoteKey<String>> keys(Attribute... attributes) {
        var keys = new EnumMap<Attribute, NoteKey<String>>(Attribute.class);
        for (var one : attributes) {
            keys.put(one, NoteKey.of("xforward." + one.name().toLowerCase(Locale.ROOT), String.class));
        }
        return keys;
    }

    @Override
    public void onCapabilities(SmtpConnection connection, Capabilities capabilities) {
        if (isAllowed(connection)) {
            capabilities.offer("XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE");
        }
    }

    private boolean isAllowed(SmtpConnection connection) {
        var allowed = settings.xforward();
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
            var said = Attributes.parse(command.argument(), KEYS.keySet());
            int next = connection.counters().transactions() + 1;
            if (connection.notes().get(TRANSACTION).orElse(0) != next) {
                // What was said of an earlier message does not hold for this one.
                KEYS.values().forEach(connection.notes()::remove);
                connection.notes().put(TRANSACTION, next);
            }
            KEYS.forEach((attribute, key) -> {
                if (said.has(attribute)) {
                    Answers.keep(connection, key, said, attribute);
                }
            });
            LOG.info("forwarded for the message {}.{}:{}", connection.id(), next, words(connection));
            return DONE;
        } catch (BadAttributeException e) {
            return Answers.bad(e.words());
        }
    }

    /** Returns all that is known of the next message's client. */
    private static String words(SmtpConnection connection) {
        var words = new StringBuilder();
        KEYS.forEach((attribute, key) -> connection
                .notes()
                .get(key)
                .ifPresent(text -> words.append(' ')
                        .append(attribute.name().toLowerCase(Locale.ROOT))
                        .append('=')
                        .append(Text.escaped(text))));
        return words.toString();
    }
}
