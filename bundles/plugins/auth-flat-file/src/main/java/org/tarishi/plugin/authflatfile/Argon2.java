package org.tarishi.plugin.authflatfile;

import java.util.Base64;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2 (RFC 9106), in the form of its reference: {@code $argon2id$v=19$m=19456,t=2,p=1$salt$hash}.
 *
 * @param isHybrid argon2id, rather than argon2i
 * @param version 16 or 19
 * @param memory in KiB
 * @param passes over the memory
 * @param lanes that may be computed at once; here they are not
 */
record Argon2(boolean isHybrid, int version, long memory, int passes, int lanes) implements Recipe {

    /** Of OWASP's equal choices the one with the least passes that leaves room for several at once in a small heap. */
    static final Argon2 RECOMMENDED = new Argon2(true, Argon2Parameters.ARGON2_VERSION_13, 19_456, 2, 1);

    @Override
    public String scheme() {
        return isHybrid ? "argon2id" : "argon2i";
    }

    @Override
    public String tag() {
        return isHybrid ? "ARGON2ID" : "ARGON2I";
    }

    @Override
    public String parameters() {
        return "m=" + memory + ",t=" + passes + ",p=" + lanes;
    }

    @Override
    public double cost() {
        return (double) memory * passes / (RECOMMENDED.memory * RECOMMENDED.passes);
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
        var parameters = new Argon2Parameters.Builder(isHybrid ? Argon2Parameters.ARGON2_id : Argon2Parameters.ARGON2_i)
                .withVersion(version)
                .withMemoryAsKB((int) memory)
                .withIterations(passes)
                .withParallelism(lanes)
                .withSalt(salt)
                .build();
        var generator = new Argon2BytesGenerator();
        generator.init(parameters);
        var hash = new byte[length];
        generator.generateBytes(password.bytes(), hash);
        return hash;
    }

    @Override
    public String text(byte[] salt, byte[] hash) {
        var base64 = Base64.getEncoder().withoutPadding();
        return "$" + scheme() + "$v=" + version + "$" + parameters() + "$" + base64.encodeToString(salt) + "$"
                + base64.encodeToString(hash);
    }
}
