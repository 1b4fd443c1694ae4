package org.tarishi.core.boot;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The client's end of a question of a command: its terminal, and its standard input. */
final class Keyboard {

    /** In octets; a password is much shorter. */
    static final int LONGEST_LINE = 4096;

    /** Nobody sits there. */
    static final Keyboard NONE = new Keyboard(InputStream.nullInputStream(), () -> null);

    private final InputStream in;
    private final Supplier<@Nullable Console> console;

    private Keyboard(InputStream in, Supplier<@Nullable Console> console) {
        this.in = in;
        this.console = console;
    }

    /** One whose lines come from {@code in}, and whose terminal is the process'. */
    static Keyboard of(InputStream in) {
        return new Keyboard(in, System::console);
    }

    /** Returns the line that answers a question, as UTF-8, or null; see {@link Output}. */
    byte @Nullable [] answer(String question) throws IOException {
        return question.isEmpty() ? line() : typed(question);
    }

    private byte @Nullable [] typed(String question) throws IOException {
        var terminal = console.get();
        if (terminal == null || !terminal.isTerminal()) {
            return null;
        }
        var typed = terminal.readPassword("%s", Escaping.escape(question));
        if (typed == null) {
            return null;
        }
        // An array of our own, which can be wiped.
        var buffer = ByteBuffer.allocate(typed.length * 4);
        var _ = StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE)
                .encode(CharBuffer.wrap(typed), buffer, true);
        var line = Arrays.copyOf(buffer.array(), buffer.position());
        Arrays.fill(typed, '\0');
        buffer.clear();
        while (buffer.hasRemaining()) {
            buffer.put((byte) 0);
        }
        if (line.length > LONGEST_LINE) {
            throw new IOException("the line has more than " + LONGEST_LINE + " octets");
        }
        return line;
    }

    private byte @Nullable [] line() throws IOException {
        var line = new ByteArrayOutputStream();
        int octet = in.read();
        if (octet < 0) {
            return null;
        }
        for (; octet >= 0 && octet != '\n'; octet = in.read()) {
            if (line.size() == LONGEST_LINE) {
                throw new IOException("a line of standard input has more than " + LONGEST_LINE + " octets");
            }
            line.write(octet);
        }
        var octets = line.toByteArray();
        return octets.length > 0 && octets[octets.length - 1] == '\r'
                ? Arrays.copyOf(octets, octets.length - 1)
                : octets;
    }
}
