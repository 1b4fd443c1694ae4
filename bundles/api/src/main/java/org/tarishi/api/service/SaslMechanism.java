package org.tarishi.api.service;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Reply;
import org.tarishi.api.SmtpConnection;

/**
 * A way to authenticate (RFC 4422), server side. A component that names itself by {@link org.tarishi.api.hook.SmtpPlugin}, registered as a
 * service; leased for an exchange. Several exchanges run at once.
 *
 * <p>Whether it may be used without TLS, who may try how often, and what follows from success is the server's affair.
 */
@ConsumerType
public interface SaslMechanism {

    /** Returns the name (RFC 4422 section 3.1), such as {@code SCRAM-SHA-256}. */
    String name();

    /**
     * Returns the {@linkplain CredentialStore#kinds() kinds} that it can work with: it is offered only when a store has one of them. Empty
     * when it needs no store.
     */
    default Set<String> needs() {
        return Set.of();
    }

    /** Returns who begins. */
    default Opening opening() {
        return Opening.CLIENT;
    }

    /** Tells whether it is offered to this client. Asked at each EHLO; must not block for long. */
    boolean isOfferedTo(SmtpConnection connection);

    /**
     * Begins an exchange.
     *
     * @param stores those who know users, in the order in which they are to be asked; good until the exchange ends. A call of theirs that
     *     fails throws {@link LookupException}, whatever went wrong.
     */
    Exchange begin(SmtpConnection connection, List<CredentialStore> stores);

    /** Who speaks first (RFC 4422 section 5). */
    enum Opening {
        /** The client; where it sent no response with AUTH, it is asked for one before the first step. */
        CLIENT,
        /** The server; a response with AUTH is refused with 501. */
        SERVER,
        /** The server, but the client may answer the first challenge with AUTH. */
        EITHER
    }

    /** One exchange; one thread at a time; may block. */
    @ConsumerType
    interface Exchange {

        /**
         * Takes a response of the client, decoded; the first is empty when the client sent none with AUTH. The array is wiped by the caller.
         *
         * <p>Data that the mechanism has for the client at its success is one more challenge (RFC 4422 section 5): the client's empty
         * response to it is answered with success.
         *
         * @throws LookupException when it can't be told now: the client gets a 454, and may try again
         * @throws Exception a fault: so it does, and the operator hears of it
         */
        Step step(byte[] response) throws Exception;

        /** Returns who the client says it is, once that is known; for limits, results and the log, also of what fails. Must not block. */
        default Optional<String> user() {
            return Optional.empty();
        }

        /** Ends the exchange, finished or not; wipes what it holds. */
        void dispose();
    }

    /** What follows. */
    @ProviderType
    sealed interface Step {

        /** Returns a challenge. */
        static Step challenge(byte[] data) {
            return new Challenge(data);
        }

        /** Returns a success. */
        static Step success(String user) {
            return new Success(user);
        }

        /** Returns a failure in the core's words. */
        static Step failure() {
            return new Failure(null);
        }

        /** Returns a failure with this reply, a 4yz or 5yz. */
        static Step failure(Reply reply) {
            return new Failure(reply);
        }
    }

    /** A challenge. */
    final class Challenge implements Step {

        private final byte[] data;

        Challenge(byte[] data) {
            this.data = data.clone();
        }

        /** Returns the data; a copy. */
        public byte[] data() {
            return data.clone();
        }
    }

    /**
     * Success.
     *
     * @param user who it is
     */
    record Success(String user) implements Step {}

    /**
     * Failure.
     *
     * @param reply the words, absent for the core's
     */
    record Failure(@org.jspecify.annotations.Nullable Reply reply) implements Step {}
}
