package org.tarishi.plugin.xclient;

/** What a front-end may say; {@code XCLIENT_README} and {@code XFORWARD_README} of Postfix tell the meanings. */
enum Attribute {
    /** The client's name. */
    NAME,
    /** Its address. */
    ADDR,
    /** Its port. */
    PORT,
    /** SMTP or ESMTP. */
    PROTO,
    /** What it said of itself. */
    HELO,
    /** Who it authenticated as. */
    LOGIN,
    /** The address that it connected to. */
    DESTADDR,
    /** The port that it connected to. */
    DESTPORT,
    /** The message's id at the front-end. */
    IDENT,
    /** LOCAL or REMOTE: where the message comes from. */
    SOURCE
}
