package org.tarishi.api;

/** What a message is declared to be made of: the parameter BODY (RFC 6152, RFC 3030 section 3). */
public enum BodyType {
    /** {@code 7BIT}: lines of ASCII. */
    SEVEN_BIT,
    /** {@code 8BITMIME}: lines. */
    EIGHT_BIT_MIME,
    /** {@code BINARYMIME}: any bytes. */
    BINARY_MIME
}
