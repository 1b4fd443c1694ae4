package org.tarishi.core.sasl;

import java.util.Optional;

/** Writes the one JSON object that these mechanisms have need of. */
final class Json {

    private Json() {}

    /** Returns an object of a member that is there and two that may be. */
    static String object(
            String key, String value, String second, Optional<String> its, String third, Optional<String> last) {
        var out = new StringBuilder("{");
        member(out, key, value);
        its.ifPresent(text -> member(out.append(','), second, text));
        last.ifPresent(text -> member(out.append(','), third, text));
        return out.append('}').toString();
    }

    private static void member(StringBuilder out, String key, String value) {
        string(out, key);
        out.append(':');
        string(out, value);
    }

    private static void string(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20 || c > 0x7e) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
