package org.tarishi.api.service;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Text;

/** What a {@link CredentialStore} says of a bearer token. Immutable. */
public final class TokenVerdict {

    private static final TokenVerdict UNKNOWN = new TokenVerdict(Outcome.UNKNOWN, null, "", null, null);

    /** What came out. */
    public enum Outcome {
        /** The token is good, and says whose it is. */
        ACCEPTED,
        /** The token is not good, or not good for this. */
        REJECTED,
        /** The token is none of the store's: another one may know it. */
        UNKNOWN
    }

    private final Outcome outcome;
    private final @Nullable String user;
    private final String status;
    private final @Nullable String scope;
    private final @Nullable String configuration;

    private TokenVerdict(
            Outcome outcome,
            @Nullable String user,
            String status,
            @Nullable String scope,
            @Nullable String configuration) {
        this.outcome = outcome;
        this.user = user;
        this.status = status;
        this.scope = scope;
        this.configuration = configuration;
    }

    /**
     * The token is good.
     *
     * @param user whose it is; another one than the client has named is refused
     */
    public static TokenVerdict accepted(String user) {
        if (user.isEmpty()) {
            throw new IllegalArgumentException("a token of nobody");
        }
        return new TokenVerdict(Outcome.ACCEPTED, user, "", null, null);
    }

    /**
     * The token is not good.
     *
     * @param status the OAuth error code (RFC 6750 section 3.1): {@code invalid_token}, {@code insufficient_scope}; told to the client
     * @throws IllegalArgumentException when it is no such word
     */
    public static TokenVerdict rejected(String status) {
        if (!status.matches("[a-z_]{1,40}")) {
            throw new IllegalArgumentException("want a word such as invalid_token: " + Text.escaped(status));
        }
        return new TokenVerdict(Outcome.REJECTED, null, status, null, null);
    }

    /** The token is none of this store's. */
    public static TokenVerdict unknown() {
        return UNKNOWN;
    }

    /** Returns it with the scope that the client should ask for (RFC 7628 section 3.2.2). */
    public TokenVerdict withScope(String needed) {
        return new TokenVerdict(outcome, user, status, needed, configuration);
    }

    /** Returns it with the URL of a document that tells how to get a token (RFC 7628 section 3.2.2). */
    public TokenVerdict withConfiguration(String url) {
        return new TokenVerdict(outcome, user, status, scope, url);
    }

    /** Returns what came out. */
    public Outcome outcome() {
        return outcome;
    }

    /** Returns whose it is, if it is good. */
    public Optional<String> user() {
        return Optional.ofNullable(user);
    }

    /** Returns the error code; empty where there is none. */
    public String status() {
        return status;
    }

    /** Returns the scope that the client should ask for, if it was said. */
    public Optional<String> scope() {
        return Optional.ofNullable(scope);
    }

    /** Returns the URL of a document that tells how to get a token, if it was said. */
    public Optional<String> configuration() {
        return Optional.ofNullable(configuration);
    }

    @Override
    public String toString() {
        return outcome + (status.isEmpty() ? "" : " " + status);
    }
}
