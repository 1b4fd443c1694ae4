package org.tarishi.core.sasl;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.NonBlocking;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.SaslMechanism;

/** LOGIN (draft-murchison-sasl-login-00): name and password in two responses. No standard, and all that some clients know. */
@SmtpPlugin("sasl/login")
@NonBlocking
@Component
public final class Login implements SaslMechanism {

    private static final byte[] USER = Octets.utf8("Username:");
    private static final byte[] PASSWORD = Octets.utf8("Password:");

    @Override
    public String name() {
        return "LOGIN";
    }

    @Override
    public Set<String> needs() {
        return Set.of(CredentialStore.PASSWORD);
    }

    @Override
    public Opening opening() {
        return Opening.EITHER;
    }

    @Override
    public boolean isOfferedTo(SmtpConnection connection) {
        return true;
    }

    @Override
    public Exchange begin(SmtpConnection connection, List<CredentialStore> stores) {
        return new LoginExchange(new Stores(connection, stores));
    }

    private static final class LoginExchange implements Exchange {

        private final Stores stores;
        private boolean isAsked;
        private String user = "";

        LoginExchange(Stores stores) {
            this.stores = stores;
        }

        @Override
        public Step step(byte[] response) throws LookupException {
            if (!isAsked) {
                isAsked = true;
                if (response.length == 0) {
                    return Step.challenge(USER);
                }
            }
            if (user.isEmpty()) {
                user = Octets.text(response).flatMap(SaslPrep::name).orElse("");
                return user.isEmpty() ? Step.failure(Failures.MALFORMED) : Step.challenge(PASSWORD);
            }
            var password = Octets.chars(response, 0, response.length).orElse(null);
            if (password == null || password.length == 0) {
                return Step.failure(Failures.MALFORMED);
            }
            try {
                return stores.verify(user, password) ? Step.success(user) : Step.failure();
            } finally {
                Octets.wipe(password);
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
