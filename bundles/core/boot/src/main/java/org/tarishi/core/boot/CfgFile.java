package org.tarishi.core.boot;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The text of one {@code .cfg} file: {@code key = value} lines, {@code #} comments, and lists in brackets that may run over lines.
 *
 * <p>The values stay texts. Changing one keeps every other line as it is, comments and order included.
 */
final class CfgFile {

    /** One key and the lines, from and to (exclusive), that it takes. */
    private record Item(String key, String value, int from, int to) {}

    private final List<String> lines;
    private final List<Item> items;

    private CfgFile(List<String> lines, List<Item> items) {
        this.lines = lines;
        this.items = items;
    }

    /** Reads a text; throws IllegalArgumentException that names the line that is neither a comment nor {@code key = value}. */
    static CfgFile parse(String text) {
        var lines = text.isEmpty()
                ? new ArrayList<String>()
                : new ArrayList<>(text.lines().toList());
        var items = new ArrayList<Item>();
        for (var i = 0; i < lines.size(); i++) {
            var line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            var equals = line.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("line " + (i + 1) + ": want key = value");
            }
            var from = i;
            var value = new StringBuilder(line.substring(equals + 1).strip());
            while (isOpenList(value)) {
                if (++i >= lines.size()) {
                    throw new IllegalArgumentException("line " + (from + 1) + ": the list has no ]");
                }
                var more = lines.get(i).strip();
                if (!more.startsWith("#")) {
                    value.append(' ').append(more);
                }
            }
            items.add(new Item(line.substring(0, equals).strip(), value.toString(), from, i + 1));
        }
        return new CfgFile(lines, items);
    }

    /** Tells whether a value begins a list that it does not end; a bracket in quotes does not count. */
    static boolean isOpenList(CharSequence value) {
        if (value.isEmpty() || value.charAt(0) != '[') {
            return false;
        }
        var quoted = false;
        for (var i = 1; i < value.length(); i++) {
            switch (value.charAt(i)) {
                case '\\' -> i++;
                case '"' -> quoted = !quoted;
                case ']' -> {
                    if (!quoted) {
                        return false;
                    }
                }
                default -> {
                    // part of an element
                }
            }
        }
        return true;
    }

    /** Returns the values by key; where a key stands twice, the last one. */
    Map<String, String> values() {
        var values = new LinkedHashMap<String, String>();
        items.forEach(item -> values.put(item.key(), item.value()));
        return values;
    }

    /** Returns the text with one key set: in its old place, or at the end. */
    String with(String key, String value) {
        var out = new ArrayList<String>();
        var line = key + " = " + value;
        var done = false;
        var next = 0;
        for (var item : items) {
            if (!item.key().equals(key)) {
                continue;
            }
            out.addAll(lines.subList(next, item.from()));
            if (!done) {
                out.add(line);
                done = true;
            }
            next = item.to();
        }
        out.addAll(lines.subList(next, lines.size()));
        if (!done) {
            out.add(line);
        }
        return String.join("\n", out) + "\n";
    }
}
