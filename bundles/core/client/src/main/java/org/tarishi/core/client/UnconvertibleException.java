package org.tarishi.core.client;

import java.io.Serial;

/** Says that a message can't be made 7-bit without loss. */
final class UnconvertibleException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    UnconvertibleException(String message) {
        super(message);
    }
}
