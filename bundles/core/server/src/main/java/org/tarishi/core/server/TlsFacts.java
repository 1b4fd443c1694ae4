package org.tarishi.core.server;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.Tls;

/** A connection's TLS layer as it is behind its handshake. Any thread. */
final class TlsFacts implements Tls {

    /** RFC 9266 section 2. */
    private static final String EXPORTER = "EXPORTER-Channel-Binding";

    private static final int EXPORTED = 32;

    private final SSLSession session;
    private final Optional<Domain> serverName;
    private final List<X509Certificate> clientCertificates;
    private final @Nullable String verifyError;

    private TlsFacts(
            SSLSession session,
            Optional<Domain> serverName,
            List<X509Certificate> clientCertificates,
            @Nullable String verifyError) {
        this.session = session;
        this.serverName = serverName;
        this.clientCertificates = clientCertificates;
        this.verifyError = verifyError;
    }

    /**
     * Reads them off a session whose handshake is over.
     *
     * @param objection what is wrong with a client's certificates
     */
    static TlsFacts of(SSLSession session, Function<List<X509Certificate>, Optional<String>> objection) {
        var certificates = certificates(session);
        return new TlsFacts(
                session,
                serverName(session),
                certificates,
                certificates.isEmpty() ? null : objection.apply(certificates).orElse(null));
    }

    private static Optional<Domain> serverName(SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            for (var name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    try {
                        return Optional.of(Domain.parse(host.getAsciiName()));
                    } catch (AddressSyntaxException e) {
                        // What is no domain is nobody's name.
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static List<X509Certificate> certificates(SSLSession session) {
        try {
            return Stream.of(session.getPeerCertificates())
                    .filter(X509Certificate.class::isInstance)
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }

    @Override
    public String protocol() {
        return session.getProtocol();
    }

    @Override
    public String cipherSuite() {
        return session.getCipherSuite();
    }

    @Override
    public Optional<Domain> serverName() {
        return serverName;
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
        try {
            return switch (type) {
                case "tls-exporter" -> exported();
                case "tls-server-end-point" -> endPoint();
                default -> Optional.empty();
            };
        } catch (GeneralSecurityException | SSLException e) {
            return Optional.empty();
        }
    }

    /** The JDK has none without the extended master secret (RFC 7627), which this binding wants in TLS 1.2. */
    private Optional<byte[]> exported() throws SSLException {
        return session instanceof ExtendedSSLSession extended
                ? Optional.ofNullable(extended.exportKeyingMaterialData(EXPORTER, new byte[0], EXPORTED))
                : Optional.empty();
    }

    private Optional<byte[]> endPoint() throws GeneralSecurityException {
        Certificate[] shown = session.getLocalCertificates();
        if (shown == null || shown.length == 0 || !(shown[0] instanceof X509Certificate certificate)) {
            return Optional.empty();
        }
        var hash = hash(certificate.getSigAlgName());
        return hash == null
                ? Optional.empty()
                : Optional.of(MessageDigest.getInstance(hash).digest(certificate.getEncoded()));
    }

    /** RFC 5929 section 4.1: the hash of the signature, SHA-256 for MD5 and SHA-1; none where there is no one hash. */
    private static @Nullable String hash(String signature) {
        var name = signature.toUpperCase(Locale.ROOT);
        int with = name.indexOf("WITH");
        if (with < 0) {
            return null;
        }
        return switch (name.substring(0, with)) {
            case "MD5", "SHA1", "SHA256" -> "SHA-256";
            case "SHA224" -> "SHA-224";
            case "SHA384" -> "SHA-384";
            case "SHA512" -> "SHA-512";
            default -> null;
        };
    }

    /** For the log. */
    @Override
    public String toString() {
        return protocol() + " " + cipherSuite();
    }
}
