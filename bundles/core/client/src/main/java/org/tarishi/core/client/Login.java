package org.tarishi.core.client;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;

/**
 * Logs in to a peer by the best mechanism that it offers (RFC 4954).
 *
 * <p>Whatever goes wrong is for now: the credentials are this host's, and no sender can mend them.
 */
final class Login {

    private static final EnhancedStatus FOR_NOW = new EnhancedStatus(4, 7, 0);

    /** A mechanism needs two answers, and no more than three. */
    private static final int MOST_CHALLENGES = 4;

    /** How a login ended. */
    sealed interface End {

        /** The peer knows us. */
        enum Known implements End {
            /** The only one. */
            KNOWN
        }

        /** It offers nothing that may be used. */
        record NotOffered(Reply reply) implements End {}

        /** It did not let us in. */
        record Refused(Reply reply) implements End {}
    }

    /** Says a command, whose text is a secret, and returns the reply. */
    @FunctionalInterface
    interface Wording {
        Reply ask(String command, String shown) throws IOException;
    }

    private final Wording peer;
    private final boolean isPrivate;
    private final Supplier<String> nonce;

    /**
     * Makes one.
     *
     * @param isPrivate whether nobody listens, so that the secret itself may travel
     */
    Login(Wording peer, boolean isPrivate) {
        this(peer, isPrivate, Login::nonce);
    }

    Login(Wording peer, boolean isPrivate, Supplier<String> nonce) {
        this.peer = peer;
        this.isPrivate = isPrivate;
        this.nonce = nonce;
    }

    private static String nonce() {
        var bytes = new byte[18];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    End with(String user, String secret, Offer offer) throws IOException {
        var offered = offer.mechanisms();
        boolean isTooPlain = false;
        Optional<Reply> unknown = Optional.empty();
        for (var mechanism : Mechanism.values()) {
            if (!mechanism.isIn(offered)) {
                continue;
            }
            if (!mechanism.hidesSecret() && !isPrivate) {
                isTooPlain = true;
                continue;
            }
            var reply = exchange(mechanism, mechanism.begin(user, secret, nonce));
            if (reply.isPositive()) {
                return End.Known.KNOWN;
            }
            // RFC 4954 section 4: the mechanism is not there after all.
            if (reply.code() != 504) {
                return new End.Refused(forNow(reply));
            }
            unknown = Optional.of(reply);
        }
        return unknown.<End>map(reply -> new End.Refused(forNow(reply)))
                .orElse(new End.NotOffered(Reply.of(
                        454,
                        FOR_NOW,
                        isTooPlain
                                ? "Next hop offers only logins that send the secret, and the connection is open to others"
                                : "Next hop offers no login that is known here")));
    }

    private Reply exchange(Mechanism mechanism, Mechanism.Exchange exchange) throws IOException {
        var command = "AUTH " + mechanism.word();
        var initial = exchange.initial();
        var reply = initial.isPresent()
                ? peer.ask(command + " " + base64(initial.get()), command + " ***")
                : peer.ask(command, command);
        for (int challenges = 0; reply.code() == 334; challenges++) {
            if (challenges == MOST_CHALLENGES) {
                throw new ProtocolException(mechanism.word() + " without an end");
            }
            byte[] answer;
            try {
                answer = exchange.answer(challenge(reply));
            } catch (IOException e) {
                // RFC 4954 section 4: a lone asterisk calls it off; the peer is not what it says, or not able.
                peer.ask("*", "*");
                throw e;
            }
            reply = peer.ask(base64(answer), "***");
        }
        if (reply.code() / 100 == 3) {
            throw new ProtocolException("AUTH answered with " + reply.code());
        }
        if (reply.isPositive() && !exchange.isProved()) {
            throw new ProtocolException(mechanism.word() + ": the peer has not proved that it knows the secret");
        }
        return reply;
    }

    private static byte[] challenge(Reply reply) throws ProtocolException {
        try {
            return Base64.getDecoder().decode(String.join("", reply.lines()));
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("a challenge that is no Base64");
        }
    }

    private static String base64(byte[] bytes) {
        return new String(Base64.getEncoder().encode(bytes), StandardCharsets.US_ASCII);
    }

    /** What the peer said, as a refusal for now. */
    private static Reply forNow(Reply reply) {
        var said = "Login refused by next hop: " + reply;
        return Reply.of(454, FOR_NOW, said.length() > 160 ? said.substring(0, 160) : said);
    }
}
