package org.tarishi.core.client;

import java.io.IOException;
import java.io.Serial;

/** Says that a kept connection was of no use any more, found out before MAIL was accepted: a new one may well do. */
final class StaleException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    StaleException(String message) {
        super(message);
    }

    StaleException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
