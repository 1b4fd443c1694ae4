package org.tarishi.core.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A dialog as the wire looks.
 *
 * <pre>
 * == the rule that it proves
 * &#64;at rcpt                    begins behind an accepted EHLO, helo, mail, rcpt or data; from rcpt on plugins take everything
 * &#64;set maxErrors=3            a setting
 * &#64;mode lmtp                  the listener's mode
 * &#64;listener proxyFrom=::1     another setting of the listener
 * &#64;cut whole                 only where each client's turn is one segment; or bytes, where each byte is one
 * &#64;on rcpt deny not here      what plugins answer at a moment
 * S: 220 …                     a line of the server; … stands for any end
 * L: 250                       all lines of a reply with this code
 * C: EHLO mx.example           a line of the client, CRLF added; lines without S between go in one segment
 * R: NOOP\nNOOP\r\n            raw bytes of the client
 * T: TLSv1.2                   the client begins TLS, with this version or any, and it succeeds
 * X:                           the server closes
 * M: Received: from mx …       a line that the stored message has
 * N: text                      a text that the stored message has not
 * </pre>
 */
record Dialog(String file, String name, List<Entry> entries) {

    record Entry(char kind, String text) {}

    static List<Dialog> all() {
        var folder = Path.of("src/test/resources/dialogs");
        try (var files = Files.list(folder)) {
            return files.sorted().flatMap(file -> read(file).stream()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Dialog> read(Path file) {
        var dialogs = new ArrayList<Dialog>();
        try {
            for (var line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                if (line.startsWith("== ")) {
                    dialogs.add(new Dialog(file.getFileName().toString(), line.substring(3), new ArrayList<>()));
                } else if (line.startsWith("@at ")) {
                    dialogs.getLast().entries().addAll(beginning(line.substring(4)));
                } else if (line.startsWith("@")) {
                    dialogs.getLast().entries().add(new Entry('@', line.substring(1)));
                } else if (line.length() >= 2 && line.charAt(1) == ':' && "SLCRXMNT".indexOf(line.charAt(0)) >= 0) {
                    dialogs.getLast()
                            .entries()
                            .add(new Entry(line.charAt(0), line.length() > 3 ? line.substring(3) : ""));
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    throw new IllegalArgumentException(file + ": what is this: " + line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return dialogs;
    }

    private static List<Entry> beginning(String place) {
        var entries = new ArrayList<Entry>();
        entries.add(new Entry('S', "220 …"));
        entries.add(new Entry('C', (place.equals("helo") ? "HELO" : "EHLO") + " client.example"));
        entries.add(new Entry('L', "250"));
        int depth = List.of("ehlo", "mail", "rcpt", "data").indexOf(place);
        if (depth >= 1) {
            entries.add(new Entry('C', "MAIL FROM:<a@b.example>"));
            entries.add(new Entry('S', "250 …"));
        }
        if (depth >= 2) {
            entries.add(new Entry('@', "on rcpt ok"));
            entries.add(new Entry('@', "on queue ok"));
            entries.add(new Entry('C', "RCPT TO:<c@d.example>"));
            entries.add(new Entry('S', "250 …"));
        }
        if (depth >= 3) {
            entries.add(new Entry('C', "DATA"));
            entries.add(new Entry('S', "354 …"));
        }
        return entries;
    }

    /** The bytes of a raw line: {@code \r \n \t \\ \xNN}, {@code \*NN{x}} for NN times x. */
    static byte[] raw(String text) {
        var out = new java.io.ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            c = text.charAt(++i);
            switch (c) {
                case 'r' -> out.write('\r');
                case 'n' -> out.write('\n');
                case 't' -> out.write('\t');
                case '\\' -> out.write('\\');
                case 'x' -> {
                    out.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                case '*' -> {
                    int open = text.indexOf('{', i);
                    int close = text.indexOf('}', open);
                    out.writeBytes(text.substring(open + 1, close)
                            .repeat(Integer.parseInt(text.substring(i + 1, open)))
                            .getBytes(StandardCharsets.UTF_8));
                    i = close;
                }
                default -> throw new IllegalArgumentException("\\" + c);
            }
        }
        return out.toByteArray();
    }
}
