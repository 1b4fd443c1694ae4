package org.tarishi.core.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The text of one {@code .cfg} file, taken apart so that a value can be changed and all else stays as it was written.
 *
 * <p>A line is blank, a comment that begins with {@code #}, or {@code key = value}. A value goes to the end of its line, or stands
 * in double quotes (with {@code \" \\ \n \r \t \\uXXXX}), or is a list {@code [ "a", "b" ]} that may go over lines. Immutable.
 */
final class CfgFile {

    /** What stands behind the equals sign: one text, or a list of texts. */
    record Value(List<String> items, boolean isList) {

        Value {
            items = List.copyOf(items);
        }

        static Value one(String text) {
            return new Value(List.of(text), false);
        }

        static Value many(List<String> texts) {
            return new Value(texts, true);
        }

        /** Reads a value as it would stand in a file. */
        static Value parse(String text) throws CfgSyntaxException {
            var values = CfgFile.parse("v = " + text).values();
            var value = values.get("v");
            if (value == null || values.size() != 1) {
                throw new CfgSyntaxException(1, "want one value");
            }
            return value;
        }

        /** Returns the value as it stands in a file. */
        @Override
        public String toString() {
            if (isList) {
                return items.isEmpty()
                        ? "[]"
                        : items.stream().map(CfgFile::quoted).collect(Collectors.joining(", ", "[ ", " ]"));
            }
            return isBare(items.getFirst()) ? items.getFirst() : quoted(items.getFirst());
        }
    }

    private sealed interface Part {
        String text();

        record Kept(String text) implements Part {}

        record Setting(String key, Value value, int line, String text) implements Part {}
    }

    private final List<Part> parts;

    private CfgFile(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    static CfgFile empty() {
        return new CfgFile(List.of());
    }

    static CfgFile parse(String text) throws CfgSyntaxException {
        return new CfgFile(new Parser(text).parts());
    }

    /** Returns the values by key, in the order of the file. */
    Map<String, Value> values() {
        var values = new LinkedHashMap<String, Value>();
        for (var part : parts) {
            if (part instanceof Part.Setting setting) {
                values.put(setting.key, setting.value);
            }
        }
        return Collections.unmodifiableMap(values);
    }

    /** Returns the line on which a key stands, or 0. */
    int line(String key) {
        for (var part : parts) {
            if (part instanceof Part.Setting setting && setting.key.equals(key)) {
                return setting.line;
            }
        }
        return 0;
    }

    /** Returns the text; for what was parsed and not changed, the very text that was parsed. */
    String text() {
        return parts.stream().map(Part::text).collect(Collectors.joining());
    }

    /** Returns this with one value set: in its place, or at the end. The same file when it already stands so. */
    CfgFile with(String key, Value value) {
        var changed = new ArrayList<Part>();
        var done = false;
        for (var part : parts) {
            if (part instanceof Part.Setting setting && setting.key.equals(key)) {
                if (setting.value.equals(value)) {
                    return this;
                }
                changed.add(setting(key, value, setting.line, lineEnd(setting.text)));
                done = true;
            } else {
                changed.add(part);
            }
        }
        if (!done) {
            var last = changed.isEmpty() ? "\n" : changed.getLast().text();
            var end = lineEnd(last);
            if (end.isEmpty()) {
                changed.add(new Part.Kept("\n"));
            }
            changed.add(setting(key, value, 1 + (int) text().lines().count(), end.isEmpty() ? "\n" : end));
        }
        return new CfgFile(changed);
    }

    /** Returns this without a key; comments stay. */
    CfgFile without(String key) {
        return new CfgFile(parts.stream()
                .filter(part -> !(part instanceof Part.Setting setting && setting.key.equals(key)))
                .toList());
    }

    private static Part setting(String key, Value value, int line, String end) {
        return new Part.Setting(key, value, line, key + " = " + value + end);
    }

    private static String lineEnd(String text) {
        return text.endsWith("\r\n") ? "\r\n" : text.endsWith("\n") ? "\n" : "";
    }

    private static boolean isBare(String text) {
        return text.strip().equals(text)
                && !text.startsWith("[")
                && !text.startsWith("\"")
                && text.chars().noneMatch(Character::isISOControl);
    }

    private static String quoted(String text) {
        var out = new StringBuilder(text.length() + 2).append('"');
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }

    private static final class Parser {

        private static final char END = '\0';

        private final String text;
        private int at;
        private int line = 1;

        Parser(String text) {
            this.text = text;
        }

        List<Part> parts() throws CfgSyntaxException {
            var parts = new ArrayList<Part>();
            var lines = new LinkedHashMap<String, Integer>();
            if (text.startsWith("\ufeff")) {
                parts.add(new Part.Kept("\ufeff"));
                at = 1;
            }
            while (at < text.length()) {
                var from = at;
                var here = line;
                var key = key();
                if (key == null) {
                    parts.add(new Part.Kept(text.substring(from, at)));
                    continue;
                }
                var value = value();
                var before = lines.putIfAbsent(key, here);
                if (before != null) {
                    throw new CfgSyntaxException(here, key + ": stands on line " + before + " already");
                }
                parts.add(new Part.Setting(key, value, here, text.substring(from, at)));
            }
            return parts;
        }

        /** Reads up to and with the equals sign; null when it was a line without a setting. */
        private @Nullable String key() throws CfgSyntaxException {
            var end = endOfLine();
            var whole = text.substring(at, end).strip();
            if (whole.isEmpty() || whole.startsWith("#")) {
                nextLine(end);
                return null;
            }
            var equals = text.indexOf('=', at);
            if (equals < 0 || equals >= end) {
                throw new CfgSyntaxException(line, "want key = value, or # before a comment");
            }
            var key = text.substring(at, equals).strip();
            if (key.isEmpty()) {
                throw new CfgSyntaxException(line, "want a key before the =");
            }
            if (!key.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '[' && c != ']')) {
                throw new CfgSyntaxException(line, "want a key of letters, digits, '.', '-', '_' before the =");
            }
            at = equals + 1;
            return key;
        }

        private Value value() throws CfgSyntaxException {
            while (peek() == ' ' || peek() == '\t') {
                at++;
            }
            var value = switch (peek()) {
                case '[' -> Value.many(list());
                case '"' -> Value.one(quotedText());
                default -> {
                    var bare = text.substring(at, endOfLine()).strip();
                    at = endOfLine();
                    yield Value.one(bare);
                }
            };
            var end = endOfLine();
            if (!text.substring(at, end).isBlank()) {
                throw new CfgSyntaxException(
                        line,
                        value.isList()
                                ? "nothing may follow the ]; a value that begins with [ and is no list stands in quotes"
                                : "nothing may follow the closing quote; inside quotes, write \\\" for a quote");
            }
            nextLine(end);
            return value;
        }

        private List<String> list() throws CfgSyntaxException {
            var began = line;
            var items = new ArrayList<String>();
            at++;
            while (true) {
                blanks();
                if (peek() == ']') {
                    at++;
                    return items;
                }
                if (at >= text.length()) {
                    throw new CfgSyntaxException(began, "the list that begins here has no ]");
                }
                items.add(peek() == '"' ? quotedText() : bareItem());
                blanks();
                if (peek() == ',') {
                    at++;
                } else if (at < text.length() && peek() != ']') {
                    throw new CfgSyntaxException(line, "want , or ] after an item of a list");
                }
            }
        }

        /** Skips blanks, line ends, and comments between the items of a list. */
        private void blanks() {
            while (at < text.length()) {
                if (text.charAt(at) == '#') {
                    at = endOfLine();
                } else if (Character.isWhitespace(text.charAt(at))) {
                    if (text.charAt(at++) == '\n') {
                        line++;
                    }
                } else {
                    return;
                }
            }
        }

        private String bareItem() throws CfgSyntaxException {
            var from = at;
            while (at < text.length() && ",]\n\"[".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            var item = text.substring(from, at).strip();
            if (item.isEmpty()) {
                throw new CfgSyntaxException(line, "want an item of a list, such as \"a\"");
            }
            return item;
        }

        private String quotedText() throws CfgSyntaxException {
            var out = new StringBuilder();
            at++;
            while (true) {
                var c = peek();
                if (at >= text.length() || c == '\n') {
                    throw new CfgSyntaxException(line, "a quote has no end on this line");
                }
                at++;
                if (c == '"') {
                    return out.toString();
                }
                out.append(c == '\\' ? escape() : c);
            }
        }

        private char escape() throws CfgSyntaxException {
            var c = peek();
            at++;
            return switch (c) {
                case '"', '\\' -> c;
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'u' -> {
                    try {
                        var code = (char) Integer.parseInt(text, at, at + 4, 16);
                        at += 4;
                        yield code;
                    } catch (NumberFormatException | IndexOutOfBoundsException e) {
                        throw new CfgSyntaxException(line, "want four hexadecimal digits after \\u");
                    }
                }
                default -> throw new CfgSyntaxException(line, "in quotes, \\ goes before \" \\ n r t u only");
            };
        }

        private char peek() {
            return at < text.length() ? text.charAt(at) : END;
        }

        private int endOfLine() {
            var end = text.indexOf('\n', at);
            return end < 0 ? text.length() : end;
        }

        private void nextLine(int end) {
            at = Math.min(end + 1, text.length());
            line++;
        }
    }
}
