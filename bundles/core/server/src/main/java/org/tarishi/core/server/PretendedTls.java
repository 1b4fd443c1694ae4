package org.tarishi.core.server;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.Domain;
import org.tarishi.api.Tls;

/** The layer of a session that is only tried: that of a client of these days, without a certificate. */
record PretendedTls() implements Tls {

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
    public List<X509Certificate> clientCertificates() {
        return List.of();
    }

    @Override
    public boolean isClientVerified() {
        return false;
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
