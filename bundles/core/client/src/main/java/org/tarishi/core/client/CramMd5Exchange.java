package org.tarishi.core.client;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** CRAM-MD5 (RFC 2195): a digest of the peer's challenge. */
final class CramMd5Exchange implements Mechanism.Exchange {

    private final String user;
    private final String secret;
    private boolean isAnswered;

    CramMd5Exchange(String user, String secret) {
        this.user = user;
        this.secret = secret;
    }

    @Override
    public Optional<byte[]> initial() {
        return Optional.empty();
    }

    @Override
    public byte[] answer(byte[] challenge) throws IOException {
        if (isAnswered) {
            throw new ProtocolException("CRAM-MD5 has no second challenge");
        }
        isAnswered = true;
        try {
            var mac = Mac.getInstance("HmacMD5");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacMD5"));
            var digest = HexFormat.of().formatHex(mac.doFinal(challenge));
            return (user + " " + digest).getBytes(StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new IOException("CRAM-MD5 is not there", e);
        }
    }

    @Override
    public boolean isProved() {
        return true;
    }
}
