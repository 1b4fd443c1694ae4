package org.tarishi.core.sasl;

import java.security.MessageDigest;
import java.time.Clock;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.NonBlocking;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.SaslMechanism;

/** CRAM-MD5 (RFC 2195): the password is not sent, but must be stored as it is. */
@SmtpPlugin("sasl/cram-md5")
@NonBlocking
@Component
public final class CramMd5 implements SaslMechanism {

    private final Sasl sasl;
    private final InstantSource clock;

    /** For the component runtime. */
    @Activate
    public CramMd5(@Reference Sasl sasl) {
        this(sasl, Clock.systemUTC());
    }

    CramMd5(Sasl sasl, InstantSource clock) {
        this.sasl = sasl;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "CRAM-MD5";
    }

    @Override
    public Set<String> needs() {
        return Set.of(CredentialStore.PLAIN);
    }

    @Override
    public Opening opening() {
        return Opening.SERVER;
    }

    @Override
    public boolean isOfferedTo(SmtpConnection connection) {
        return true;
    }

    @Override
    public Exchange begin(SmtpConnection connection, List<CredentialStore> stores) {
        var host = connection.local().name().orElse("localhost");
        return begin(
                new Stores(connection, stores),
                "<" + HexFormat.of().formatHex(sasl.random(12)) + "."
                        + clock.instant().getEpochSecond() + "@" + host + ">");
    }

    Exchange begin(Stores stores, String challenge) {
        return new CramExchange(stores, Octets.utf8(challenge), sasl.random(16));
    }

    private static final class CramExchange implements Exchange {

        private final Stores stores;
        private final byte[] challenge;

        /** Stands for the password of nobody. */
        private final byte[] nothing;

        private boolean isSent;
        private String user = "";

        CramExchange(Stores stores, byte[] challenge, byte[] nothing) {
            this.stores = stores;
            this.challenge = challenge;
            this.nothing = nothing;
        }

        @Override
        public Step step(byte[] response) throws LookupException {
            if (!isSent) {
                isSent = true;
                return Step.challenge(challenge);
            }
            var text = Octets.text(response).orElse("");
            int blank = text.lastIndexOf(' ');
            var name = blank < 1 ? Optional.<String>empty() : SaslPrep.name(text.substring(0, blank));
            var digest = text.substring(blank + 1);
            if (name.isEmpty() || !digest.matches("[0-9a-fA-F]{32}")) {
                return Step.failure(Failures.MALFORMED);
            }
            user = name.get();
            var password = stores.secret(user, CredentialStore.PLAIN);
            var key = password.orElse(nothing);
            try {
                var wanted = Hash.MD5.hmac(key.length == 0 ? nothing : key, challenge);
                boolean isRight = MessageDigest.isEqual(wanted, HexFormat.of().parseHex(digest));
                return isRight && password.isPresent() && key.length > 0 ? Step.success(user) : Step.failure();
            } finally {
                Octets.wipe(key);
            }
        }

        @Override
        public Optional<String> user() {
            return Optional.of(user).filter(name -> !name.isEmpty());
        }

        @Override
        public void dispose() {}
    }
}
