package org.tarishi.core.client;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** LOGIN, which no RFC defines: the user to the first challenge, the secret to the second, whatever they say. */
final class LoginExchange implements Mechanism.Exchange {

    private final String user;
    private final String secret;
    private int answered;

    LoginExchange(String user, String secret) {
        this.user = user;
        this.secret = secret;
    }

    @Override
    public Optional<byte[]> initial() {
        return Optional.empty();
    }

    @Override
    public byte[] answer(byte[] challenge) throws IOException {
        return switch (answered++) {
            case 0 -> user.getBytes(StandardCharsets.UTF_8);
            case 1 -> secret.getBytes(StandardCharsets.UTF_8);
            default -> throw new ProtocolException("LOGIN has no third challenge");
        };
    }

    @Override
    public boolean isProved() {
        return true;
    }
}
