package org.tarishi.plugin.authflatfile;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a server keeps of a password for SCRAM (RFC 5802), in the form of RFC 5803:
 * {@code SCRAM-SHA-256$15000:salt$StoredKey:ServerKey}. Immutable; its text form tells the mechanism only.
 */
final class ScramVerifier {

    static final String SHA_1 = "SCRAM-SHA-1";
    static final String SHA_256 = "SCRAM-SHA-256";

    /** RFC 5802 section 5.1 and RFC 7677 section 4. */
    static final int LEAST_ITERATIONS = 4096;

    private static final Pattern FORM = Pattern.compile(
            "(SCRAM-SHA-1|SCRAM-SHA-256)\\$(\\d{1,9}):([A-Za-z0-9+/=]{4,400})\\$([A-Za-z0-9+/]+=*):([A-Za-z0-9+/]+=*)");

    private static final int SALT = 16;

    private final String mechanism;
    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramVerifier(String mechanism, int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.mechanism = mechanism;
        this.iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /** Makes that of a new password, which {@link Prepared} has prepared. */
    static ScramVerifier of(Password prepared, String mechanism, int iterations, SecureRandom random) {
        var salt = new byte[SALT];
        random.nextBytes(salt);
        return of(prepared, mechanism, iterations, salt);
    }

    static ScramVerifier of(Password prepared, String mechanism, int iterations, byte[] salt) {
        var salted = salted(prepared, mechanism, iterations, salt);
        return new ScramVerifier(
                mechanism,
                iterations,
                salt.clone(),
                storedKey(mechanism, salted),
                mac(mechanism, salted, "Server Key"));
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is none, with a reason that holds no part of it
     */
    static ScramVerifier parse(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException("no verifier of SCRAM-SHA-1 or SCRAM-SHA-256 as RFC 5803 writes it");
        }
        try {
            var base64 = Base64.getDecoder();
            var verifier = new ScramVerifier(
                    match.group(1),
                    Integer.parseInt(match.group(2)),
                    base64.decode(match.group(3)),
                    base64.decode(match.group(4)),
                    base64.decode(match.group(5)));
            int length = length(verifier.mechanism);
            if (verifier.iterations < LEAST_ITERATIONS
                    || verifier.storedKey.length != length
                    || verifier.serverKey.length != length) {
                throw new IllegalArgumentException(
                        "a SCRAM verifier wants " + LEAST_ITERATIONS + " iterations or more, and whole keys");
            }
            return verifier;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a SCRAM verifier with too many iterations", e);
        }
    }

    /** Tells whether this is the password; takes as long as its iterations. */
    boolean matches(Password prepared) {
        return MessageDigest.isEqual(storedKey(mechanism, salted(prepared, mechanism, iterations, salt)), storedKey);
    }

    String mechanism() {
        return mechanism;
    }

    int iterations() {
        return iterations;
    }

    /** Returns what stands in the file, and what a SCRAM mechanism asks for. */
    String text() {
        var base64 = Base64.getEncoder();
        return mechanism + "$" + iterations + ":" + base64.encodeToString(salt) + "$" + base64.encodeToString(storedKey)
                + ":" + base64.encodeToString(serverKey);
    }

    /** Returns the same as octets. */
    byte[] octets() {
        return text().getBytes(US_ASCII);
    }

    /** RFC 5802 section 3: Hi() is PBKDF2 with the hash's own length. */
    private static byte[] salted(Password password, String mechanism, int iterations, byte[] salt) {
        return new Pbkdf2(mechanism.equals(SHA_1) ? 1 : 256, iterations).derive(password, salt, length(mechanism));
    }

    private static byte[] storedKey(String mechanism, byte[] salted) {
        try {
            return MessageDigest.getInstance(mechanism.substring("SCRAM-".length()))
                    .digest(mac(mechanism, salted, "Client Key"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no hash for " + mechanism, e);
        }
    }

    private static byte[] mac(String mechanism, byte[] key, String words) {
        var name = mechanism.equals(SHA_1) ? "HmacSHA1" : "HmacSHA256";
        try {
            var mac = Mac.getInstance(name);
            mac.init(new SecretKeySpec(key, name));
            return mac.doFinal(words.getBytes(US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no " + name, e);
        }
    }

    private static int length(String mechanism) {
        return mechanism.equals(SHA_1) ? 20 : 32;
    }

    @Override
    public String toString() {
        return mechanism;
    }
}
