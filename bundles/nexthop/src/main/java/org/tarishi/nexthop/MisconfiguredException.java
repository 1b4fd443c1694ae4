package org.tarishi.nexthop;

import java.io.Serial;

/** Says that a table has something that makes no sense there; the message holds no secret. */
public final class MisconfiguredException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Makes one. */
    public MisconfiguredException(String message) {
        super(message);
    }
}
