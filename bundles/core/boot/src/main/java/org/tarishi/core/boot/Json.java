package org.tarishi.core.boot;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the JSON of the feature files (RFC 8259): maps, lists, strings, longs and booleans.
 *
 * <p>Fractions and null have no meaning there and are refused. A library would be one more jar on the class path for this one use.
 */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** Returns the one value of a text; throws IllegalArgumentException that names the place where it goes wrong. */
    static Object parse(String text) {
        var json = new Json(text);
        var value = json.value();
        json.blanks();
        if (json.at < text.length()) {
            throw json.wrong("more than one value");
        }
        return value;
    }

    private Object value() {
        return switch (next()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            default -> number();
        };
    }

    private Map<String, Object> object() {
        var members = new LinkedHashMap<String, Object>();
        at++;
        if (next() == '}') {
            at++;
            return members;
        }
        while (true) {
            if (next() != '"') {
                throw wrong("want a name in quotes");
            }
            var name = string();
            expect(':');
            if (members.put(name, value()) != null) {
                throw wrong("'" + name + "' stands twice");
            }
            if (next() == '}') {
                at++;
                return members;
            }
            expect(',');
        }
    }

    private List<Object> array() {
        var elements = new ArrayList<Object>();
        at++;
        if (next() == ']') {
            at++;
            return elements;
        }
        while (true) {
            elements.add(value());
            if (next() == ']') {
                at++;
                return elements;
            }
            expect(',');
        }
    }

    private String string() {
        var out = new StringBuilder();
        at++;
        while (true) {
            var c = take();
            switch (c) {
                case '"' -> {
                    return out.toString();
                }
                case '\\' -> out.append(escaped());
                default -> {
                    if (c < ' ') {
                        throw wrong("control character in a string");
                    }
                    out.append(c);
                }
            }
        }
    }

    private char escaped() {
        var c = take();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> {
                if (at + 4 > text.length()) {
                    throw wrong("unfinished");
                }
                try {
                    yield (char) Integer.parseInt(text, at, at += 4, 16);
                } catch (NumberFormatException e) {
                    throw wrong("not four hexadecimal digits");
                }
            }
            default -> throw wrong("unknown escape");
        };
    }

    private Object word(String word, boolean meaning) {
        if (!text.startsWith(word, at)) {
            throw wrong("want a value");
        }
        at += word.length();
        return meaning;
    }

    private Long number() {
        var from = at;
        if (at < text.length() && text.charAt(at) == '-') {
            at++;
        }
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
            at++;
        }
        try {
            return Long.valueOf(text.substring(from, at));
        } catch (NumberFormatException e) {
            throw wrong("want a value");
        }
    }

    private char next() {
        blanks();
        if (at >= text.length()) {
            throw wrong("unfinished");
        }
        return text.charAt(at);
    }

    private char take() {
        if (at >= text.length()) {
            throw wrong("unfinished");
        }
        return text.charAt(at++);
    }

    private void expect(char c) {
        if (next() != c) {
            throw wrong("want '" + c + "'");
        }
        at++;
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private IllegalArgumentException wrong(String what) {
        var line = text.substring(0, Math.min(at, text.length()))
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                + 1;
        return new IllegalArgumentException("line " + line + ": " + what);
    }
}
