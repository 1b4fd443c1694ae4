package org.tarishi.core.message;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.tarishi.core.spi.MessageStore.BareLineEnds;
import org.tarishi.core.spi.MessageStore.Framing;
import org.tarishi.core.spi.MessageStore.Limits;

/**
 * Data of BDAT, and data whose line ends are repaired: however it is split it comes to the same; of text no bare line end and no NUL
 * comes out, by any way, and no octet of binary content is another.
 */
public final class ChunkFuzz {

    private static final Limits WIDE = new Limits(0, 1 << 20, 1 << 20, 1 << 20, true);
    private static final Limits NARROW = new Limits(200, 40, 4, 100, true);
    private static final SpoolingMessageStore STORE = new SpoolingMessageStore(
            System.getProperty("java.io.tmpdir"), new Settings(16 << 20, 64L << 20, "", 1000, 50, 1 << 20));

    private ChunkFuzz() {}

    /** Called by Jazzer; the first octet chooses framing, limits and how the rest is split. */
    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        if (data.length == 0) {
            return;
        }
        var bytes = Arrays.copyOfRange(data, 1, data.length);
        var framing = switch (data[0] & 3) {
            case 0, 1 -> Framing.CHUNKS;
            case 2 -> Framing.BINARY_CHUNKS;
            default -> Framing.DOT;
        };
        var bare = (data[0] & 4) == 0 ? BareLineEnds.REFUSE : BareLineEnds.CONVERT;
        var limits = (data[0] & 8) == 0 ? WIDE : NARROW;
        var whole = Outcome.of(STORE.open("fuzz", framing, bare, limits), framing, bytes, null);
        var split = Outcome.of(STORE.open("fuzz", framing, bare, limits), framing, bytes, new Random(data[0] >> 4));
        check(whole.equals(split), "it does not matter how it is split: " + whole + ", " + split, bytes);
        var message = whole.message();
        if (message == null) {
            check(whole.fault() != null || framing == Framing.DOT, "what is counted ends where the count ends", bytes);
            return;
        }
        int header = message.startsWith("\r\n") ? 0 : message.indexOf("\r\n\r\n");
        check(header >= 0, "a message has a header that ends", bytes);
        lines(framing == Framing.BINARY_CHUNKS ? message.substring(0, header) : message, bytes);
        if (bare == BareLineEnds.CONVERT && limits.equals(WIDE)) {
            check(framing == Framing.BINARY_CHUNKS || whole.fault() == null, "what is repaired has no fault", bytes);
        }
        if (framing == Framing.BINARY_CHUNKS) {
            var given = new String(bytes, StandardCharsets.ISO_8859_1);
            check(added(given, message), "no octet of what is binary is another", bytes);
        }
        if (framing == Framing.CHUNKS && bare == BareLineEnds.REFUSE) {
            var given = new String(bytes, StandardCharsets.ISO_8859_1);
            check(added(given, message), "a message without faults is kept as it is", bytes);
        }
    }

    /** Tells whether one is the other but for a missing empty line, and a missing end of the last line. */
    private static boolean added(String given, String message) {
        if (message.equals(given) || message.equals(given + "\r\n") || message.equals(given + "\r\n\r\n")) {
            return true;
        }
        for (int at = 0; at >= 0 && at < message.length(); at = message.indexOf("\r\n", at + 1)) {
            var less = message.substring(0, at) + message.substring(Math.min(message.length(), at + 2));
            if (message.startsWith("\r\n", at) && (less.equals(given) || less.equals(given + "\r\n"))) {
                return true;
            }
        }
        return false;
    }

    private static void lines(String text, byte[] bytes) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            check(c != 0, "no NUL in text", bytes);
            check(c != '\r' || i + 1 == text.length() || text.charAt(i + 1) == '\n', "no bare CR in text", bytes);
            check(c != '\n' || (i > 0 && text.charAt(i - 1) == '\r'), "no bare LF in text", bytes);
        }
    }

    private static void check(boolean holds, String rule, byte[] of) {
        if (!holds) {
            throw new AssertionError(
                    rule + ": " + org.tarishi.api.Text.escaped(new String(of, StandardCharsets.ISO_8859_1)));
        }
    }
}
