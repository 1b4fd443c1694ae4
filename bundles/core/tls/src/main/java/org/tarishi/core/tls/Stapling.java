package org.tarishi.core.tls;

/** Where OCSP responses to staple come from. */
enum Stapling {
    /** There are none. */
    OFF,
    /** From files beside the certificates. */
    FILES,
    /** The same, and where there is no file, from the authority that the certificate names. */
    FETCH
}
