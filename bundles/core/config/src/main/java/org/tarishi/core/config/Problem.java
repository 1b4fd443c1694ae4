package org.tarishi.core.config;

import org.tarishi.api.Text;

/**
 * One thing that is wrong with a configuration.
 *
 * @param line the line of the file, counted from 1; 0 where no line is to blame
 * @param key the key, or empty where no key is to blame
 * @param reason what is wrong and what is wanted; never the value of a secret
 */
record Problem(int line, String key, String reason) {

    Problem {
        key = Text.escaped(key);
        reason = Text.escaped(reason);
    }

    /** Returns {@code key: reason}. */
    @Override
    public String toString() {
        return key.isEmpty() ? reason : key + ": " + reason;
    }

    /** Returns {@code file:line: key: reason}. */
    String in(String file) {
        return (line > 0 ? file + ":" + line : file) + ": " + this;
    }
}
