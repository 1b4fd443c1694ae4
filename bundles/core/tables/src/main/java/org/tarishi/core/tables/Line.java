package org.tarishi.core.tables;

import java.util.List;

/**
 * An entry of a file: a word, and what stands behind it.
 *
 * @param key the first word
 * @param value the rest, empty when there is none
 */
record Line(String key, String value) {

    /** Reads {@code key}, {@code key value} and {@code key = value}, one a line; {@code #} begins a line that says nothing. */
    static List<Line> all(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(Line::of)
                .toList();
    }

    private static Line of(String line) {
        int end = 0;
        while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
            end++;
        }
        var rest = line.substring(end).strip();
        return new Line(
                line.substring(0, end), rest.startsWith("=") ? rest.substring(1).strip() : rest);
    }
}
