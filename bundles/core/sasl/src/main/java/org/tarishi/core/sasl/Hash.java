package org.tarishi.core.sasl;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The hash functions that mechanisms are made of. */
enum Hash {
    MD5("MD5", "HmacMD5", 16),
    SHA_1("SHA-1", "HmacSHA1", 20),
    SHA_256("SHA-256", "HmacSHA256", 32);

    private final String digest;
    private final String mac;
    private final int length;

    Hash(String digest, String mac, int length) {
        this.digest = digest;
        this.mac = mac;
        this.length = length;
    }

    /** Returns how many octets a value has. */
    int length() {
        return length;
    }

    /** Returns H of RFC 5802. */
    byte[] hash(byte[] octets) {
        try {
            return MessageDigest.getInstance(digest).digest(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns HMAC of RFC 5802. */
    byte[] hmac(byte[] key, byte[] octets) {
        return keyed(key).doFinal(octets);
    }

    /** Returns Hi of RFC 5802: PBKDF2 (RFC 8018) of one block. */
    byte[] iterated(byte[] password, byte[] salt, int iterations) {
        var keyed = keyed(password);
        keyed.update(salt);
        var last = keyed.doFinal(new byte[] {0, 0, 0, 1});
        var all = last.clone();
        for (int i = 1; i < iterations; i++) {
            last = keyed.doFinal(last);
            for (int j = 0; j < all.length; j++) {
                all[j] ^= last[j];
            }
        }
        return all;
    }

    private Mac keyed(byte[] key) {
        try {
            var keyed = Mac.getInstance(mac);
            keyed.init(new SecretKeySpec(key, mac));
            return keyed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
