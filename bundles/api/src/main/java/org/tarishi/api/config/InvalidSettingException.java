package org.tarishi.api.config;

import java.io.Serial;
import org.tarishi.api.Text;

/** Refuses a configuration, naming the key that is wrong and what to write instead. */
public final class InvalidSettingException extends IllegalArgumentException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String key;

    /**
     * Makes one. The message reads {@code key: reason}.
     *
     * @param key the key of the setting
     * @param reason what is wrong and what is wanted, in a line; never the value of a secret
     */
    public InvalidSettingException(String key, String reason) {
        super(key + ": " + Text.escaped(reason));
        this.key = key;
    }

    /** Returns the key. */
    public String key() {
        return key;
    }
}
