package org.tarishi.core.queue;

import java.io.IOException;
import java.io.Serial;

/** Says that bytes on disk are not what was written. */
final class DamagedException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    DamagedException(String message) {
        super(message);
    }
}
