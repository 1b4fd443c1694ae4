package org.tarishi.api.service;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Reply;
import org.tarishi.api.SmtpConnection;

/** A way to authenticate (RFC 4422), server side. Registered as a service; leased for an exchange. */
@ConsumerType
public interface SaslMechanism {

    /** Returns the name, such as {@code SCRAM-SHA-256}. */
    String name();

    /** Tells whether it is offered to this client. */
    boolean isOfferedTo(SmtpConnection connection);

    /** Begins an exchange. */
    Exchange begin(SmtpConnection connection, List<CredentialStore> stores);

    /** One exchange; one thread at a time; may block. */
    @ConsumerType
    interface Exchange {

        /** Takes a response of the client, decoded; the first is empty when the client sent none with AUTH. The array is wiped by the caller. */
        Step step(byte[] response) throws Exception;

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
