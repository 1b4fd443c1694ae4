package org.tarishi.core.message;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The value of a field with parameters (RFC 2045 section 5.1, RFC 2231).
 *
 * <p>Of parameters of one name the first counts.
 *
 * @param main what stands before the first semicolon, in lower case, without comments
 * @param parameters as they stand there, without quotes, by name in lower case
 */
record MimeValue(String main, Map<String, String> parameters) {

    static final MimeValue NONE = new MimeValue("", Map.of());

    /** Reads an unfolded value, in one pass. */
    static MimeValue parse(String text) {
        var reader = new Reader(text);
        var main = reader.upTo(";").toLowerCase(Locale.ROOT);
        var parameters = new HashMap<String, String>();
        while (reader.skipSemicolons()) {
            var name = reader.upTo("=;").toLowerCase(Locale.ROOT);
            var value = reader.isAt('=') ? reader.value() : "";
            if (!name.isEmpty()) {
                parameters.putIfAbsent(name, value);
            }
        }
        return new MimeValue(main, parameters);
    }

    /** Returns a parameter, its pieces put together and decoded. */
    Optional<String> parameter(String name) {
        var key = name.toLowerCase(Locale.ROOT);
        if (parameters.containsKey(key + "*0") || parameters.containsKey(key + "*0*")) {
            return Optional.of(continued(key));
        }
        var extended = parameters.get(key + "*");
        if (extended != null) {
            var decoder = new Extended();
            decoder.add(extended, true);
            return Optional.of(decoder.text());
        }
        // RFC 2047 section 5 forbids encoded words here; many write them, and readers decode them.
        return Optional.ofNullable(parameters.get(key)).map(HeaderText::decode);
    }

    private String continued(String key) {
        var decoder = new Extended();
        for (int i = 0; ; i++) {
            var plain = parameters.get(key + "*" + i);
            var extended = parameters.get(key + "*" + i + "*");
            if (plain == null && extended == null) {
                return decoder.text();
            }
            decoder.add(extended != null ? extended : plain == null ? "" : plain, extended != null);
        }
    }

    /** Puts together the pieces of a parameter: {@code charset'language'percent-encoded} and plain ones. */
    private static final class Extended {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private String charset = "";
        private boolean isFirst = true;

        void add(String piece, boolean isExtended) {
            var text = piece;
            if (isFirst && isExtended) {
                int quote = text.indexOf('\'');
                int second = quote < 0 ? -1 : text.indexOf('\'', quote + 1);
                if (second >= 0) {
                    charset = text.substring(0, quote);
                    text = text.substring(second + 1);
                }
            }
            isFirst = false;
            if (!isExtended) {
                bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
                return;
            }
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                int high = c == '%' && i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
                if (low >= 0) {
                    bytes.write((high << 4) | low);
                    i += 2;
                } else {
                    bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                }
            }
        }

        String text() {
            var all = bytes.toByteArray();
            return Charsets.find(charset)
                    .map(known -> new String(all, known))
                    .orElseGet(() -> HeaderText.text(all, 0, all.length));
        }
    }

    private static final class Reader {

        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        boolean isAt(char c) {
            return at < text.length() && text.charAt(at) == c;
        }

        /** Skips to the next parameter; false when there is none. */
        boolean skipSemicolons() {
            while (isAt(';') || isAt(' ') || isAt('\t')) {
                at++;
            }
            return at < text.length();
        }

        /** Reads up to one of some characters, without comments and outer blanks. */
        String upTo(String stops) {
            var out = new StringBuilder();
            while (at < text.length() && stops.indexOf(text.charAt(at)) < 0) {
                if (isAt('(')) {
                    skipComment();
                } else {
                    out.append(text.charAt(at++));
                }
            }
            return out.toString().strip();
        }

        String value() {
            at++;
            while (isAt(' ') || isAt('\t')) {
                at++;
            }
            if (!isAt('"')) {
                int start = at;
                int end = text.indexOf(';', at);
                at = end < 0 ? text.length() : end;
                return text.substring(start, at).strip();
            }
            at++;
            var out = new StringBuilder();
            while (at < text.length() && text.charAt(at) != '"') {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                out.append(text.charAt(at++));
            }
            at++;
            upTo(";");
            return out.toString();
        }

        private void skipComment() {
            int depth = 0;
            do {
                switch (text.charAt(at)) {
                    case '(' -> depth++;
                    case ')' -> depth--;
                    case '\\' -> at++;
                    default -> {}
                }
                at++;
            } while (depth > 0 && at < text.length());
        }
    }
}
