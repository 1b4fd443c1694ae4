package org.tarishi.api.service;

import java.io.IOException;
import java.io.Serial;

/** Says that the connection was lost between the final dot and its reply: the message may have been taken, or not. */
public final class UnknownOutcomeException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Makes one. */
    public UnknownOutcomeException(String message, Throwable cause) {
        super(message, cause);
    }
}
