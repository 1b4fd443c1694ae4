package org.tarishi.core.admin;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** A password as it is kept: salted and stretched with PBKDF2-HMAC-SHA-512 (RFC 8018). */
final class PasswordHash {
    /** What OWASP asks of PBKDF2-HMAC-SHA-512; about 0.1 s of one core. */
    static final int ITERATIONS = 210_000;

    private static final int MOST_ITERATIONS = 10_000_000;
    private static final int SALT_OCTETS = 16;
    private static final int HASH_OCTETS = 32;
    private static final String SCHEME = "pbkdf2-sha512";

    private final int iterations;
    private final byte[] salt;
    private final byte[] hash;

    private PasswordHash(int iterations, byte[] salt, byte[] hash) {
        this.iterations = iterations;
        this.salt = salt;
        this.hash = hash;
    }

    static PasswordHash of(String password, SecureRandom random) {
        var salt = new byte[SALT_OCTETS];
        random.nextBytes(salt);
        return new PasswordHash(ITERATIONS, salt, stretch(password, salt, ITERATIONS));
    }

    /** Makes a hash that no password matches, and that takes as long as any other to say so. */
    static PasswordHash ofNobody(SecureRandom random) {
        var salt = new byte[SALT_OCTETS];
        var hash = new byte[HASH_OCTETS];
        random.nextBytes(salt);
        random.nextBytes(hash);
        return new PasswordHash(ITERATIONS, salt, hash);
    }

    /**
     * Reads what {@link #text()} wrote.
     *
     * @throws IllegalArgumentException when the text is anything else, or too cheap to break
     */
    static PasswordHash parse(String text) {
        var parts = text.split("\\$", -1);
        if (parts.length != 4 || !parts[0].equals(SCHEME) || !parts[1].matches("[0-9]{1,8}")) {
            throw new IllegalArgumentException("not a password hash of the form " + SCHEME + "$iterations$salt$hash");
        }
        var iterations = Integer.parseInt(parts[1]);
        if (iterations < ITERATIONS || iterations > MOST_ITERATIONS) {
            throw new IllegalArgumentException("iterations must be from " + ITERATIONS + " to " + MOST_ITERATIONS);
        }
        var salt = Base64.getDecoder().decode(parts[2]);
        var hash = Base64.getDecoder().decode(parts[3]);
        if (salt.length != SALT_OCTETS || hash.length != HASH_OCTETS) {
            throw new IllegalArgumentException("salt must have " + SALT_OCTETS + " octets, hash " + HASH_OCTETS);
        }
        return new PasswordHash(iterations, salt, hash);
    }

    /** Compares in constant time, after the whole stretching. */
    boolean matches(String password) {
        return MessageDigest.isEqual(hash, stretch(password, salt, iterations));
    }

    String text() {
        var base64 = Base64.getEncoder();
        return SCHEME + "$" + iterations + "$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
    }

    private static byte[] stretch(String password, byte[] salt, int iterations) {
        var spec = new PBEKeySpec(password.toCharArray(), salt, iterations, HASH_OCTETS * 8);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks PBKDF2WithHmacSHA512", e);
        } finally {
            spec.clearPassword();
        }
    }
}
