package org.tarishi.api.hook;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;

/**
 * The answer of a hook. Plugins make it with the factories; only the core takes it apart.
 *
 * <p>Every answer but {@link #CONTINUE} ends the chain of its moment. What "no opinion" means stands with each hook.
 */
@ProviderType
public sealed interface HookResult {

    /** No opinion: the next plugin is asked. */
    HookResult CONTINUE = new Continue();

    /** Yes, in the core's words. */
    HookResult OK = new Ok(null);

    /** Hang up without a word. */
    HookResult DISCONNECT = new Disconnect();

    /** Returns a yes in these words, sent with the moment's code. */
    static HookResult ok(String text) {
        return new Ok(Reply.of(250, text));
    }

    /** Returns a yes with this reply; it must be a 2yz. */
    static HookResult ok(Reply reply) {
        return new Ok(reply);
    }

    /** Returns a refusal for good in these words; the moment decides the code, the status is 5.7.1. */
    static HookResult deny(String text) {
        return new Deny(Words.of(Words.DENIED, text), false);
    }

    /** Returns a refusal for good with this reply; it must be a 5yz. */
    static HookResult deny(Reply reply) {
        return new Deny(Words.exact(reply), false);
    }

    /** Returns a refusal for good, after which the connection ends. */
    static HookResult denyDisconnect(String text) {
        return new Deny(Words.of(Words.DENIED, text), true);
    }

    /** Returns a refusal for good with this reply, after which the connection ends. */
    static HookResult denyDisconnect(Reply reply) {
        return new Deny(Words.exact(reply), true);
    }

    /** Returns a refusal for now in these words; the moment decides the code, the status is 4.7.1. */
    static HookResult denySoft(String text) {
        return new DenySoft(Words.of(Words.DEFERRED, text), false);
    }

    /** Returns a refusal for now with this reply; it must be a 4yz. */
    static HookResult denySoft(Reply reply) {
        return new DenySoft(Words.exact(reply), false);
    }

    /** Returns a refusal for now, after which the connection ends. */
    static HookResult denySoftDisconnect(String text) {
        return new DenySoft(Words.of(Words.DEFERRED, text), true);
    }

    /** Returns a refusal for now with this reply, after which the connection ends. */
    static HookResult denySoftDisconnect(Reply reply) {
        return new DenySoft(Words.exact(reply), true);
    }

    /** No opinion. */
    record Continue() implements HookResult {}

    /**
     * Yes.
     *
     * @param reply the words, absent for the core's
     */
    record Ok(@Nullable Reply reply) implements HookResult {

        /** Refuses a reply that is no yes. */
        public Ok {
            if (reply != null && !reply.isPositive()) {
                throw new IllegalArgumentException("OK wants a 2yz reply: " + reply);
            }
        }

        /** Returns the words, if the plugin chose them. */
        public Optional<Reply> words() {
            return Optional.ofNullable(reply);
        }
    }

    /** Hang up. */
    record Disconnect() implements HookResult {}

    /** No, for good or for now. */
    sealed interface Refusal extends HookResult {

        /** Returns the words. */
        Words words();

        /** Tells whether the connection ends after the reply. */
        boolean disconnect();
    }

    /**
     * No, for good.
     *
     * @param words a 5yz
     * @param disconnect whether the connection ends after the reply
     */
    record Deny(Words words, boolean disconnect) implements Refusal {

        /** Refuses words of another class. */
        public Deny {
            if (!words.reply().isPermanent()) {
                throw new IllegalArgumentException("DENY wants a 5yz reply: " + words.reply());
            }
        }
    }

    /**
     * No, for now.
     *
     * @param words a 4yz
     * @param disconnect whether the connection ends after the reply
     */
    record DenySoft(Words words, boolean disconnect) implements Refusal {

        /** Refuses words of another class. */
        public DenySoft {
            if (!words.reply().isTransient()) {
                throw new IllegalArgumentException("DENYSOFT wants a 4yz reply: " + words.reply());
            }
        }
    }

    /**
     * The words of a refusal.
     *
     * @param reply what to say
     * @param isExact whether the plugin chose the code; if not, the moment does
     */
    record Words(Reply reply, boolean isExact) {

        static final EnhancedStatus DENIED = new EnhancedStatus(5, 7, 1);
        static final EnhancedStatus DEFERRED = new EnhancedStatus(4, 7, 1);

        static Words of(EnhancedStatus status, String text) {
            return new Words(Reply.of(status.statusClass() == 5 ? 550 : 450, status, text), false);
        }

        static Words exact(Reply reply) {
            return new Words(reply, true);
        }

        /** Returns the reply with the code of the moment, unless the plugin chose one. */
        public Reply withCode(int code) {
            return isExact ? reply : new Reply(code, reply.status(), reply.lines());
        }
    }
}
