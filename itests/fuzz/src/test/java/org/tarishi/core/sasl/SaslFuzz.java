package org.tarishi.core.sasl;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.SaslMechanism;
import org.tarishi.api.service.TokenVerdict;
import org.tarishi.itests.fuzz.Defaults;

/**
 * Responses of all mechanisms, several in an exchange: nobody authenticates who does not know a secret, names are what SASLprep makes of
 * them, and nothing is thrown.
 */
public final class SaslFuzz {

    /** Its key is kept nowhere. */
    private static final Sasl SASL = new Sasl(new Settings(Defaults.of(Config.class)), Path.of("/dev/null"));

    private static final List<SaslMechanism> MECHANISMS = List.of(
            new Plain(),
            new Login(),
            new CramMd5(SASL),
            new ScramSha1(SASL),
            new ScramSha256(SASL),
            new OAuthBearer(SASL),
            new XOAuth2(SASL));

    private static final SmtpConnection CLIENT = proxy(SmtpConnection.class);

    /** Knows everybody, and takes no password and no token. */
    private record Store(Set<String> kinds) implements CredentialStore {

        @Override
        public Verdict verify(SmtpConnection connection, String user, char[] password) {
            named(user);
            return Verdict.REJECTED;
        }

        @Override
        public Optional<byte[]> secret(String user, String kind) {
            named(user);
            return Optional.of(new byte[] {'a', (byte) user.length(), 'b'});
        }

        @Override
        public TokenVerdict verifyToken(SmtpConnection connection, String user, char[] token) {
            return TokenVerdict.rejected("invalid_token");
        }
    }

    /** Without plain passwords SCRAM, which would hash them thousands of times, is quick. */
    private static final CredentialStore STORE = new Store(Set.of(CredentialStore.PASSWORD, CredentialStore.TOKEN));

    private static final CredentialStore PLAIN = new Store(Set.of(CredentialStore.PLAIN));

    private SaslFuzz() {}

    /** Called by Jazzer; the first octet says by which mechanism, a line feed ends a response. */
    public static void fuzzerTestOneInput(byte[] data) throws Exception {
        if (data.length == 0) {
            return;
        }
        var mechanism = MECHANISMS.get((data[0] & 0xff) % MECHANISMS.size());
        var exchange = mechanism.begin(CLIENT, List.of(mechanism instanceof CramMd5 ? PLAIN : STORE));
        int from = 1;
        for (int steps = 0; steps < 5 && from <= data.length; steps++) {
            int end = from;
            while (end < data.length && data[end] != '\n') {
                end++;
            }
            var step = exchange.step(Arrays.copyOfRange(data, from, end));
            if (step instanceof SaslMechanism.Success success) {
                throw new AssertionError("authenticated without a secret: " + success.user());
            }
            exchange.user().ifPresent(SaslFuzz::named);
            if (step instanceof SaslMechanism.Failure) {
                break;
            }
            from = end + 1;
        }
        exchange.dispose();
        prepared(new String(data, StandardCharsets.UTF_8));
    }

    private static void prepared(String text) {
        SaslPrep.name(text).ifPresent(name -> {
            if (!SaslPrep.name(name).equals(Optional.of(name))) {
                throw new AssertionError("prepared twice is another name");
            }
        });
    }

    private static void named(String user) {
        if (user.isEmpty() || user.chars().anyMatch(c -> c < 0x20)) {
            throw new AssertionError("no name that SASLprep makes");
        }
    }

    /** Says nothing. */
    private static <T> T proxy(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, _) -> {
            if (method.getReturnType().isInterface() && method.getName().equals("local")) {
                return proxy(method.getReturnType());
            }
            return method.getReturnType() == Optional.class
                    ? Optional.empty()
                    : method.getReturnType() == List.class ? List.of() : null;
        }));
    }
}
