package org.tarishi.plugin.acme;

import java.io.Serial;

/** Says why a certificate was not got, in words for the operator. */
final class RefusedException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
        super(message);
    }
}
