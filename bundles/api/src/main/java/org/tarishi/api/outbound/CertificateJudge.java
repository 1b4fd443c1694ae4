package org.tarishi.api.outbound;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Approves of a server's certificates, or does not; see {@link RouteTls#judgedBy}.
 *
 * <p>Connections are kept for mail of an equal {@link Route}; so what approves of the same certificates should be equal too, as a record
 * is.
 */
@ConsumerType
@FunctionalInterface
public interface CertificateJudge {

    /**
     * Looks at what a server showed; returning is approval. Called once a handshake, on the thread of the delivery; must not wait for the
     * network.
     *
     * @param chain as the server sent it, its own first; not empty
     * @throws CertificateException if it won't do, with the reason; the handshake fails
     */
    void check(List<X509Certificate> chain) throws CertificateException;
}
