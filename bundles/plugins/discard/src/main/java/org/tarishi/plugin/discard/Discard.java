package org.tarishi.plugin.discard;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.NonBlocking;
import org.tarishi.api.hook.QueueHook;
import org.tarishi.api.hook.QueueOutboundHook;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.message.Message;

/** Says yes to a message and forgets it, where a plugin or the operator wants that. */
@SmtpPlugin(value = "discard", formerly = "queue/discard")
@NonBlocking
@Component(configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class Discard implements QueueHook, QueueOutboundHook {

    /** Has a message, or all of a connection, discarded when true; set by other plugins. */
    static final NoteKey<Boolean> DISCARD = NoteKey.of("discard", Boolean.class);

    /** Which queue plugin is wanted for a message; set by other plugins. */
    static final NoteKey<String> QUEUE_WANTS = NoteKey.of("queue.wants", String.class);

    private static final Logger LOG = LoggerFactory.getLogger(Discard.class);

    private volatile Settings settings;

    /** Makes it for the container. */
    @Activate
    public Discard(Config config) {
        this(new Settings(config));
    }

    Discard(Settings settings) {
        this.settings = settings;
    }

    /** Takes other settings. */
    @Modified
    void modified(Config config) {
        settings = new Settings(config);
    }

    @Override
    public HookResult onQueue(Transaction tx, Message message) {
        return take(tx);
    }

    @Override
    public HookResult onQueueOutbound(Transaction tx, Message message) {
        return take(tx);
    }

    private HookResult take(Transaction tx) {
        var wanted = tx.notes().get(QUEUE_WANTS);
        if (wanted.isPresent() && !wanted.get().equals("discard")) {
            return HookResult.CONTINUE;
        }
        boolean isAsked = wanted.isPresent()
                || tx.notes().get(DISCARD).orElse(false)
                || tx.connection().notes().get(DISCARD).orElse(false);
        if (!isAsked && !settings.all()) {
            return HookResult.CONTINUE;
        }
        LOG.info("discarded, {}", isAsked ? "as a plugin asked" : "as all = true says");
        return HookResult.OK;
    }
}
