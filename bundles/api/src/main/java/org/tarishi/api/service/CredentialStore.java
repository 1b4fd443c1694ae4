package org.tarishi.api.service;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.SmtpConnection;

/**
 * Knows who may log in. May block; leased for an exchange.
 *
 * <p>Answers take the same time whether or not the user exists. Nothing of a secret is kept or logged.
 */
@ConsumerType
public interface CredentialStore {

    /** Checks a password; the array is wiped by the caller. */
    Verdict verify(SmtpConnection connection, String user, char[] password) throws LookupException;

    /**
     * Returns what a challenge mechanism needs to know of a user.
     *
     * @param kind {@code PLAIN} for the password itself, {@code SCRAM-SHA-256} and alike for RFC 5803 verifiers
     */
    default Optional<byte[]> secret(String user, String kind) throws LookupException {
        return Optional.empty();
    }

    /** What came out. */
    enum Verdict {
        /** The user is known by this password. */
        ACCEPTED,
        /** No such user, or another password. */
        REJECTED,
        /** The store has no such user: another one may. */
        UNKNOWN_USER
    }
}
