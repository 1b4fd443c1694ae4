package org.tarishi.core.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/** Headers: no octet is lost or added, and what is written from a value that was read is one field again. */
public final class HeaderFuzz {

    /** So many fields of an input are looked at one by one: each costs a walk through all, and the next hundred say nothing new. */
    private static final int MOST_FIELDS = 4;

    private static final Pattern EMPTY_LINES = Pattern.compile("\n{2,}");

    private HeaderFuzz() {}

    /** Called by Jazzer: lines, which need no CR. */
    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        var text = EMPTY_LINES
                .matcher(new String(data, StandardCharsets.ISO_8859_1).replace("\r", ""))
                .replaceAll("\n");
        if (text.isEmpty() || text.startsWith("\n")) {
            return;
        }
        var header =
                (text.endsWith("\n") ? text : text + "\n").replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        var fields = FieldList.parse(header, header.length, true);

        var out = new ByteArrayOutputStream();
        fields.writeTo(out);
        check(Arrays.equals(out.toByteArray(), header), "a header is written as it was read", text);
        check(fields.size() == header.length, "its size is that of its octets", text);
        var now = fields.now();
        for (int i = 0; i < Math.min(now.length, MOST_FIELDS); i++) {
            var field = now[i];
            check(fields.all(field.name()).isEmpty() == field.name().isEmpty(), "a field is found by its name", text);
            fields.addresses(field.name());
            var value = field.value();
            field.rawValue();
            written("Subject", value);
            written("To", value);
        }
    }

    /** What a plugin may do with what it read: write it again. */
    private static void written(String name, String value) {
        var list = new FieldList();
        try {
            list.append(name, value);
        } catch (IllegalArgumentException e) {
            // Control characters, which an encoded word may have hidden.
            return;
        }
        var block = list.block();
        var again = FieldList.parse(block, block.length - 2, true);
        check(again.now().length == 1, "one field is one field", value);
        check(again.now()[0].isNamed(name), "its name is its name", value);
        for (int i = 0; i < block.length; i++) {
            check(block[i] != 0, "no NUL", value);
            check((block[i] == '\n') == (i > 0 && block[i - 1] == '\r'), "CR and LF come together", value);
        }
        var lines = new String(block, 0, block.length - 4, StandardCharsets.ISO_8859_1).split("\r\n", -1);
        for (var line : lines) {
            check(!line.isBlank(), "no line of a field is blank", value);
        }
        if (!value.contains("=?") && !name.equals("To") && isText(value)) {
            check(words(again.now()[0].value()).equals(words(value)), "a value is read as it was written", value);
        }
    }

    private static boolean isText(String value) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(value);
    }

    /** How many blanks stand between words means nothing. */
    private static String words(String text) {
        return text.replaceAll("[ \t\r\n]+", " ").strip();
    }

    private static void check(boolean holds, String rule, String of) {
        if (!holds) {
            throw new AssertionError(rule + ": " + org.tarishi.api.Text.escaped(of));
        }
    }
}
