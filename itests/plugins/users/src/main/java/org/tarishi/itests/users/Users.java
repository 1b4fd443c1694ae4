package org.tarishi.itests.users;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.TokenVerdict;

/**
 * Knows one user, ann@example.com. Her password is in {@code TARISHI_TEST_PASSWORD} and her token in {@code TARISHI_TEST_TOKEN}, so that
 * neither is in any file.
 */
@SmtpPlugin("users")
@Component
public final class Users implements CredentialStore {

    private static final String ANN = "ann@example.com";

    private static byte[] secret(String variable) {
        return Objects.requireNonNullElse(System.getenv(variable), "").getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isEqual(String variable, char[] given) {
        var wanted = secret(variable);
        return wanted.length > 0 && MessageDigest.isEqual(wanted, new String(given).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Set<String> kinds() {
        return Set.of(PASSWORD, PLAIN, TOKEN);
    }

    @Override
    public Verdict verify(SmtpConnection connection, String user, char[] password) {
        if (!user.equals(ANN)) {
            return Verdict.UNKNOWN_USER;
        }
        return isEqual("TARISHI_TEST_PASSWORD", password) ? Verdict.ACCEPTED : Verdict.REJECTED;
    }

    @Override
    public Optional<byte[]> secret(String user, String kind) {
        return user.equals(ANN) && kind.equals(PLAIN) ? Optional.of(secret("TARISHI_TEST_PASSWORD")) : Optional.empty();
    }

    @Override
    public TokenVerdict verifyToken(SmtpConnection connection, String user, char[] token) {
        return isEqual("TARISHI_TEST_TOKEN", token)
                ? TokenVerdict.accepted(ANN)
                : TokenVerdict.rejected("invalid_token");
    }
}
