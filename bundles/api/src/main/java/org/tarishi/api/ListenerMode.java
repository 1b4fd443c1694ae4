package org.tarishi.api;

/** What a listener is for. */
public enum ListenerMode {
    /** Mail from other servers (RFC 5321). */
    SMTP,
    /** Mail from users (RFC 6409). */
    SUBMISSION,
    /** Mail from a local server, one reply a recipient after the data (RFC 2033). */
    LMTP
}
