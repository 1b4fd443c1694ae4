package org.tarishi.core.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a server has of a user for SCRAM (RFC 5802 section 3, RFC 5803): neither the password nor anything that it follows from. */
final class ScramKeys {

    private static final Pattern VERIFIER = Pattern.compile(
            "([A-Z0-9-]+)\\$([1-9][0-9]{0,8}):([A-Za-z0-9+/]+={0,2})\\$([A-Za-z0-9+/]+={0,2}):([A-Za-z0-9+/]+={0,2})");

    private static final int LONGEST_VERIFIER = 2_000;

    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramKeys(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /** Reads a verifier of RFC 5803; nothing where it is none, or one of another hash function. */
    static Optional<ScramKeys> parse(byte[] verifier, String mechanism, Hash hash) {
        if (verifier.length > LONGEST_VERIFIER) {
            return Optional.empty();
        }
        var match = VERIFIER.matcher(new String(verifier, StandardCharsets.ISO_8859_1));
        if (!match.matches() || !match.group(1).equals(mechanism)) {
            return Optional.empty();
        }
        try {
            var decoder = Base64.getDecoder();
            var keys = new ScramKeys(
                    Integer.parseInt(match.group(2)),
                    decoder.decode(match.group(3)),
                    decoder.decode(match.group(4)),
                    decoder.decode(match.group(5)));
            return keys.storedKey.length == hash.length() && keys.serverKey.length == hash.length()
                    ? Optional.of(keys)
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Makes them of a password, which the caller wipes. */
    static ScramKeys of(Hash hash, byte[] password, byte[] salt, int iterations) {
        var salted = hash.iterated(password, salt, iterations);
        try {
            var clientKey = hash.hmac(salted, Octets.utf8("Client Key"));
            return new ScramKeys(iterations, salt, hash.hash(clientKey), hash.hmac(salted, Octets.utf8("Server Key")));
        } finally {
            Octets.wipe(salted);
        }
    }

    /** Returns those of nobody: no password leads to them. */
    static ScramKeys none(byte[] salt, int iterations, byte[] storedKey) {
        return new ScramKeys(iterations, salt, storedKey, storedKey);
    }

    int iterations() {
        return iterations;
    }

    byte[] salt() {
        return salt;
    }

    byte[] storedKey() {
        return storedKey;
    }

    byte[] serverKey() {
        return serverKey;
    }

    @Override
    public String toString() {
        return "verifier of " + iterations + " iterations (hidden)";
    }
}
