package org.tarishi.core.scheduler;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** A JSON object (RFC 8259) in one line, written from front to back. What has no value is left out. */
final class JsonLine {

    private final StringBuilder out = new StringBuilder(400).append('{');

    JsonLine with(String name, @Nullable String value) {
        if (value != null) {
            name(name);
            text(value);
        }
        return this;
    }

    JsonLine with(String name, long value) {
        name(name);
        out.append(value);
        return this;
    }

    JsonLine with(String name, boolean value) {
        name(name);
        out.append(value);
        return this;
    }

    JsonLine with(String name, Collection<String> values) {
        name(name);
        out.append('[');
        boolean isFirst = true;
        for (var value : values) {
            if (!isFirst) {
                out.append(',');
            }
            isFirst = false;
            text(value);
        }
        out.append(']');
        return this;
    }

    /** Adds an object that is whole. */
    JsonLine with(String name, JsonLine object) {
        name(name);
        out.append(object);
        return this;
    }

    private void name(String name) {
        if (out.length() > 1) {
            out.append(',');
        }
        text(name);
        out.append(':');
    }

    private void text(String value) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' '
                    || (c >= 0x7f && c < 0xa0)
                    || c == '\u2028'
                    || c == '\u2029'
                    || Character.isSurrogate(c)) {
                // escapes of both halves of a pair are the character, and of half a pair no broken UTF-8
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    /** Returns the object; more may be added afterwards. */
    @Override
    public String toString() {
        return out + "}";
    }
}
