package org.tarishi.api;

/** How much of a mail comes back when it can't be delivered: the parameter RET (RFC 3461 section 4.3). */
public enum ReturnContent {
    /** The whole message. */
    FULL,
    /** Its header only. */
    HDRS
}
