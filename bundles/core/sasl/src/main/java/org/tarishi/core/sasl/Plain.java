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

/** PLAIN (RFC 4616): name and password in one response. */
@SmtpPlugin("sasl/plain")
@NonBlocking
@Component
public final class Plain implements SaslMechanism {

    @Override
    public String name() {
        return "PLAIN";
    }

    @Override
    public Set<String> needs() {
        return Set.of(CredentialStore.PASSWORD);
    }

    @Override
    public boolean isOfferedTo(SmtpConnection connection) {
        return true;
    }

    @Override
    public Exchange begin(SmtpConnection connection, List<CredentialStore> stores) {
        return new PlainExchange(new Stores(connection, stores));
    }

    private static final class PlainExchange implements Exchange {

        private final Stores stores;
        private String user = "";

        PlainExchange(Stores stores) {
            this.stores = stores;
        }

        @Override
        public Step step(byte[] response) throws LookupException {
            int first = Octets.indexOf(response, 0, 0);
            int second = first < 0 ? -1 : Octets.indexOf(response, 0, first + 1);
            if (second < 0 || second + 1 == response.length || Octets.indexOf(response, 0, second + 1) >= 0) {
                return Step.failure(Failures.MALFORMED);
            }
            var authorized = Octets.text(response, 0, first);
            var name = Octets.text(response, first + 1, second).flatMap(SaslPrep::name);
            var password = Octets.chars(response, second + 1, response.length).orElse(null);
            if (authorized.isEmpty() || name.isEmpty() || password == null) {
                return Step.failure(Failures.MALFORMED);
            }
            user = name.get();
            try {
                return Failures.isOther(authorized.get(), user) || !stores.verify(user, password)
                        ? Step.failure()
                        : Step.success(user);
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
