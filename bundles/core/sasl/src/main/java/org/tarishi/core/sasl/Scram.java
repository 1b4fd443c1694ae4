package org.tarishi.core.sasl;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.SaslMechanism;

/**
 * SCRAM (RFC 5802, RFC 7677) of one hash function, with channel binding (-PLUS) or without.
 *
 * <p>Who is unknown gets a salt too, the same each time, so that nobody learns who is known; the answers take the same time.
 */
abstract class Scram implements SaslMechanism {

    private static final Logger LOG = LoggerFactory.getLogger(Scram.class);

    /** The types of channel binding, better ones first. */
    static final List<String> BINDINGS = List.of("tls-exporter", "tls-server-end-point");

    private static final int SALT_LENGTH = 16;
    private static final int NONCE_LENGTH = 18;

    private final Sasl sasl;
    private final String family;
    private final Hash hash;
    private final boolean isBound;
    private volatile boolean isTold;

    Scram(Sasl sasl, Hash hash, boolean isBound) {
        this.sasl = sasl;
        this.family = switch (hash) {
            case SHA_1 -> "SCRAM-SHA-1";
            case SHA_256 -> "SCRAM-SHA-256";
            case MD5 -> throw new IllegalArgumentException("no SCRAM with " + hash);
        };
        this.hash = hash;
        this.isBound = isBound;
    }

    @Override
    public final String name() {
        return family + (isBound ? "-PLUS" : "");
    }

    @Override
    public final Set<String> needs() {
        return Set.of(family, CredentialStore.PLAIN);
    }

    @Override
    public final boolean isOfferedTo(SmtpConnection connection) {
        return !isBound || BINDINGS.stream().anyMatch(type -> ScramExchange.binding(connection, type) != null);
    }

    @Override
    public final Exchange begin(SmtpConnection connection, List<CredentialStore> stores) {
        return begin(
                connection,
                new Stores(connection, stores),
                Base64.getEncoder().encodeToString(sasl.random(NONCE_LENGTH)));
    }

    final Exchange begin(SmtpConnection connection, Stores stores, String nonce) {
        return new ScramExchange(this, connection, stores, nonce);
    }

    /** Returns whether a client that could bind the channel must have done so: the mechanism was offered to it. */
    final boolean wasBindingOffered(SmtpConnection connection) {
        return connection.capabilities().stream()
                .filter(line -> line.regionMatches(true, 0, "AUTH ", 0, 5))
                .flatMap(line -> Arrays.stream(line.split(" ", -1)))
                .anyMatch(word -> word.equalsIgnoreCase(family + "-PLUS"));
    }

    final boolean isBound() {
        return isBound;
    }

    final Hash hash() {
        return hash;
    }

    /**
     * What is known of a user, or made up.
     *
     * @param isKnown whether there is such a user who can log in so
     */
    record Found(ScramKeys keys, boolean isKnown) {}

    /** Finds a user's keys: as stored, or made of the password that is stored. */
    final Found find(Stores stores, String user) throws LookupException {
        int iterations = sasl.settings().scramIterations();
        var verifier = stores.secret(user, family).orElse(null);
        if (verifier != null) {
            var keys = ScramKeys.parse(verifier, family, hash).orElse(null);
            Octets.wipe(verifier);
            if (keys == null) {
                LOG.warn("the store of a user gave what is no verifier of {}", family);
            } else {
                tell(keys.iterations(), iterations);
                return new Found(keys, true);
            }
        }
        var salt = made(user, "salt", SALT_LENGTH);
        var password =
                verifier == null ? stores.secret(user, CredentialStore.PLAIN).orElse(null) : null;
        if (password != null) {
            var chars = Octets.chars(password, 0, password.length).orElse(new char[0]);
            var prepared = SaslPrep.password(chars).orElse(new char[0]);
            var octets = Octets.utf8(prepared);
            try {
                if (octets.length > 0) {
                    return new Found(ScramKeys.of(hash, octets, salt, iterations), true);
                }
            } finally {
                Octets.wipe(password);
                Octets.wipe(chars);
                Octets.wipe(prepared);
                Octets.wipe(octets);
            }
        } else if (stores.have(CredentialStore.PLAIN)) {
            // as long as for a user
            var _ = hash.iterated(made(user, "password", SALT_LENGTH), salt, iterations);
        }
        return new Found(ScramKeys.none(salt, iterations, made(user, "key", hash.length())), false);
    }

    private void tell(int theirs, int ours) {
        if (theirs != ours && !isTold) {
            isTold = true;
            LOG.warn(
                    "users of {} have verifiers of {} iterations, and those who are unknown are told {}: set"
                            + " scramIterations = {} in {}, or it shows who is known",
                    family,
                    theirs,
                    ours,
                    theirs,
                    Settings.PID);
        }
    }

    /** Returns octets that are always the same for a user, and tell nothing. */
    private byte[] made(String user, String what, int length) {
        return Arrays.copyOf(
                Hash.SHA_256.hmac(sasl.saltKey(), Octets.utf8(family + "\0" + what + "\0" + user)), length);
    }
}
