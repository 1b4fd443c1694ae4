package org.tarishi.plugin.authflatfile;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.apache.commons.codec.digest.Sha2Crypt;

/**
 * The SHA-crypt of Unix (Drepper, 2007): {@code $6$rounds=500000$salt$hash}, or {@code $5$}. Salt and hash are kept as the text that they
 * are.
 *
 * @param digest 256 or 512
 * @param rounds 5,000 where the text has none
 */
record ShaCrypt(int digest, int rounds) implements Recipe {

    static final int USUAL_ROUNDS = 5_000;
    static final int LEAST_ROUNDS = 1_000;

    private static final String DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int RECOMMENDED_ROUNDS = 500_000;

    static ShaCrypt recommended(int digest) {
        return new ShaCrypt(digest, RECOMMENDED_ROUNDS);
    }

    @Override
    public String scheme() {
        return "sha" + digest + "-crypt";
    }

    @Override
    public String tag() {
        return "SHA" + digest + "-CRYPT";
    }

    @Override
    public String parameters() {
        return "rounds=" + rounds;
    }

    @Override
    public long memory() {
        return 4;
    }

    @Override
    public double cost() {
        return (double) rounds / RECOMMENDED_ROUNDS;
    }

    @Override
    public int saltLength() {
        return 16;
    }

    @Override
    public byte[] salt(byte[] random) {
        var text = new StringBuilder();
        for (byte octet : random) {
            text.append(DIGITS.charAt(octet & 0x3f));
        }
        return text.toString().getBytes(US_ASCII);
    }

    @Override
    public int hashLength() {
        return digest == 512 ? 86 : 43;
    }

    @Override
    public byte[] derive(Password password, byte[] salt, int length) {
        // commons-codec overwrites the array that it is given
        var key = password.bytes().clone();
        var head = head(salt);
        var text = digest == 512 ? Sha2Crypt.sha512Crypt(key, head) : Sha2Crypt.sha256Crypt(key, head);
        return text.substring(text.lastIndexOf('$') + 1).getBytes(US_ASCII);
    }

    @Override
    public String text(byte[] salt, byte[] hash) {
        return head(salt) + "$" + new String(hash, US_ASCII);
    }

    private String head(byte[] salt) {
        return (digest == 512 ? "$6$" : "$5$")
                + (rounds == USUAL_ROUNDS ? "" : "rounds=" + rounds + "$")
                + new String(salt, US_ASCII);
    }
}
