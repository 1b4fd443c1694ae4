package org.tarishi.core.config;

import java.io.Serial;

/** Says which line of a {@code .cfg} text can't be read, and why. */
final class CfgSyntaxException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final int line;

    CfgSyntaxException(int line, String reason) {
        super(reason);
        this.line = line;
    }

    /** Returns the line, counted from 1. */
    int line() {
        return line;
    }
}
