package org.tarishi.core.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ProtocolException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM (RFC 5802, RFC 7677), without channel binding: the secret never travels, and the peer proves that it knows it too.
 */
final class ScramExchange implements Mechanism.Exchange {

    /** A peer that asks for more wants to keep this host busy. */
    private static final int MOST_ITERATIONS = 1_000_000;

    private static final Pattern FIRST =
            Pattern.compile("r=([!-+\\--~]{1,500}),s=([A-Za-z0-9+/=]{1,500}),i=([0-9]{1,7})(?:,.*)?");
    private static final Pattern FINAL = Pattern.compile("v=([A-Za-z0-9+/=]{1,200})(?:,.*)?");

    private final String digest;
    private final String hmac;
    private final String stretch;
    private final String secret;
    private final String nonce;
    private final String clientFirstBare;
    private byte @Nullable [] expected;
    private boolean isProved;

    ScramExchange(String digest, String hmac, String stretch, String user, String secret, String nonce) {
        this.digest = digest;
        this.hmac = hmac;
        this.stretch = stretch;
        this.secret = Normalizer.normalize(secret, Normalizer.Form.NFKC);
        this.nonce = nonce;
        this.clientFirstBare = "n="
                + Normalizer.normalize(user, Normalizer.Form.NFKC)
                        .replace("=", "=3D")
                        .replace(",", "=2C")
                + ",r="
                + nonce;
    }

    @Override
    public Optional<byte[]> initial() {
        return Optional.of(("n,," + clientFirstBare).getBytes(UTF_8));
    }

    @Override
    public byte[] answer(byte[] challenge) throws IOException {
        var text = new String(challenge, UTF_8);
        try {
            return expected == null ? proof(text) : check(text, expected);
        } catch (GeneralSecurityException e) {
            throw new IOException("SCRAM is not there", e);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("SCRAM challenge is no Base64");
        }
    }

    private byte[] proof(String serverFirst) throws IOException, GeneralSecurityException {
        var match = FIRST.matcher(serverFirst);
        if (!match.matches()
                || !match.group(1).startsWith(nonce)
                || match.group(1).length() == nonce.length()) {
            throw new ProtocolException("not the first message of SCRAM");
        }
        int iterations = Integer.parseInt(match.group(3));
        if (iterations < 1 || iterations > MOST_ITERATIONS) {
            throw new ProtocolException("SCRAM with " + iterations + " iterations");
        }
        var salt = Base64.getDecoder().decode(match.group(2));
        if (salt.length == 0) {
            throw new ProtocolException("SCRAM without salt");
        }
        var salted = salted(salt, iterations);
        var clientKey = mac(salted, "Client Key");
        var storedKey = MessageDigest.getInstance(digest).digest(clientKey);
        var withoutProof = "c=biws,r=" + match.group(1);
        var all = clientFirstBare + "," + serverFirst + "," + withoutProof;
        var signature = mac(storedKey, all);
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] ^= signature[i];
        }
        expected = mac(mac(salted, "Server Key"), all);
        return (withoutProof + ",p=" + Base64.getEncoder().encodeToString(clientKey)).getBytes(UTF_8);
    }

    private byte[] check(String serverFinal, byte[] signature) throws IOException {
        var match = FINAL.matcher(serverFinal);
        if (isProved || !match.matches()) {
            throw new ProtocolException("not the final message of SCRAM");
        }
        if (!MessageDigest.isEqual(Base64.getDecoder().decode(match.group(1)), signature)) {
            throw new ProtocolException("the peer does not know the secret (SCRAM)");
        }
        isProved = true;
        return new byte[0];
    }

    @Override
    public boolean isProved() {
        return isProved;
    }

    private byte[] salted(byte[] salt, int iterations) throws GeneralSecurityException {
        var spec = new PBEKeySpec(
                secret.toCharArray(),
                salt,
                iterations,
                MessageDigest.getInstance(digest).getDigestLength() * 8);
        try {
            return SecretKeyFactory.getInstance(stretch).generateSecret(spec).getEncoded();
        } finally {
            spec.clearPassword();
        }
    }

    private byte[] mac(byte[] key, String text) throws GeneralSecurityException {
        var mac = Mac.getInstance(hmac);
        mac.init(new SecretKeySpec(key, hmac));
        return mac.doFinal(text.getBytes(UTF_8));
    }
}
