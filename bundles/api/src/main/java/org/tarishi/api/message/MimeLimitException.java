package org.tarishi.api.message;

import java.io.IOException;
import java.io.Serial;

/** Says that a message has more parts, or parts within parts, than the settings allow to be walked. */
public final class MimeLimitException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Makes one; the text names the limit. */
    public MimeLimitException(String message) {
        super(message);
    }
}
