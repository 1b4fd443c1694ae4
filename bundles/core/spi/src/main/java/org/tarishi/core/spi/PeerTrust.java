package org.tarishi.core.spi;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** Which server a client is content to speak to. */
public sealed interface PeerTrust {

    /** Any, with any certificate: opportunistic TLS (RFC 7435). What it showed can be judged afterwards. */
    record Any() implements PeerTrust {}

    /**
     * One with a certificate that an authority vouches for and that holds one of these names (RFC 6125 section 6.4).
     *
     * @param names DNS names in ASCII; one that begins with a dot stands for every name with one label in front
     */
    record Authorities(List<String> names) implements PeerTrust {
        /** Copies the names. */
        public Authorities {
            names = List.copyOf(names);
        }
    }

    /** One whose certificates somebody else approves of, such as DANE (RFC 7672). */
    record Judged(Judge judge) implements PeerTrust {}

    /** Approves of a server's certificates, or does not. */
    @ConsumerType
    @FunctionalInterface
    interface Judge {

        /**
         * Looks at what a server showed; returning is approval. Called once a handshake, on the thread that carries its tasks out; must
         * not wait for the network.
         *
         * @param chain as the server sent it, its own first
         * @throws CertificateException if it won't do, with the reason; the handshake fails
         */
        void check(List<X509Certificate> chain) throws CertificateException;
    }
}
