package org.tarishi.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Mailbox;
import org.tarishi.api.message.HeaderAddress;
import org.tarishi.api.message.HeaderField;
import org.tarishi.api.message.Headers;

/**
 * The header of a fake message: untouched fields true to the byte.
 *
 * <p>Smaller than the server's where a test of a plugin can't tell: values that are set are not folded, one beyond ASCII becomes
 * one encoded word, and addresses are read without groups and comments.
 */
public final class FakeHeaders implements Headers {

    private static final Pattern WORD =
            Pattern.compile("=\\?([^?\\s]+)\\?([BbQq])\\?([^?\\s]*)\\?=(?:[ \\t]+(?==\\?))?");
    private static final Pattern ADDRESS =
            Pattern.compile("\\s*(?:(\"(?:[^\"\\\\]|\\\\.)*\"\\s*|[^<,\"]*)<([^>]*)>|([^,<>]+))\\s*(?:,|$)");

    private final List<HeaderField> fields = new ArrayList<>();

    private FakeHeaders() {}

    /** Reads header fields that end with CRLF each. */
    static FakeHeaders parse(byte[] bytes) {
        var headers = new FakeHeaders();
        int start = 0;
        while (start < bytes.length) {
            int end = start;
            do {
                end = lineEnd(bytes, end);
            } while (end < bytes.length && (bytes[end] == ' ' || bytes[end] == '\t'));
            headers.fields.add(Field.of(new String(bytes, start, end - start, ISO_8859_1)));
            start = end;
        }
        return headers;
    }

    private static int lineEnd(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] != '\n') {
            at++;
        }
        return Math.min(at + 1, bytes.length);
    }

    /** Returns the bytes of all fields. */
    byte[] bytes() {
        var out = new ByteArrayOutputStream();
        fields.forEach(field -> out.writeBytes(field.bytes()));
        return out.toByteArray();
    }

    @Override
    public List<HeaderField> fields() {
        return List.copyOf(fields);
    }

    @Override
    public List<HeaderField> all(String name) {
        return fields.stream().filter(f -> f.name().equalsIgnoreCase(name)).toList();
    }

    @Override
    public Optional<String> first(String name) {
        return all(name).stream().findFirst().map(HeaderField::value);
    }

    @Override
    public Optional<String> last(String name) {
        return all(name).reversed().stream().findFirst().map(HeaderField::value);
    }

    @Override
    public List<HeaderAddress> addresses(String name) {
        var all = new ArrayList<HeaderAddress>();
        for (var field : all(name)) {
            Matcher match = ADDRESS.matcher(field.rawValue().replace("\r\n", ""));
            while (match.find()) {
                var address = match.group(2) != null ? match.group(2) : match.group(3);
                if (address != null && !address.isBlank()) {
                    all.add(new Address(address.strip(), displayName(match.group(1))));
                }
            }
        }
        return List.copyOf(all);
    }

    private static String displayName(@Nullable String text) {
        if (text == null) {
            return "";
        }
        var name = text.strip();
        return name.startsWith("\"")
                ? name.substring(1, name.length() - 1).replaceAll("\\\\(.)", "$1")
                : decodedWords(name);
    }

    @Override
    public void prepend(String name, String value) {
        fields.addFirst(Field.of(name, value));
    }

    @Override
    public void append(String name, String value) {
        fields.add(Field.of(name, value));
    }

    @Override
    public void replace(String name, String value) {
        var field = Field.of(name, value);
        var before = all(name);
        if (before.isEmpty()) {
            fields.add(field);
            return;
        }
        fields.set(fields.indexOf(before.getFirst()), field);
        fields.removeAll(before);
    }

    @Override
    public int remove(String name) {
        var gone = all(name);
        fields.removeAll(gone);
        return gone.size();
    }

    @Override
    public boolean remove(HeaderField field) {
        return fields.remove(field);
    }

    private static String decodedWords(String text) {
        return WORD.matcher(text)
                .replaceAll(m -> Matcher.quoteReplacement(decoded(m.group(1), m.group(2), m.group(3))));
    }

    private static String decoded(String charset, String encoding, String text) {
        try {
            var bytes = encoding.equalsIgnoreCase("B") ? Base64.getDecoder().decode(text) : unquoted(text);
            return new String(bytes, Charset.forName(charset));
        } catch (IllegalArgumentException e) {
            return "=?" + charset + "?" + encoding + "?" + text + "?=";
        }
    }

    private static byte[] unquoted(String text) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '=' && i + 2 < text.length()) {
                out.write(Integer.parseInt(text, i + 1, i + 3, 16));
                i += 2;
            } else {
                out.write(c == '_' ? ' ' : c);
            }
        }
        return out.toByteArray();
    }

    /** One field; two are the same only when they are one, as with the server's. */
    private static final class Field implements HeaderField {

        private final String name;
        private final String raw;
        private final byte[] bytes;

        private Field(String name, String raw, byte[] bytes) {
            this.name = name;
            this.raw = raw;
            this.bytes = bytes;
        }

        static Field of(String line) {
            int colon = line.indexOf(':');
            var text = line.endsWith("\r\n") ? line.substring(0, line.length() - 2) : line;
            return colon < 0
                    ? new Field("", text, line.getBytes(ISO_8859_1))
                    : new Field(line.substring(0, colon).strip(), text.substring(colon + 1), line.getBytes(ISO_8859_1));
        }

        static Field of(String name, String value) {
            if (name.isEmpty() || name.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || c == ':')) {
                throw new IllegalArgumentException("no field name");
            }
            var line = value.replaceAll("\\r?\\n[ \\t]*", "\r\n ");
            if (line.replace("\r\n ", "").chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
                throw new IllegalArgumentException("control character in the value of " + name);
            }
            var ascii = line.chars().allMatch(c -> c < 0x80)
                    ? line
                    : "=?UTF-8?B?" + Base64.getEncoder().encodeToString(line.getBytes(UTF_8)) + "?=";
            return of(name + ": " + ascii + "\r\n");
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String rawValue() {
            return raw;
        }

        @Override
        public String value() {
            var bytesOfValue = raw.replace("\r\n", "").getBytes(ISO_8859_1);
            String text;
            try {
                text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytesOfValue)).toString();
            } catch (CharacterCodingException e) {
                text = new String(bytesOfValue, ISO_8859_1);
            }
            return decodedWords(text.strip());
        }

        @Override
        public byte[] bytes() {
            return bytes.clone();
        }
    }

    private record Address(String address, String name) implements HeaderAddress {

        @Override
        public Optional<Mailbox> mailbox() {
            try {
                return Optional.of(Mailbox.parse(address));
            } catch (AddressSyntaxException e) {
                return Optional.empty();
            }
        }

        @Override
        public Optional<String> group() {
            return Optional.empty();
        }
    }
}
