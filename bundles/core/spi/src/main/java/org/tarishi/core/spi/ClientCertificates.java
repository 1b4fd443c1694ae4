package org.tarishi.core.spi;

/** What a server wants of its clients' certificates. */
public enum ClientCertificates {
    /** Clients are not asked for one. */
    NONE,
    /** Clients are asked. One without a certificate, or with one that is not trusted, is served all the same. */
    ASKED,
    /** A client without a trusted certificate gets no further than the handshake. */
    REQUIRED
}
