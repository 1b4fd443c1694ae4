package org.tarishi.core.message;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.tarishi.core.spi.Intake.Fault;
import org.tarishi.core.spi.MessageStore.BareLineEnds;
import org.tarishi.core.spi.MessageStore.Framing;
import org.tarishi.core.spi.MessageStore.Limits;

/** Data behind 354: however it is split it comes to the same, and that is what a slow and simple reader makes of it. */
public final class DataFuzz {

    private static final Limits WIDE = new Limits(0, 1 << 20, 1 << 20, 1 << 20, true);
    private static final Limits NARROW = new Limits(200, 40, 4, 100, true);
    private static final SpoolingMessageStore STORE = new SpoolingMessageStore(
            System.getProperty("java.io.tmpdir"), new Settings(16 << 20, 64L << 20, "", 1000, 50, 1 << 20));

    private DataFuzz() {}

    /** Called by Jazzer; the first octet chooses limits and how the rest is split. */
    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        if (data.length == 0) {
            return;
        }
        var wire = Arrays.copyOfRange(data, 1, data.length);
        boolean narrow = (data[0] & 1) != 0;
        var limits = narrow ? NARROW : WIDE;
        var whole = read(wire, limits, null);
        var split = read(wire, limits, new Random(data[0] >> 1));
        check(whole.equals(split), "it does not matter how the data is split: " + whole + ", " + split, wire);
        var wanted = Reference.read(wire);
        check(
                whole.taken() == wanted.taken(),
                "the data ends behind CRLF, dot, CRLF only, at " + wanted.taken() + " of " + whole.taken(),
                wire);
        if (narrow) {
            check(
                    whole.message() == null || whole.message().length() <= limits.bytes() + 2,
                    "a message is not longer than allowed",
                    wire);
            return;
        }
        if (wanted.taken() < 0) {
            return;
        }
        check(whole.fault() == wanted.fault(), "the fault is " + wanted.fault() + ", not " + whole.fault(), wire);
        check(Objects.equals(whole.message(), wanted.message()), "the message is what the simple reader reads", wire);
        if (whole.message() != null) {
            check(Reference.bare(whole.message()) == null, "no line ends but by CRLF", wire);
        }
    }

    private static Outcome read(byte[] wire, Limits limits, @Nullable Random steps) throws IOException {
        return Outcome.of(STORE.open("fuzz", Framing.DOT, BareLineEnds.REFUSE, limits), Framing.DOT, wire, steps);
    }

    private static void check(boolean holds, String rule, byte[] of) {
        if (!holds) {
            throw new AssertionError(
                    rule + ": " + org.tarishi.api.Text.escaped(new String(of, StandardCharsets.ISO_8859_1)));
        }
    }

    /** RFC 5321 section 4.5.2 word for word: the lines between CRLFs, one by one. */
    private static final class Reference {

        private Reference() {}

        static Outcome read(byte[] wire) {
            var text = new String(wire, StandardCharsets.ISO_8859_1);
            var message = new StringBuilder();
            Fault fault = null;
            int at = 0;
            while (true) {
                int end = text.indexOf("\r\n", at);
                if (end < 0) {
                    return Outcome.ENDLESS;
                }
                var line = text.substring(at, end);
                at = end + 2;
                if (line.equals(".")) {
                    return new Outcome(at, fault, fault == null ? withEmptyLine(message.toString()) : null);
                }
                if (fault == null) {
                    fault = bare(line);
                }
                message.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
            }
        }

        /** Which octet that may not be there comes first, if any. */
        static @Nullable Fault bare(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) == 0) {
                    return Fault.NUL;
                }
                if (text.charAt(i) == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n')) {
                    return Fault.BARE_CR;
                }
                if (text.charAt(i) == '\n' && (i == 0 || text.charAt(i - 1) != '\r')) {
                    return Fault.BARE_LF;
                }
            }
            return null;
        }

        /** A message without an empty line gets one: in front of the first line that is no field, or at its end. */
        private static String withEmptyLine(String message) {
            if (message.startsWith("\r\n") || message.contains("\r\n\r\n")) {
                return message;
            }
            int at = 0;
            while (at < message.length()) {
                int end = message.indexOf("\r\n", at) + 2;
                boolean folded = at > 0 && (message.charAt(at) == ' ' || message.charAt(at) == '\t');
                if (!folded && !isField(message.substring(at, end))) {
                    break;
                }
                at = end;
            }
            return message.substring(0, at) + "\r\n" + message.substring(at);
        }

        private static boolean isField(String line) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                return false;
            }
            var name = line.substring(0, colon).replaceFirst("[ \t]+$", "");
            return !name.isEmpty() && name.chars().allMatch(c -> c > 32 && c < 127);
        }
    }
}
