package org.tarishi.core.message;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.message.Message;
import org.tarishi.api.message.MimeLimitException;
import org.tarishi.api.message.Part;
import org.tarishi.core.spi.Intake.Received;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.MessageStore.BareLineEnds;
import org.tarishi.core.spi.MessageStore.Framing;
import org.tarishi.core.spi.MessageStore.Limits;

/**
 * Parts of a message: they lie within the one that they belong to, one behind the other; each can be read and is what stands there; and
 * looking at them changes nothing.
 */
public final class MimeFuzz {

    private static final int MOST_PARTS = 12;
    private static final int DEEPEST = 4;
    private static final int SOME = 200;
    private static final Limits LIMITS = new Limits(0, 1 << 20, 1 << 20, 1 << 20, true);
    private static final SpoolingMessageStore STORE = new SpoolingMessageStore(
            System.getProperty("java.io.tmpdir"), new Settings(16 << 20, 64L << 20, "", MOST_PARTS, DEEPEST, 1024));

    private static final Pattern BLANKS_BEHIND = Pattern.compile("[ \t]+$");

    private MimeFuzz() {}

    /** Called by Jazzer: a message, whose lines need no CR. */
    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        var text =
                new String(data, StandardCharsets.ISO_8859_1).replace("\r", "").replace("\n", "\r\n");
        var message = message(text.getBytes(StandardCharsets.ISO_8859_1));
        if (message == null) {
            return;
        }
        try {
            parts(message, text);
        } finally {
            message.close();
        }
    }

    private static void parts(Message message, String text) throws IOException {
        var before = Outcome.written(message);
        var body = body(before);
        try {
            var root = (MimePart) message.root();
            check(root.start() == 0 && root.end() == body.length, "the root is all of the body", text);
            check(looked(root, body, 1, text) <= MOST_PARTS, "there are not more parts than allowed", text);
        } catch (MimeLimitException e) {
            check(Objects.requireNonNull(e.getMessage()).contains("max"), "the limit is named", text);
        }
        check(
                Arrays.equals(before, Outcome.written(message)),
                "a message stays as it is when its parts are looked at",
                text);
    }

    private static @Nullable LiveMessage message(byte[] bytes) throws IOException {
        var intake = STORE.open("fuzz", Framing.BINARY_CHUNKS, BareLineEnds.REFUSE, LIMITS);
        var part = ByteBuffer.wrap(bytes);
        while (part.hasRemaining()) {
            intake.feed(part);
        }
        intake.end();
        return switch (Outcome.received(intake)) {
            case Received.Faulty(var ignored) -> null;
            case Received.Complete(var message) -> message;
        };
    }

    private static byte[] body(byte[] message) {
        var text = new String(message, StandardCharsets.ISO_8859_1);
        int start = text.startsWith("\r\n") ? 2 : text.indexOf("\r\n\r\n") + 4;
        return Arrays.copyOfRange(message, start, message.length);
    }

    /** Looks at a part and those below; returns how many. */
    private static int looked(MimePart part, byte[] body, int depth, String text) throws IOException {
        check(depth <= DEEPEST, "parts lie no deeper than allowed", text);
        check(
                Arrays.equals(
                        part.openRaw().readAllBytes(), Arrays.copyOfRange(body, (int) part.start(), (int) part.end())),
                "a part is what stands in its place",
                text);
        part.open().readAllBytes();
        check(part.text(SOME).length() <= SOME, "no more text than was asked for", text);
        part.fileName();
        part.parameter("charset");
        part.disposition();
        check(!part.type().isEmpty() && !part.transferEncoding().isEmpty(), "it has a type and an encoding", text);
        int count = 1;
        long last = part.start();
        var delimiters = delimiters(part);
        for (Part each : part.parts()) {
            var below = (MimePart) each;
            check(below.start() >= last && below.end() >= below.start(), "parts stand one behind the other", text);
            check(below.end() <= part.end(), "a part lies within the one that it belongs to", text);
            check(!isDelimited(below, body, delimiters), "no delimiter is left in a part", text);
            last = below.end();
            count += looked(below, body, depth + 1, text);
        }
        return count;
    }

    /** Tells whether there is a delimiter in a part that is none of those within. */
    private static boolean isDelimited(MimePart part, byte[] body, Set<String> delimiters) throws IOException {
        if (delimiters.isEmpty()) {
            return false;
        }
        var within = new HashSet<String>();
        delimitersWithin(part, within);
        var content = Arrays.copyOfRange(body, (int) part.start(), (int) part.end());
        return Arrays.stream(new String(content, StandardCharsets.ISO_8859_1).split("\r\n"))
                .map(line -> BLANKS_BEHIND.matcher(line).replaceFirst(""))
                .anyMatch(line -> delimiters.contains(line) && !within.contains(line));
    }

    private static void delimitersWithin(MimePart part, Set<String> into) throws IOException {
        into.addAll(delimiters(part));
        for (var each : part.parts()) {
            delimitersWithin((MimePart) each, into);
        }
    }

    /** The delimiters of its parts: one in front of each, and one behind the last. */
    private static Set<String> delimiters(MimePart part) {
        var boundary = part.type().startsWith("multipart/")
                ? part.parameter("boundary").orElse("").stripTrailing()
                : "";
        if (boundary.isEmpty()) {
            return Set.of();
        }
        var delimiter = new String(("--" + boundary).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return Set.of(delimiter, delimiter + "--");
    }

    private static void check(boolean holds, String rule, String of) {
        if (!holds) {
            throw new AssertionError(rule + ": " + org.tarishi.api.Text.escaped(of));
        }
    }
}
