package org.tarishi.core.client;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The mechanisms that a login may use, best first. */
enum Mechanism {
    SCRAM_SHA_256("SCRAM-SHA-256", true),
    SCRAM_SHA_1("SCRAM-SHA-1", true),
    CRAM_MD5("CRAM-MD5", true),
    PLAIN("PLAIN", false),
    LOGIN("LOGIN", false);

    /** One login. One thread. */
    interface Exchange {

        /** Returns what is sent with AUTH, nothing where the peer speaks first. */
        Optional<byte[]> initial();

        /**
         * Returns the answer to a challenge.
         *
         * @throws IOException when the challenge is none of the mechanism's, or proves that the peer does not know the secret
         */
        byte[] answer(byte[] challenge) throws IOException;

        /** Tells whether the peer has proved all that the mechanism has it prove. */
        boolean isProved();
    }

    private final String word;
    private final boolean hidesSecret;

    Mechanism(String word, boolean hidesSecret) {
        this.word = word;
        this.hidesSecret = hidesSecret;
    }

    /** Returns the name on the wire. */
    String word() {
        return word;
    }

    /** Tells whether whoever listens learns the secret. */
    boolean hidesSecret() {
        return hidesSecret;
    }

    /** Begins a login. */
    Exchange begin(String user, String secret, Supplier<String> nonce) {
        return switch (this) {
            case SCRAM_SHA_256 ->
                new ScramExchange("SHA-256", "HmacSHA256", "PBKDF2WithHmacSHA256", user, secret, nonce.get());
            case SCRAM_SHA_1 -> new ScramExchange("SHA-1", "HmacSHA1", "PBKDF2WithHmacSHA1", user, secret, nonce.get());
            case CRAM_MD5 -> new CramMd5Exchange(user, secret);
            case PLAIN -> new PlainExchange(user, secret);
            case LOGIN -> new LoginExchange(user, secret);
        };
    }

    /** Tells whether it is among those that a peer offers. */
    boolean isIn(Set<String> offered) {
        return offered.contains(word);
    }
}
