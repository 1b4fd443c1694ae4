package org.tarishi.core.sasl;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.TokenVerdict;

/** Asks the stores of one exchange in their order; the first that knows the user has the last word. */
final class Stores {

    private final List<CredentialStore> stores;
    private final SmtpConnection connection;

    Stores(SmtpConnection connection, List<CredentialStore> stores) {
        this.connection = connection;
        this.stores = stores;
    }

    /** Tells whether a user has this password: as it was sent, or else as SASLprep makes it. */
    boolean verify(String user, char[] password) throws LookupException {
        if (isAccepted(user, password)) {
            return true;
        }
        var prepared = SaslPrep.password(password).orElse(null);
        if (prepared == null) {
            return false;
        }
        try {
            return !Arrays.equals(prepared, password) && isAccepted(user, prepared);
        } finally {
            Octets.wipe(prepared);
        }
    }

    private boolean isAccepted(String user, char[] password) throws LookupException {
        for (var store : stores) {
            if (store.kinds().contains(CredentialStore.PASSWORD)) {
                switch (store.verify(connection, user, password)) {
                    case ACCEPTED -> {
                        return true;
                    }
                    case REJECTED -> {
                        return false;
                    }
                    case UNKNOWN_USER -> {}
                }
            }
        }
        return false;
    }

    /** Returns the first secret of a kind that a store has of a user. */
    Optional<byte[]> secret(String user, String kind) throws LookupException {
        for (var store : stores) {
            if (store.kinds().contains(kind)) {
                var secret = store.secret(user, kind);
                if (secret.isPresent()) {
                    return secret;
                }
            }
        }
        return Optional.empty();
    }

    /** Tells whether a store has secrets of a kind. */
    boolean have(String kind) {
        return stores.stream().anyMatch(store -> store.kinds().contains(kind));
    }

    /** Returns what the first store says that knows a token. */
    TokenVerdict verifyToken(String user, char[] token) throws LookupException {
        for (var store : stores) {
            if (store.kinds().contains(CredentialStore.TOKEN)) {
                var verdict = store.verifyToken(connection, user, token);
                if (verdict.outcome() != TokenVerdict.Outcome.UNKNOWN) {
                    return verdict;
                }
            }
        }
        return TokenVerdict.unknown();
    }
}
