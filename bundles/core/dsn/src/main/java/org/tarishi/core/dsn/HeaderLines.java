package org.tarishi.core.dsn;

import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;

/** Writes header fields: in lines that are not too long (RFC 5322 section 2.1.1), of values without a line break. */
final class HeaderLines {

    private static final int FOLD = 76;

    /** RFC 5322 section 2.1.1 allows 998 octets; a character may take four. */
    private static final int LONGEST_WORD = 200;

    private final StringBuilder lines = new StringBuilder();

    /** Adds a field; its value is one line already. */
    HeaderLines add(String name, String value) {
        lines.append(name).append(':');
        int column = name.length() + 1;
        for (var word : value.split(" ", -1)) {
            for (int from = 0; from < Math.max(1, word.length()); ) {
                int to = end(word, from);
                int length = to - from;
                if (column + 1 + length > FOLD && column > name.length() + 1) {
                    lines.append("\r\n");
                    column = 0;
                }
                lines.append(' ').append(word, from, to);
                column += 1 + length;
                from = Math.max(to, from + 1);
            }
        }
        lines.append("\r\n");
        return this;
    }

    /** Returns where a piece of a word ends: never in the middle of a character. */
    private static int end(String word, int from) {
        int to = Math.min(word.length(), from + LONGEST_WORD);
        return to < word.length() && Character.isLowSurrogate(word.charAt(to)) ? to - 1 : to;
    }

    /** Adds a field whose value may be beyond ASCII, as encoded words (RFC 2047). */
    HeaderLines addText(String name, String value) {
        return add(name, encoded(value));
    }

    /** Ends a group of fields. */
    HeaderLines gap() {
        lines.append("\r\n");
        return this;
    }

    byte[] bytes() {
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Returns a text as encoded words where it is beyond ASCII. */
    static String encoded(String text) {
        try {
            // It folds what it encodes; lines are folded here.
            return MimeUtility.encodeText(text, "UTF-8", null).replaceAll("\r\n\\s*", " ");
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException("UTF-8 is always there", e);
        }
    }

    @Override
    public String toString() {
        return lines.toString();
    }
}
