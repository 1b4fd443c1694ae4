package org.tarishi.plugin.authflatfile;

import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * PBKDF2 (RFC 8018) with HMAC of SHA-256 or SHA-512, in the form of PassLib: {@code $pbkdf2-sha256$600000$salt$hash}, whose base 64 has
 * {@code .} in the place of {@code +}.
 *
 * @param digest 256 or 512, the SHA-2 that HMAC is made of; 1 for SHA-1, which only SCRAM asks for
 * @param iterations how often
 */
record Pbkdf2(int digest, int iterations) implements Recipe {

    private static final int RECOMMENDED_256 = 600_000;
    private static final int RECOMMENDED_512 = 210_000;

    /** Returns what OWASP recommends. */
    static Pbkdf2 recommended(int digest) {
        return new Pbkdf2(digest, digest == 512 ? RECOMMENDED_512 : RECOMMENDED_256);
    }

    @Override
    public String scheme() {
        return "pbkdf2-sha" + digest;
    }

    @Override
    public String tag() {
        return "PBKDF2-SHA" + digest;
    }

    @Override
    public String parameters() {
        return "i=" + iterations;
    }

    @Override
    public long memory() {
        return 1;
    }

    @Override
    public double cost() {
        return (double) iterations / recommended(digest).iterations;
    }

    @Override
    public int saltLength() {
        return 16;
    }

    @Override
    public int hashLength() {
        return digest / 8;
    }

    @Override
    public byte[] derive(Password password, byte[] salt, int length) {
        var spec = new PBEKeySpec(password.chars(), salt, iterations, length * 8);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA" + digest)
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no PBKDF2 with SHA-" + digest, e);
        } finally {
            spec.clearPassword();
        }
    }

    @Override
    public String text(byte[] salt, byte[] hash) {
        return "$" + scheme() + "$" + iterations + "$" + base64(salt) + "$" + base64(hash);
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().withoutPadding().encodeToString(octets).replace('+', '.');
    }
}
