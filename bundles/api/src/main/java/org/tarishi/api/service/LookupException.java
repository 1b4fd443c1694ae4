package org.tarishi.api.service;

import java.io.IOException;
import java.io.Serial;

/** Says that something could not be asked now: a name server, a directory, a database. Always temporary; "not found" is an answer. */
public final class LookupException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Makes one. */
    public LookupException(String message) {
        super(message);
    }

    /** Makes one with its cause. */
    public LookupException(String message, Throwable cause) {
        super(message, cause);
    }
}
