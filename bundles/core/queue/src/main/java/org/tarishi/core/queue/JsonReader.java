package org.tarishi.core.queue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON (RFC 8259) into maps, lists, texts, doubles and booleans; null becomes {@link #NULL}.
 *
 * <p>It reads the envelopes of another server's queue files, a few hundred bytes each, and nothing else.
 */
final class JsonReader {

    /** What a null is read as. */
    static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    private static final int DEEPEST = 100;

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    /** Reads an object. */
    static Map<?, ?> object(String text) throws DamagedException {
        var reader = new JsonReader(text);
        var value = reader.value(0);
        reader.blanks();
        if (reader.at < text.length() || !(value instanceof Map<?, ?> map)) {
            throw new DamagedException("no JSON object");
        }
        return map;
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char next() throws DamagedException {
        if (at >= text.length()) {
            throw new DamagedException("the JSON ends too early");
        }
        return text.charAt(at++);
    }

    private boolean skip(char wanted) {
        blanks();
        if (at < text.length() && text.charAt(at) == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private void want(char wanted) throws DamagedException {
        if (!skip(wanted)) {
            throw new DamagedException("want " + wanted + " at character " + at + " of the JSON");
        }
    }

    private Object value(int depth) throws DamagedException {
        if (depth > DEEPEST) {
            throw new DamagedException("the JSON is nested too deep");
        }
        if (skip('{')) {
            return map(depth);
        }
        if (skip('[')) {
            return list(depth);
        }
        if (skip('"')) {
            return string();
        }
        int start = at;
        while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        var word = text.substring(start, at);
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            case "null" -> NULL;
            default -> number(word);
        };
    }

    private static Double number(String word) throws DamagedException {
        if (!word.matches("-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")) {
            throw new DamagedException("no JSON value");
        }
        return Double.valueOf(word);
    }

    private Map<String, Object> map(int depth) throws DamagedException {
        var map = new LinkedHashMap<String, Object>();
        if (skip('}')) {
            return map;
        }
        do {
            want('"');
            var name = string();
            want(':');
            map.put(name, value(depth + 1));
        } while (skip(','));
        want('}');
        return map;
    }

    private List<Object> list(int depth) throws DamagedException {
        var list = new ArrayList<Object>();
        if (skip(']')) {
            return list;
        }
        do {
            list.add(value(depth + 1));
        } while (skip(','));
        want(']');
        return list;
    }

    private String string() throws DamagedException {
        var out = new StringBuilder();
        for (char c = next(); c != '"'; c = next()) {
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char escaped = next();
            switch (escaped) {
                case '"', '\\', '/' -> out.append(escaped);
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'u' -> out.append(unicode());
                default -> throw new DamagedException("no JSON escape");
            }
        }
        return out.toString();
    }

    private char unicode() throws DamagedException {
        if (text.length() - at < 4) {
            throw new DamagedException("the JSON ends too early");
        }
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(text.charAt(at++), 16);
            if (digit < 0) {
                throw new DamagedException("no JSON escape");
            }
            code = (code << 4) | digit;
        }
        return (char) code;
    }
}
