package org.tarishi.api.service;

import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.SmtpConnection;

/**
 * Knows who may log in. A component of a plugin that names itself by {@link org.tarishi.api.hook.SmtpPlugin}, registered as a service;
 * leased for an exchange, and asked by several threads at once.
 *
 * <p>Each call may block and has the time limit of the moment {@code auth}. Several stores are asked in the order of the chain, then by
 * service ranking; the first that knows the user has the last word.
 *
 * <p>Answers take the same time whether or not the user exists. Nothing of a secret is kept or logged.
 */
@ConsumerType
public interface CredentialStore {

    /** The kind that {@link #verify} serves: passwords that only the store can check. */
    String PASSWORD = "PASSWORD";

    /** The kind of {@link #secret} that is the password itself, in UTF-8. CRAM-MD5 needs it. */
    String PLAIN = "PLAIN";

    /** The kind that {@link #verifyToken} serves: bearer tokens (RFC 6750). */
    String TOKEN = "TOKEN";

    /**
     * Returns what the store can be asked for: {@link #PASSWORD}, {@link #TOKEN}, and the kinds of {@link #secret} that it has of one user
     * at least. A mechanism is offered only when a store has what it needs. Asked at each EHLO; must not block for long.
     */
    default Set<String> kinds() {
        return Set.of(PASSWORD);
    }

    /**
     * Checks a password.
     *
     * @param user the name, as SASLprep (RFC 4013) makes it
     * @param password the password as the client sent it; wiped by the caller
     * @throws LookupException when nobody can tell now: the client gets a 454
     */
    Verdict verify(SmtpConnection connection, String user, char[] password) throws LookupException;

    /**
     * Returns what a challenge mechanism needs to know of a user; nothing when there is no such user, or nothing of that kind.
     *
     * @param user the name, as SASLprep (RFC 4013) makes it
     * @param kind {@link #PLAIN} for the password itself, {@code SCRAM-SHA-256} and alike for RFC 5803 verifiers: {@code
     *     SCRAM-SHA-256$4096:salt$StoredKey:ServerKey} in ASCII, all but the number in base64
     * @return bytes of the caller's, who wipes them
     * @throws LookupException when nobody can tell now: the client gets a 454
     */
    default Optional<byte[]> secret(String user, String kind) throws LookupException {
        return Optional.empty();
    }

    /**
     * Checks a bearer token (RFC 6750, RFC 7628). Asked only of stores whose {@link #kinds} have {@link #TOKEN}.
     *
     * @param user who the client says it is, empty where it says nothing
     * @param token the token; wiped by the caller
     * @throws LookupException when nobody can tell now: the client gets a 454
     */
    default TokenVerdict verifyToken(SmtpConnection connection, String user, char[] token) throws LookupException {
        return TokenVerdict.unknown();
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
