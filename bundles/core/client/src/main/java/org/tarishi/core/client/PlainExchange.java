package org.tarishi.core.client;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** PLAIN (RFC 4616): user and secret at once. */
final class PlainExchange implements Mechanism.Exchange {

    private final String user;
    private final String secret;

    PlainExchange(String user, String secret) {
        this.user = user;
        this.secret = secret;
    }

    @Override
    public Optional<byte[]> initial() {
        return Optional.of(("\0" + user + "\0" + secret).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public byte[] answer(byte[] challenge) throws IOException {
        throw new ProtocolException("PLAIN has no challenge");
    }

    @Override
    public boolean isProved() {
        return true;
    }
}
