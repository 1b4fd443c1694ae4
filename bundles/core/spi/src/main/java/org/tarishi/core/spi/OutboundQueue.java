package org.tarishi.core.spi;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Reply;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;

/** Takes messages for other hosts: what becomes of mail that may be relayed and that no plugin took. Any thread; nothing here blocks. */
@ProviderType
public interface OutboundQueue {

    /**
     * Asks the plugins, splits the message, and keeps its mails.
     *
     * <p>The caller touches neither message nor transaction until it is told, and closes the message afterwards.
     *
     * @param tx the transaction; its sender, recipients and notes are taken as plugins leave them
     * @param message its message, with all trace fields of this host
     * @param generation the chains that the transaction began with
     * @param turn runs the caller's code
     * @param then told once, when the mails are safe or refused
     */
    void submit(Transaction tx, LiveMessage message, Generation generation, Executor turn, Consumer<Submitted> then);

    /**
     * Returns why a message would be refused now, as far as that is known before there is one: 4yz; nothing where it would be taken. So a
     * client need not send a message in vain. Quick.
     */
    Optional<Reply> refusal();

    /** Returns how full it is, in percent; from 100 on it takes no more for that reason. Quick. */
    default int fullness() {
        return 0;
    }

    /** Returns how long mail may be held for its sender (RFC 4865); nothing or less where it may not. */
    Duration longestHold();

    /** Tells whether mail has priorities (RFC 6710). */
    boolean hasPriorities();

    /** What became of a message. */
    sealed interface Submitted {

        /**
         * It is safe.
         *
         * @param reply a 250
         */
        record Queued(Reply reply) implements Submitted {}

        /**
         * It was not taken.
         *
         * @param reply why, as a client is told: 4yz unless the message itself can't be sent
         */
        record Refused(Reply reply) implements Submitted {}

        /**
         * A plugin has refused it.
         *
         * @param verdict the refusal
         */
        record Denied(Verdict<HookResult> verdict) implements Submitted {}
    }
}
