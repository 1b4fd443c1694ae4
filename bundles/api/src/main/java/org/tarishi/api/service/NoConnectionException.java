package org.tarishi.api.service;

import java.io.IOException;
import java.io.Serial;

/**
 * Says that this host had no connection free for as long as connecting may take: nothing was sent, and nothing was learned of the next hop.
 */
public final class NoConnectionException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Makes one. */
    public NoConnectionException(String message) {
        super(message);
    }
}
