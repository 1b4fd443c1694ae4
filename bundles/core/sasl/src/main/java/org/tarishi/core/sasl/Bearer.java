package org.tarishi.core.sasl;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.SaslMechanism;
import org.tarishi.api.service.TokenVerdict;

/**
 * Bearer tokens (RFC 6750) in one response. One that is refused is answered with what is wrong, in JSON, as a challenge; whatever the
 * client says to that, the exchange has failed then (RFC 7628 section 3.2.3).
 */
abstract class Bearer implements SaslMechanism {

    private final Sasl sasl;

    Bearer(Sasl sasl) {
        this.sasl = sasl;
    }

    @Override
    public final Set<String> needs() {
        return Set.of(CredentialStore.TOKEN);
    }

    @Override
    public final boolean isOfferedTo(SmtpConnection connection) {
        return true;
    }

    @Override
    public final Exchange begin(SmtpConnection connection, List<CredentialStore> stores) {
        return new BearerExchange(new Stores(connection, stores));
    }

    /** Reads the client's message; null where it is none. */
    abstract @Nullable BearerMessage read(byte[] response);

    /** Returns what a client is told whose token is refused. */
    abstract String refusal(String status, Optional<String> scope, Optional<String> configuration);

    private final class BearerExchange implements Exchange {

        private final Stores stores;
        private String user = "";
        private boolean isOver;

        BearerExchange(Stores stores) {
            this.stores = stores;
        }

        @Override
        public Step step(byte[] response) throws LookupException {
            if (isOver) {
                return Step.failure();
            }
            isOver = true;
            var message = read(response);
            if (message == null) {
                return refuse("invalid_request", TokenVerdict.unknown());
            }
            try {
                var said = message.user().isEmpty() ? Optional.of("") : SaslPrep.name(message.user());
                if (said.isEmpty()) {
                    return refuse("invalid_request", TokenVerdict.unknown());
                }
                user = said.get();
                var verdict = stores.verifyToken(user, message.token());
                var whose = verdict.user().orElse("");
                if (verdict.outcome() == TokenVerdict.Outcome.ACCEPTED
                        && !whose.isEmpty()
                        && (user.isEmpty() || user.equalsIgnoreCase(whose))) {
                    user = whose;
                    return Step.success(whose);
                }
                return refuse(verdict.status().isEmpty() ? "invalid_token" : verdict.status(), verdict);
            } finally {
                Octets.wipe(message.token());
            }
        }

        private Step refuse(String status, TokenVerdict verdict) {
            var settings = sasl.settings();
            return Step.challenge(Octets.utf8(refusal(
                    status,
                    verdict.scope().or(() -> given(settings.oauthScope())),
                    verdict.configuration().or(() -> given(settings.openidConfiguration())))));
        }

        private static Optional<String> given(String text) {
            return text.isEmpty() ? Optional.empty() : Optional.of(text);
        }

        @Override
        public Optional<String> user() {
            return given(user);
        }

        @Override
        public void dispose() {}
    }
}
