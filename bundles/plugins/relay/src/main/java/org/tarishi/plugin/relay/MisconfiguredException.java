package org.tarishi.plugin.relay;

/** What a table says makes no sense; the message is for the operator, and holds no value of the table. */
final class MisconfiguredException extends Exception {

    private static final long serialVersionUID = 1L;

    MisconfiguredException(String message) {
        super(message);
    }
}
