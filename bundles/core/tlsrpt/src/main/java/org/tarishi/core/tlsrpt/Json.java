package org.tarishi.core.tlsrpt;

import java.util.Collection;

/** Writes JSON (RFC 8259) from front to back, all of it ASCII. */
final class Json {

    private final StringBuilder out = new StringBuilder(1000);
    private boolean isFirst = true;

    Json open(char bracket) {
        separate();
        out.append(bracket);
        isFirst = true;
        return this;
    }

    Json close(char bracket) {
        out.append(bracket);
        isFirst = false;
        return this;
    }

    Json name(String name) {
        text(name);
        out.append(':');
        isFirst = true;
        return this;
    }

    Json text(String value) {
        separate();
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c >= 0x7f) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
        return this;
    }

    Json with(String name, String value) {
        return name(name).text(value);
    }

    Json with(String name, long value) {
        name(name);
        separate();
        out.append(value);
        return this;
    }

    Json with(String name, Collection<String> values) {
        name(name).open('[');
        values.forEach(this::text);
        return close(']');
    }

    private void separate() {
        if (!isFirst) {
            out.append(',');
        }
        isFirst = false;
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
