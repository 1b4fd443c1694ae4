package org.tarishi.core.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Bytes of a peer as text. */
final class Charsets {

    private static final int BLOCK = 8192;
    /** The most bytes that UTF-8 takes for one {@code char}. */
    private static final int UTF8_WIDTH = 3;

    private Charsets() {}

    static boolean isKnown(String name) {
        return named(name) != null;
    }

    /** Returns the charset of a name; nothing for one that is unknown, or that says no more than that there is text. */
    static Optional<Charset> find(String name) {
        return Optional.ofNullable(named(name)).filter(known -> !known.equals(StandardCharsets.US_ASCII));
    }

    private static @Nullable Charset named(String text) {
        var name = text.strip().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "utf-8" -> StandardCharsets.UTF_8;
            case "us-ascii" -> StandardCharsets.US_ASCII;
            case "iso-8859-1" -> StandardCharsets.ISO_8859_1;
            default -> Table.BY_NAME.get(name);
        };
    }

    /**
     * Each charset of the JDK, by each of its names. To look for one that it does not have takes the JDK a third of a millisecond, each time
     * anew, and a message may name a hundred thousand.
     */
    private static final class Table {

        static final Map<String, Charset> BY_NAME = table();

        private static Map<String, Charset> table() {
            var byName = new HashMap<String, Charset>();
            for (var charset : Charset.availableCharsets().values()) {
                byName.put(charset.name().toLowerCase(Locale.ROOT), charset);
                charset.aliases().forEach(alias -> byName.putIfAbsent(alias.toLowerCase(Locale.ROOT), charset));
            }
            return Map.copyOf(byName);
        }
    }

    /** Reads text up to a limit, by its charset; UTF-8 or else ISO 8859-1 where that is not known. */
    static String read(InputStream in, String charset, int limit) throws IOException {
        if (limit < 0) {
            throw new IllegalArgumentException("limit: must not be negative: " + limit);
        }
        var known = find(charset);
        return known.isPresent() ? read(in, known.get(), limit) : guess(in, limit);
    }

    private static String read(InputStream in, Charset charset, int limit) throws IOException {
        var out = new StringBuilder();
        var block = new char[Math.min(BLOCK, Math.max(1, limit))];
        var reader = new InputStreamReader(in, charset);
        while (out.length() < limit) {
            int n = reader.read(block, 0, Math.min(block.length, limit - out.length()));
            if (n < 0) {
                break;
            }
            out.append(block, 0, n);
        }
        return whole(out, limit);
    }

    private static String guess(InputStream in, int limit) throws IOException {
        long most = UTF8_WIDTH * (limit + 1L);
        var bytes = in.readNBytes((int) Math.min(most, Integer.MAX_VALUE - 8));
        boolean isCut = bytes.length == most;
        var chars = CharBuffer.allocate(bytes.length);
        var source = ByteBuffer.wrap(bytes);
        var result = StandardCharsets.UTF_8.newDecoder().decode(source, chars, !isCut);
        var text = result.isError()
                ? new String(bytes, StandardCharsets.ISO_8859_1)
                : chars.flip().toString();
        return whole(new StringBuilder(text), limit);
    }

    /** Cuts a text, but not within a character. */
    private static String whole(StringBuilder text, int limit) {
        int end = Math.min(text.length(), limit);
        if (end > 0 && end == limit && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }
}
