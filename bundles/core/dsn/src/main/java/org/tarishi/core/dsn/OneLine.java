package org.tarishi.core.dsn;

import java.util.List;

/**
 * Makes one harmless line of what a client or peer said.
 *
 * <p>No line break, control character or half of a surrogate pair is left, nothing that turns the direction of writing, so that a text
 * can't pose as another, and no more than a number of characters.
 */
final class OneLine {

    static final String CUT = " [...]";

    private OneLine() {}

    /** Returns a text in one line, blanks and controls in a row as one blank. */
    static String of(String text, int mostChars) {
        var line = new StringBuilder(Math.min(text.length(), mostChars) + CUT.length());
        boolean isBlank = false;
        int at = 0;
        while (at < text.length()) {
            int code = text.codePointAt(at);
            at += Character.charCount(code);
            if (isBreak(code)) {
                isBlank = true;
                continue;
            }
            if (turns(code)) {
                continue;
            }
            if (isBlank && !line.isEmpty()) {
                line.append(' ');
            }
            isBlank = false;
            if (line.length() + Character.charCount(code) > mostChars) {
                return line.toString().stripTrailing() + CUT;
            }
            line.appendCodePoint(isHalf(code) ? '?' : code);
        }
        return line.toString();
    }

    /** Returns lines as one. */
    static String of(List<String> lines, int mostChars) {
        return of(String.join(" ", lines), mostChars);
    }

    /** Returns a text with a question mark for each character beyond ASCII. */
    static String ascii(String line) {
        var out = new StringBuilder(line.length());
        line.codePoints().forEach(code -> out.append(code < 0x80 ? (char) code : '?'));
        return out.toString();
    }

    /** Tells whether a text is of ASCII. */
    static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static boolean isBreak(int code) {
        return code <= ' ' || (code >= 0x7f && code <= 0xa0) || code == 0x2028 || code == 0x2029;
    }

    private static boolean turns(int code) {
        return (code >= 0x202a && code <= 0x202e)
                || (code >= 0x2066 && code <= 0x2069)
                || code == 0x200e
                || code == 0x200f
                || code == 0xfeff;
    }

    private static boolean isHalf(int code) {
        return code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE;
    }
}
