package org.tarishi.core.admin;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON (RFC 8259) of maps, collections, numbers, booleans, null, and whatever else as its text. */
final class JsonText {

    private static final int SPACE = 0x20;
    private static final int DELETE = 0x7f;

    private JsonText() {}

    static String of(@Nullable Object value) {
        var out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(@Nullable Object value, StringBuilder out) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> map -> {
                var separator = '{';
                for (var entry : map.entrySet()) {
                    out.append(separator);
                    text(String.valueOf(entry.getKey()), out);
                    out.append(':');
                    write(entry.getValue(), out);
                    separator = ',';
                }
                out.append(map.isEmpty() ? "{}" : "}");
            }
            case Collection<?> list -> {
                var separator = '[';
                for (var one : list) {
                    out.append(separator);
                    write(one, out);
                    separator = ',';
                }
                out.append(list.isEmpty() ? "[]" : "]");
            }
            case Boolean bool -> out.append(bool);
            case Integer number -> out.append(number);
            case Long number -> out.append(number);
            default -> text(String.valueOf(value), out);
        }
    }

    /** Escapes what must be, and what is not seen, so that the text is ASCII where it can hide something. */
    private static void text(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < SPACE || c >= DELETE) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
