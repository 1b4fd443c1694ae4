package org.tarishi.api;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** What is known of a connection's TLS layer. */
@ProviderType
public interface Tls {

    /** Returns the version, such as {@code TLSv1.3}. */
    String protocol();

    /** Returns the cipher suite by its IANA name. */
    String cipherSuite();

    /** Returns the name that the client asked for (RFC 6066 section 3), if it did. */
    Optional<Domain> serverName();

    /** Returns the client's certificates, its own first; empty when it showed none. */
    List<X509Certificate> clientCertificates();

    /** Tells whether the client's certificate was shown and is trusted. */
    boolean isClientVerified();

    /** Returns why the client's certificate is not trusted, if it showed one that is not. */
    Optional<String> verifyError();

    /** Returns the channel binding data of this type ({@code tls-exporter}, RFC 9266; {@code tls-server-end-point}, RFC 5929), if it can be had. */
    Optional<byte[]> channelBinding(String type);
}
