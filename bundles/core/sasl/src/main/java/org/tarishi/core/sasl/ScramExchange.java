package org.tarishi.core.sasl;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.SaslMechanism;
import org.tarishi.api.service.SaslMechanism.Step;

/** One exchange of SCRAM (RFC 5802 sections 5 to 7), the server's side. */
final class ScramExchange implements SaslMechanism.Exchange {

    private static final int LONGEST_MESSAGE = 4_096;

    private enum Phase {
        FIRST,
        FINAL,
        DONE,
        OVER
    }

    private final Scram scram;
    private final SmtpConnection connection;
    private final Stores stores;
    private final String serverNonce;

    private Phase phase = Phase.FIRST;
    private String user = "";
    private String nonce = "";

    /** The client's first message without its header, and our answer, which both sides sign. */
    private String signed = "";

    /** What the client must say that it has bound: its header, and the channel's data. */
    private byte[] bound = {};

    private Scram.@Nullable Found found;

    ScramExchange(Scram scram, SmtpConnection connection, Stores stores, String serverNonce) {
        this.scram = scram;
        this.connection = connection;
        this.stores = stores;
        this.serverNonce = serverNonce;
    }

    @Override
    public Step step(byte[] response) throws LookupException {
        var now = phase;
        phase = Phase.OVER;
        var text =
                response.length > LONGEST_MESSAGE ? null : Octets.text(response).orElse(null);
        if (text == null) {
            return Step.failure(Failures.MALFORMED);
        }
        return switch (now) {
            case FIRST -> first(text);
            case FINAL -> last(text);
            // the client has heard that we know its keys, too
            case DONE -> text.isEmpty() ? Step.success(user) : Step.failure(Failures.MALFORMED);
            case OVER -> Step.failure();
        };
    }

    private Step first(String message) throws LookupException {
        // gs2-cbind-flag "," [ authzid ] "," client-first-message-bare
        int flagEnd = message.indexOf(',');
        int headerEnd = flagEnd < 0 ? -1 : message.indexOf(',', flagEnd + 1);
        if (headerEnd < 0) {
            return Step.failure(Failures.MALFORMED);
        }
        var flag = message.substring(0, flagEnd);
        var authorized = message.substring(flagEnd + 1, headerEnd);
        var bare = message.substring(headerEnd + 1);
        var parts = bare.split(",", -1);
        if (parts.length < 2
                || !parts[0].startsWith("n=")
                || !parts[1].startsWith("r=")
                || !isNonce(parts[1].substring(2))
                || !(authorized.isEmpty() || authorized.startsWith("a="))) {
            // also one with an extension that we must know (RFC 5802 section 5.1, "m=")
            return Step.failure(Failures.MALFORMED);
        }
        var name = saslName(parts[0].substring(2)).flatMap(SaslPrep::name);
        var actsAs = authorized.isEmpty() ? Optional.of("") : saslName(authorized.substring(2));
        if (name.isEmpty() || actsAs.isEmpty()) {
            return Step.failure(Failures.MALFORMED);
        }
        user = name.get();
        var header = message.substring(0, headerEnd + 1);
        var binding = bindingOf(flag);
        if (binding == null || Failures.isOther(actsAs.get(), user)) {
            return Step.failure();
        }
        bound = joined(Octets.utf8(header), binding);
        nonce = parts[1].substring(2) + serverNonce;
        var keys = scram.find(stores, user);
        found = keys;
        var answer = "r=" + nonce + ",s="
                + Base64.getEncoder().encodeToString(keys.keys().salt()) + ",i="
                + keys.keys().iterations();
        signed = bare + "," + answer;
        phase = Phase.FINAL;
        return Step.challenge(Octets.utf8(answer));
    }

    /**
     * Returns the data that the channel must be bound to, none where it is not; null where that is not as it should be: one that could
     * bind and was offered it has been told by somebody else that it was not (RFC 5802 section 6).
     */
    private byte @Nullable [] bindingOf(String flag) {
        if (scram.isBound()) {
            return flag.startsWith("p=") ? binding(connection, flag.substring(2)) : null;
        }
        return flag.equals("n") || (flag.equals("y") && !scram.wasBindingOffered(connection)) ? new byte[0] : null;
    }

    /** Returns the channel's data of a type that we know, null where there is none. */
    static byte @Nullable [] binding(SmtpConnection connection, String type) {
        return Scram.BINDINGS.contains(type)
                ? connection
                        .tls()
                        .flatMap(tls -> tls.channelBinding(type))
                        .filter(data -> data.length > 0)
                        .orElse(null)
                : null;
    }

    private Step last(String message) {
        var keys = found;
        int proofAt = message.lastIndexOf(",p=");
        var parts = message.split(",", -1);
        if (keys == null || proofAt < 0 || parts.length < 3 || !parts[0].startsWith("c=")) {
            return Step.failure(Failures.MALFORMED);
        }
        byte[] binding;
        byte[] proof;
        try {
            binding = Base64.getDecoder().decode(parts[0].substring(2));
            proof = Base64.getDecoder().decode(message.substring(proofAt + 3));
        } catch (IllegalArgumentException e) {
            return Step.failure(Failures.MALFORMED);
        }
        if (!parts[1].equals("r=" + nonce)
                || !MessageDigest.isEqual(binding, bound)
                || proof.length != scram.hash().length()) {
            return Step.failure();
        }
        var whole = Octets.utf8(signed + "," + message.substring(0, proofAt));
        var signature = scram.hash().hmac(keys.keys().storedKey(), whole);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= signature[i];
        }
        boolean isRight =
                MessageDigest.isEqual(scram.hash().hash(proof), keys.keys().storedKey());
        Octets.wipe(proof);
        if (!isRight || !keys.isKnown()) {
            return Step.failure();
        }
        phase = Phase.DONE;
        return Step.challenge(Octets.utf8("v="
                + Base64.getEncoder()
                        .encodeToString(scram.hash().hmac(keys.keys().serverKey(), whole))));
    }

    /** RFC 5802 section 7: printable characters but the comma. */
    private static boolean isNonce(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != ',');
    }

    /** Reads a name: a comma stands there as {@code =2C}, an equals sign as {@code =3D}. */
    private static Optional<String> saslName(String text) {
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '=') {
                out.append(c);
            } else if (text.startsWith("=2C", i)) {
                out.append(',');
                i += 2;
            } else if (text.startsWith("=3D", i)) {
                out.append('=');
                i += 2;
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(out.toString());
    }

    private static byte[] joined(byte[] one, byte[] other) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(one);
        out.writeBytes(other);
        return out.toByteArray();
    }

    @Override
    public Optional<String> user() {
        return Optional.of(user).filter(name -> !name.isEmpty());
    }

    @Override
    public void dispose() {
        phase = Phase.OVER;
        found = null;
        Octets.wipe(bound);
    }
}
