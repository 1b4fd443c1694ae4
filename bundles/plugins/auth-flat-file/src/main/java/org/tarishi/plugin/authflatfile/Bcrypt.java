package org.tarishi.plugin.authflatfile;

import java.util.Arrays;
import org.bouncycastle.crypto.generators.BCrypt;

/**
 * bcrypt (Provos and Mazières, 1999), in the form of OpenBSD: {@code $2b$11$}, 22 characters of salt, 31 of the hash. {@code 2a},
 * {@code 2b} and {@code 2y} name the same computation; {@code 2x} names a faulty one, which nobody should still have.
 *
 * @param logRounds the binary logarithm of the number of rounds
 */
record Bcrypt(int logRounds) implements Recipe {

    static final Bcrypt RECOMMENDED = new Bcrypt(11);

    /** bcrypt looks at no more octets of a password. */
    static final int LONGEST_PASSWORD = 72;

    static final int SALT = 16;
    static final int HASH = 23;

    private static final String DIGITS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    @Override
    public String scheme() {
        return "bcrypt";
    }

    @Override
    public String tag() {
        return "BLF-CRYPT";
    }

    @Override
    public String parameters() {
        return "cost=" + logRounds;
    }

    @Override
    public long memory() {
        return 5;
    }

    @Override
    public double cost() {
        return Math.scalb(1.0, logRounds - RECOMMENDED.logRounds);
    }

    @Override
    public int saltLength() {
        return SALT;
    }

    @Override
    public int hashLength() {
        return HASH;
    }

    @Override
    public byte[] derive(Password password, byte[] salt, int length) {
        // The key ends with a NUL where there is room for one.
        var key = Arrays.copyOf(password.bytes(), Math.min(password.length() + 1, LONGEST_PASSWORD));
        try {
            return Arrays.copyOf(BCrypt.generate(key, salt, logRounds, false), length);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    @Override
    public String text(byte[] salt, byte[] hash) {
        return "$2b$%02d$%s%s".formatted(logRounds, digits(salt), digits(hash));
    }

    /** Writes octets in bcrypt's own base 64, highest bits first and without padding. */
    private static String digits(byte[] octets) {
        var text = new StringBuilder();
        int bits = 0;
        int held = 0;
        for (byte octet : octets) {
            held = (held << 8) | (octet & 0xff);
            bits += 8;
            while (bits >= 6) {
                bits -= 6;
                text.append(DIGITS.charAt((held >> bits) & 0x3f));
            }
        }
        return bits == 0
                ? text.toString()
                : text.append(DIGITS.charAt((held << (6 - bits)) & 0x3f)).toString();
    }

    /** Reads so many octets; bits left over say nothing. */
    static byte[] octets(String digits, int length) {
        var octets = new byte[length];
        int bits = 0;
        int held = 0;
        int at = 0;
        for (int i = 0; i < digits.length() && at < length; i++) {
            int value = DIGITS.indexOf(digits.charAt(i));
            if (value < 0) {
                throw new IllegalArgumentException("a character that bcrypt does not write");
            }
            held = (held << 6) | value;
            bits += 6;
            if (bits >= 8) {
                bits -= 8;
                octets[at++] = (byte) (held >> bits);
            }
        }
        return octets;
    }
}
