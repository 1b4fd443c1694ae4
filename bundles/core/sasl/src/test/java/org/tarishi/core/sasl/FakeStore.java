package org.tarishi.core.sasl;

import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.TokenVerdict;

/** A store in memory. */
final class FakeStore implements CredentialStore {

    private final Map<String, String> passwords = new HashMap<>();
    private final Map<String, byte[]> secrets = new HashMap<>();
    private final Map<String, TokenVerdict> tokens = new HashMap<>();
    private final Set<String> kinds = new HashSet<>();
    boolean isAway;
    int asked;

    FakeStore withPassword(String user, String password) {
        kinds.add(PASSWORD);
        passwords.put(user, password);
        return this;
    }

    FakeStore withSecret(String user, String kind, String secret) {
        kinds.add(kind);
        secrets.put(kind + " " + user, Octets.utf8(secret));
        return this;
    }

    /** Puts in a verifier of a password. */
    FakeStore withVerifier(String user, String mechanism, Hash hash, String password, String salt, int iterations) {
        var encoder = Base64.getEncoder();
        var octets = Base64.getDecoder().decode(salt);
        var keys = ScramKeys.of(hash, Octets.utf8(password), octets, iterations);
        return withSecret(
                user,
                mechanism,
                mechanism + "$" + iterations + ":" + salt + "$" + encoder.encodeToString(keys.storedKey()) + ":"
                        + encoder.encodeToString(keys.serverKey()));
    }

    FakeStore withToken(String token, TokenVerdict verdict) {
        kinds.add(TOKEN);
        tokens.put(token, verdict);
        return this;
    }

    @Override
    public Set<String> kinds() {
        return kinds;
    }

    private void ask() throws LookupException {
        asked++;
        if (isAway) {
            throw new LookupException("away");
        }
    }

    @Override
    public Verdict verify(SmtpConnection connection, String user, char[] password) throws LookupException {
        ask();
        var known = passwords.get(user);
        return known == null
                ? Verdict.UNKNOWN_USER
                : known.equals(new String(password)) ? Verdict.ACCEPTED : Verdict.REJECTED;
    }

    @Override
    public Optional<byte[]> secret(String user, String kind) throws LookupException {
        ask();
        return Optional.ofNullable(secrets.get(kind + " " + user)).map(byte[]::clone);
    }

    @Override
    public TokenVerdict verifyToken(SmtpConnection connection, String user, char[] token) throws LookupException {
        ask();
        return tokens.getOrDefault(new String(token), TokenVerdict.unknown());
    }
}
