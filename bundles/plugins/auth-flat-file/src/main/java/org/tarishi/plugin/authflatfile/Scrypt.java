package org.tarishi.plugin.authflatfile;

import java.util.Base64;
import org.bouncycastle.crypto.generators.SCrypt;

/**
 * scrypt (RFC 7914), in PHC form: {@code $scrypt$ln=15,r=8,p=3$salt$hash}.
 *
 * @param logN the binary logarithm of the cost parameter N
 * @param r the block size
 * @param p how often it is done, one after the other
 */
record Scrypt(int logN, int r, int p) implements Recipe {

    static final Scrypt RECOMMENDED = new Scrypt(15, 8, 3);

    @Override
    public String scheme() {
        return "scrypt";
    }

    @Override
    public String tag() {
        return "SCRYPT";
    }

    @Override
    public String parameters() {
        return "ln=" + logN + ",r=" + r + ",p=" + p;
    }

    @Override
    public long memory() {
        // RFC 7914 section 2: 128 octets times N times r, and the p blocks beside it.
        return ((128L << logN) * r + 128L * r * p) / 1024;
    }

    @Override
    public double cost() {
        return Math.scalb((double) r * p, logN - RECOMMENDED.logN) / (RECOMMENDED.r * RECOMMENDED.p);
    }

    @Override
    public int saltLength() {
        return 16;
    }

    @Override
    public int hashLength() {
        return 32;
    }

    @Override
    public byte[] derive(Password password, byte[] salt, int length) {
        return SCrypt.generate(password.bytes(), salt, 1 << logN, r, p, length);
    }

    @Override
    public String text(byte[] salt, byte[] hash) {
        var base64 = Base64.getEncoder().withoutPadding();
        return "$scrypt$" + parameters() + "$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
    }
}
