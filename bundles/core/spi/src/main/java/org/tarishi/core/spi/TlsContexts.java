package org.tarishi.core.spi;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Begins TLS with the keys, certificates, versions and ciphers that are in force. An engine keeps what was in force when it was made, so
 * a renewed certificate touches no open connection.
 *
 * <p>Any thread; nothing here blocks. An engine's delegated tasks sign, verify, and wait for nobody.
 */
@ProviderType
public interface TlsContexts {

    /** Returns why no server can speak TLS now, in words for the operator; nothing when one can. */
    Optional<String> trouble();

    /**
     * Returns an engine for one connection of a server. Its certificate is chosen by the name that the client asks for and the signatures
     * that it knows.
     *
     * @throws IllegalStateException while there is {@link #trouble}
     */
    SSLEngine serverEngine(ClientCertificates certificates);

    /**
     * Tells what is wrong with a client's certificates, nothing when they are trusted. What {@link ClientCertificates#REQUIRED} lets
     * through has nothing wrong.
     *
     * @param chain as the client sent it, its own first; not empty
     */
    Optional<String> objectionToClient(List<X509Certificate> chain);

    /**
     * Returns an engine for one connection of a client.
     *
     * @throws IllegalStateException where there is no certificate of the wanted name to show
     */
    SSLEngine clientEngine(ClientTls wanted);

    /**
     * Tells what {@link PeerTrust.Authorities} would have against a server's certificates, nothing when it had nothing; for a connection
     * that was begun with another trust.
     *
     * @param chain as the server sent it, its own first; not empty
     */
    Optional<String> objectionToServer(List<X509Certificate> chain, List<String> names);
}
