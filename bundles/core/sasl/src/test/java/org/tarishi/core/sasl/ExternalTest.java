package org.tarishi.core.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.Domain;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Tls;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.SaslMechanism.Failure;
import org.tarishi.api.service.SaslMechanism.Step;
import org.tarishi.api.service.SaslMechanism.Success;
import org.tarishi.testing.FakeConnection;
import org.tarishi.testing.FakeTables;

/** EXTERNAL: who a certificate stands for. Its subject is {@code CN=ann,O=Example}, its e-mail address {@code ann@example.com}. */
final class ExternalTest {

    private static final String FINGERPRINT = "sha256:94938102ace03c34f08881f0385bd3c70ecc7ef0d09b1ab2f6e67e23ea2274db";

    @TempDir
    Path folder;

    private static X509Certificate certificate() throws IOException, GeneralSecurityException {
        try (var in = ExternalTest.class.getResourceAsStream("/ann.pem")) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static SmtpConnection client(boolean isVerified) throws IOException, GeneralSecurityException {
        return FakeConnection.from("192.0.2.7").withTls(new Shown(List.of(certificate()), isVerified));
    }

    private External external(FakeTables tables) {
        var sasl = Kit.sasl(folder, Map.of("externalUsers", new String[] {"file:certificates"}));
        sasl.bindTables(tables);
        return new External(sasl);
    }

    private Step step(FakeTables tables, SmtpConnection client, String response) throws Exception {
        return Kit.step(external(tables).begin(client, List.of()), response);
    }

    private static FakeTables certificates(String... pairs) {
        return new FakeTables().with("file:certificates", Map.of(pairs[0], pairs[1]));
    }

    @Test
    void itIsOfferedToWhoShowedACertificateThatTlsTrusts() throws Exception {
        var external = external(certificates("x", "y"));
        assertThat(external.isOfferedTo(client(true))).isTrue();
        assertThat(external.isOfferedTo(client(false))).isFalse();
        assertThat(external.isOfferedTo(Kit.CLIENT)).isFalse();
        assertThat(new External(Kit.sasl(folder, Map.of())).isOfferedTo(client(true)))
                .isFalse();
    }

    @Test
    void aCertificateIsFoundByEachOfItsNames() throws Exception {
        for (var key : List.of(FINGERPRINT, "CN=ann,O=Example", "ann@example.com", "ann")) {
            assertThat(step(certificates(key, "Ann"), client(true), "")).as(key).isEqualTo(new Success("Ann"));
        }
        assertThat(External.keys(certificate()))
                .containsExactly(FINGERPRINT, "CN=ann,O=Example", "ann@example.com", "ann");
    }

    @Test
    void aCertificateThatStandsInNoTableIsNobodys() throws Exception {
        assertThat(step(certificates("bob", "bob"), client(true), "")).isEqualTo(new Failure(null));
    }

    @Test
    void aCertificateThatTlsDoesNotTrustIsNobodys() throws Exception {
        assertThat(step(certificates("ann", "ann"), client(false), "")).isEqualTo(new Failure(null));
    }

    @Test
    void nobodyActsForSomebodyElse() throws Exception {
        assertThat(step(certificates("ann", "ann"), client(true), "ann")).isEqualTo(new Success("ann"));
        assertThat(step(certificates("ann", "ann"), client(true), "boss")).isEqualTo(new Failure(null));
        assertThat(step(certificates("ann", "ann"), client(true), "a\0b")).isEqualTo(new Failure(Failures.MALFORMED));
    }

    @Test
    void aTableThatCantBeAskedIsNoFailure() {
        assertThatThrownBy(() -> step(new FakeTables(), client(true), "")).isInstanceOf(LookupException.class);
    }

    private record Shown(List<X509Certificate> clientCertificates, boolean isClientVerified) implements Tls {

        @Override
        public String protocol() {
            return "TLSv1.3";
        }

        @Override
        public String cipherSuite() {
            return "TLS_AES_128_GCM_SHA256";
        }

        @Override
        public Optional<Domain> serverName() {
            return Optional.empty();
        }

        @Override
        public Optional<String> verifyError() {
            return Optional.empty();
        }

        @Override
        public Optional<byte[]> channelBinding(String type) {
            return Optional.empty();
        }
    }
}
