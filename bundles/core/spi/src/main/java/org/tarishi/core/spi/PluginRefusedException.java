package org.tarishi.core.spi;

import java.io.Serial;

/** Says in plain words why a plugin was not installed, and what to do about it. */
public final class PluginRefusedException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Makes one. */
    public PluginRefusedException(String message) {
        super(message);
    }
}
