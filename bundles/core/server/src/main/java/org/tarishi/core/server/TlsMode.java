package org.tarishi.core.server;

/** What TLS is to a listener. */
enum TlsMode {
    /** It is not spoken. */
    OFF,
    /** STARTTLS is offered (RFC 3207). */
    OFFERED,
    /** STARTTLS is offered, and nothing else is possible before it. */
    REQUIRED,
    /** TLS comes before everything else (RFC 8314 section 3.3). */
    IMPLICIT
}
