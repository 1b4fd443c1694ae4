package org.tarishi.core.boot;

/** Makes a text safe for one line of a log or a terminal. */
final class Escaping {
    private Escaping() {}

    /**
     * Returns the text with everything escaped that could end a line, steer a terminal or reorder what is seen: C0 and C1 controls,
     * DEL, the Unicode line and paragraph separators, the bidirectional controls, and surrogates without their half.
     */
    static String escape(String text) {
        for (var i = 0; i < text.length(); i++) {
            if (isUnsafe(text, i)) {
                return escapeFrom(text, i);
            }
        }
        return text;
    }

    private static String escapeFrom(String text, int first) {
        var out = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (var i = first; i < text.length(); i++) {
            var c = text.charAt(i);
            if (!isUnsafe(text, i)) {
                out.append(c);
                continue;
            }
            switch (c) {
                case '\r' -> out.append("\\r");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> out.append("\\u").append(String.format("%04x", (int) c));
            }
        }
        return out.toString();
    }

    private static boolean isUnsafe(String text, int at) {
        var c = text.charAt(at);
        if (c < 0x7f) {
            return c < ' ';
        }
        if (Character.isHighSurrogate(c)) {
            return at + 1 >= text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return at == 0 || !Character.isHighSurrogate(text.charAt(at - 1));
        }
        return c <= 0x9f
                || (c >= 0x2028 && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069)
                || c == 0x200e
                || c == 0x200f
                || c == 0x061c
                || c == 0xfeff;
    }
}
