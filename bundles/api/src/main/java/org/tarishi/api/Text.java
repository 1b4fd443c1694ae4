package org.tarishi.api;

/**
 * Makes a peer's text harmless before it is shown.
 *
 * <p>Addresses, names and lines of a peer are data: none of their bytes may move a terminal's cursor, forge a line of a log,
 * or end a header.
 */
public final class Text {

    private Text() {}

    /**
     * Returns the text with every control character (C0, DEL, C1) and every line or paragraph separator written as
     * {@code \\u}<i>xxxx</i>; the text itself when it holds none.
     */
    public static String escaped(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isUnsafe(text.charAt(i))) {
                return escapeFrom(text, i);
            }
        }
        return text;
    }

    private static String escapeFrom(String text, int first) {
        var out = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isUnsafe(c)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isUnsafe(char c) {
        return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == '\u2028' || c == '\u2029';
    }
}
