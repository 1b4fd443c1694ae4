package org.tarishi.core.dsn;

import java.io.Serial;

/** Says what is wrong with a file of an operator's, in one line that names it. */
final class BadFileException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    BadFileException(String message) {
        super(message);
    }
}
