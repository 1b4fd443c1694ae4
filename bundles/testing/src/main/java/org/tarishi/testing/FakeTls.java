package org.tarishi.testing;

import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Domain;
import org.tarishi.api.Tls;

/**
 * A TLS layer that a test makes up: of a client that shows no certificate, unless set otherwise.
 *
 * <pre>{@code
 * var connection = FakeConnection.from("192.0.2.7").withTls(FakeTls.of("TLSv1.3", "TLS_AES_128_GCM_SHA256"));
 * }</pre>
 */
public final class FakeTls implements Tls {

    private final String protocol;
    private final String cipherSuite;
    private @Nullable Domain serverName;
    private List<X509Certificate> clientCertificates = List.of();
    private @Nullable String verifyError;
    private final Map<String, byte[]> channelBindings = new HashMap<>();

    private FakeTls(String protocol, String cipherSuite) {
        this.protocol = protocol;
        this.cipherSuite = cipherSuite;
    }

    /** Returns a layer of this version and cipher suite. */
    public static FakeTls of(String protocol, String cipherSuite) {
        return new FakeTls(protocol, cipherSuite);
    }

    /** Sets the name that the client asked for. */
    public FakeTls withServerName(String name) {
        serverName = Domain.parse(name);
        return this;
    }

    /** Has the client show certificates that are trusted, its own first. */
    public FakeTls withClientCertificates(X509Certificate... certificates) {
        clientCertificates = List.of(certificates);
        return this;
    }

    /** Has the client's certificates not be trusted. */
    public FakeTls withVerifyError(String why) {
        verifyError = why;
        return this;
    }

    /** Sets the channel binding data of a type; there is none unless set. */
    public FakeTls withChannelBinding(String type, byte[] data) {
        channelBindings.put(type, data.clone());
        return this;
    }

    @Override
    public String protocol() {
        return protocol;
    }

    @Override
    public String cipherSuite() {
        return cipherSuite;
    }

    @Override
    public Optional<Domain> serverName() {
        return Optional.ofNullable(serverName);
    }

    @Override
    public List<X509Certificate> clientCertificates() {
        return clientCertificates;
    }

    @Override
    public boolean isClientVerified() {
        return !clientCertificates.isEmpty() && verifyError == null;
    }

    @Override
    public Optional<String> verifyError() {
        return Optional.ofNullable(verifyError);
    }

    @Override
    public Optional<byte[]> channelBinding(String type) {
        return Optional.ofNullable(channelBindings.get(type)).map(byte[]::clone);
    }
}
