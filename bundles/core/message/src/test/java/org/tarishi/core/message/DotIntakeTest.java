package org.tarishi.core.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tarishi.core.message.Receiving.WIDE;
import static org.tarishi.core.message.Receiving.bytes;
import static org.tarishi.core.message.Receiving.complete;
import static org.tarishi.core.message.Receiving.read;
import static org.tarishi.core.message.Receiving.store;
import static org.tarishi.core.message.Receiving.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.core.spi.Intake.Fault;
import org.tarishi.core.spi.Intake.Progress;
import org.tarishi.core.spi.Intake.Received;
import org.tarishi.core.spi.MessageStore.BareLineEnds;
import org.tarishi.core.spi.MessageStore.Framing;
import org.tarishi.core.spi.MessageStore.Limits;

class DotIntakeTest {

    private static final SpoolingMessageStore STORE = store();

    /** Everything that one reception shows. */
    private record Outcome(
            boolean ended,
            String rest,
            @Nullable Fault fault,
            String header,
            String body,
            boolean utf8,
            boolean eightBit,
            String tapped) {}

    private static Outcome receive(Limits limits, byte[] wire, int... cuts) {
        var intake = STORE.open("test.1", Framing.DOT, BareLineEnds.REFUSE, limits);
        var tapped = new ByteArrayOutputStream();
        intake.tap(run -> {
            var copy = new byte[run.remaining()];
            run.get(copy);
            tapped.writeBytes(copy);
        });
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : wire.length;
            var piece = i % 2 == 0 ? ByteBuffer.wrap(wire, from, to - from) : direct(wire, from, to);
            var progress = intake.feed(piece);
            from = to - piece.remaining();
            if (progress == Progress.END) {
                return outcome(intake.size(), complete(intake), text(wire).substring(from), tapped);
            }
            assertThat(piece.remaining()).isZero();
        }
        intake.abort();
        return new Outcome(false, "", null, "", "", false, false, "");
    }

    private static ByteBuffer direct(byte[] wire, int from, int to) {
        return ByteBuffer.allocateDirect(to - from).put(wire, from, to - from).flip();
    }

    private static Outcome outcome(long size, Received received, String rest, ByteArrayOutputStream tapped) {
        return switch (received) {
            case Received.Faulty(var fault) -> new Outcome(true, rest, fault, "", "", false, false, "");
            case Received.Complete(var message) -> {
                try {
                    var header = new StringBuilder();
                    message.headers().fields().forEach(field -> header.append(text(field.bytes())));
                    var body = read(message.body().open());
                    assertThat(tapped.size()).isEqualTo(size);
                    message.close();
                    yield new Outcome(
                            true,
                            rest,
                            null,
                            header.toString(),
                            body,
                            message.hasUtf8Headers(),
                            message.isEightBit(),
                            text(tapped.toByteArray()));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        };
    }

    private static String unescaped(String table) {
        return table.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("~", " ");
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a: b\\r\\n\\r\\nabc\\r\\n.\\r\\n             | `abc\\r\\n`
            .\\r\\n                                      | ``
            ..\\r\\n.\\r\\n                              | `.\\r\\n`
            \\r\\n...\\r\\n..a\\r\\na.\\r\\n.\\r\\n      | `..\\r\\n.a\\r\\na.\\r\\n`
            \\r\\n.a\\r\\n.\\r\\n                        | `a\\r\\n`
            \\r\\n.~\\r\\n.\\r\\n                        | `~\\r\\n`
            abc\\n.\\r\\n\\r\\n.\\r\\n                   | BARE_LF
            abc\\r\\n.\\n\\r\\n.\\r\\n                   | BARE_LF
            abc\\n.\\n\\r\\n.\\r\\n                      | BARE_LF
            abc\\rdef\\r\\n.\\r\\n                       | BARE_CR
            abc\\r\\n.\\r\\r\\n.\\r\\n                   | BARE_CR
            abc\\r\\r\\n.\\r\\n                          | BARE_CR
            abc\\r.\\r\\n.\\r\\n                         | BARE_CR
            .\\rabc\\r\\n.\\r\\n                         | BARE_CR
            abc\\r.\\r\\r\\n.\\r\\n                      | BARE_CR
            \\n.\\r\\n\\r\\n.\\r\\n                      | BARE_LF
            abc                                          | UNFINISHED
            abc\\r\\n.                                   | UNFINISHED
            abc\\r\\n.\\r                                | UNFINISHED
            abc.\\r\\n                                   | UNFINISHED
            abc\\n.\\n                                   | UNFINISHED
            abc\\r.\\r                                   | UNFINISHED
            """)
    void dataEndsOnlyAtALoneDotBetweenCrlfs(String wire, String expected) {
        var outcome = receive(WIDE, bytes(unescaped(wire)));

        var seen = !outcome.ended()
                ? "UNFINISHED"
                : outcome.fault() != null ? outcome.fault().name() : outcome.body();
        assertThat(seen).isEqualTo(unescaped(expected));
        assertThat(outcome.rest()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: b\r\n\r\n..x\r\n.\r\n.\r\nRSET\r\n",
                ".\r\nQUIT\r\n",
                "\r\n.\r\n",
                "..\r\n.\r\nx",
                "a: b\r\n.\r\n",
                "no header\r\nat all\r\n.\r\n",
                "a: b\r\nno field\r\nc: d\r\n.\r\n",
                "a: b\r\nno field\r\nc: d\r\n\r\nbody\r\n.\r\n",
                "a : b\r\n c\r\n\td\r\n:e\r\n\r\n\u00e9\r\n.\r\n",
                " a\r\n\r\n.\r\n",
                "s: \u00e9\r\n\r\nx\r\n.\r\n",
                "s: x\r\nstray\r\n\u00e9\r\n.\r\n",
                "s: \u00e9\r\nstray\r\nx\r\n.\r\n",
                "s: x\r\nstr\u00e9\r\n\r\nx\r\n.\r\n",
                "a: b\r\n\r\nab\ncd\r\n.\r\nNOOP\r\n",
                "a: b\r\n\r\nab\rcd\r\n.\r\nNOOP\r\n",
                "a: b\r\n\r\nab\r\n.\rcd\r\n.\r\nNOOP\r\n",
                "a: b\r\n\r\n.\n.\r\n.\r\r\n.\r\nNOOP\r\n",
                "a: b\r\n\r\n.\r.\r\r\n\r\n.\r\nNOOP\r\n",
                "a: b\r\n\r\n................................\r\n.\r\n",
                "a\r\n\r\n....\r\n..\r\n..\r\n...\r\n..x..\r\n.\r\n",
            })
    void howTheInputIsSplitChangesNothing(String text) {
        var wire = bytes(text);
        var whole = receive(WIDE, wire);
        assertThat(whole.ended()).isTrue();
        for (int i = 0; i <= wire.length; i++) {
            for (int j = i; j <= wire.length; j++) {
                assertThat(receive(WIDE, wire, i, j)).isEqualTo(whole);
            }
        }
        assertThat(byteByByte(WIDE, wire)).isEqualTo(whole);
    }

    private static Outcome byteByByte(Limits limits, byte[] wire) {
        var cuts = new int[wire.length];
        for (int i = 0; i < cuts.length; i++) {
            cuts[i] = i;
        }
        return receive(limits, wire, cuts);
    }

    @Test
    void randomInputUnderTightLimitsHasTheSameOutcomeHoweverItIsSplitAndByThePlainReading() {
        var random = new Random(1);
        var alphabet = "\r\n.. :ab\t\u00e9\0";
        for (int round = 0; round < 40_000; round++) {
            var text = new StringBuilder();
            int length = random.nextInt(60);
            while (text.length() < length) {
                if (random.nextInt(3) == 0) {
                    text.append("\r\n");
                } else {
                    text.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
            }
            var wire = bytes(text + "\r\n.\r\nNEXT");
            var limits = new Limits(
                    random.nextInt(3) == 0 ? 1 + random.nextInt(50) : 0,
                    random.nextInt(3) == 0 ? 3 + random.nextInt(12) : 1000,
                    random.nextInt(3) == 0 ? random.nextInt(4) : 1000,
                    random.nextInt(3) == 0 ? 2 + random.nextInt(20) : 1000,
                    true);
            var whole = receive(limits, wire);
            var cuts =
                    random.ints(random.nextInt(6), 0, wire.length + 1).sorted().toArray();

            assertThat(receive(limits, wire, cuts)).as("%s %s", text, limits).isEqualTo(whole);
            assertThat(byteByByte(limits, wire)).as("%s %s", text, limits).isEqualTo(whole);
            assertThat(whole).as("%s %s", text, limits).isEqualTo(new Plain(limits, text(wire)).read());
        }
    }

    /** Reads data the slow way, a byte at a time, by the sentences of RFC 5321 and of {@code Intake}. */
    private static final class Plain {

        private final Limits limits;
        private final String wire;
        private final StringBuilder kept = new StringBuilder();
        private final StringBuilder line = new StringBuilder();
        private final List<String> lines = new ArrayList<>();
        private @Nullable Fault fault;
        private int fields;
        private boolean inHeader = true;
        private boolean isStray;
        private boolean isSettled;

        Plain(Limits limits, String wire) {
            this.limits = limits;
            this.wire = wire;
        }

        Outcome read() {
            boolean isStart = true;
            for (int i = 0; i < wire.length(); i++) {
                if (isStart && wire.startsWith(".\r\n", i)) {
                    return outcome(wire.substring(i + 3));
                }
                if (isStart && wire.startsWith(".\r", i)) {
                    // The dot and the CR are not kept; the byte behind them shows that the CR is bare.
                    i += 2;
                    checkLimits(kept.length() + 1, 1);
                    note(Fault.BARE_CR);
                } else if (isStart && wire.charAt(i) == '.') {
                    i++;
                }
                take(wire.charAt(i));
                isStart = line.isEmpty();
            }
            throw new AssertionError("no end: " + wire);
        }

        private void take(char c) {
            boolean isFold = (c == ' ' || c == '\t') && fields > 0;
            if (inHeader && line.isEmpty() && c != '\r' && !isFold && ++fields > limits.headerFields()) {
                if (isStray) {
                    settle();
                } else {
                    checkLimits(kept.length() + 1, 1);
                    note(Fault.HEADER_TOO_BIG);
                }
            }
            boolean isAfterCr = line.length() > 0 && line.charAt(line.length() - 1) == '\r';
            line.append(c);
            kept.append(c);
            boolean couldBeField = line.toString().matches("(?s)[!-9;-~]+([ \t]*(:.*)?)?|\r.*")
                    || (line.toString().matches("(?s)[ \t].*") && (isFold || fields > 1 || line.length() > 1));
            isStray |= inHeader && !couldBeField;
            checkLimits(kept.length(), line.length());
            if (c == '\n' && !isAfterCr) {
                note(Fault.BARE_LF);
            } else if (c != '\n' && isAfterCr) {
                note(Fault.BARE_CR);
            } else if (c == 0) {
                note(Fault.NUL);
            } else if (c == '\n') {
                inHeader &= line.length() != 2;
                lines.add(line.toString());
                line.setLength(0);
            }
        }

        private void settle() {
            inHeader = false;
            isSettled = true;
        }

        private void note(Fault why) {
            if (fault == null) {
                fault = why;
            }
        }

        private void checkLimits(int bytes, int lineBytes) {
            if (inHeader && isStray && bytes > limits.headerBytes() && fault == null) {
                settle();
            }
            if (limits.bytes() > 0 && bytes > limits.bytes()) {
                note(Fault.TOO_BIG);
            } else if (lineBytes > limits.lineBytes()) {
                note(Fault.LINE_TOO_LONG);
            } else if (inHeader && bytes > limits.headerBytes()) {
                note(Fault.HEADER_TOO_BIG);
            }
        }

        private Outcome outcome(String rest) {
            if (fault != null) {
                return new Outcome(true, rest, fault, "", "", false, false, "");
            }
            int empty = isSettled ? -1 : lines.indexOf("\r\n");
            int last = empty;
            if (last < 0) {
                last = 0;
                while (last < lines.size()
                        && (lines.get(last).matches("(?s)[!-9;-~]+[ \t]*:.*")
                                || (last > 0 && lines.get(last).matches("(?s)[ \t].*")))) {
                    last++;
                }
            }
            var header = String.join("", lines.subList(0, last));
            var body = String.join("", lines.subList(empty < 0 ? last : last + 1, lines.size()));
            return new Outcome(
                    true,
                    rest,
                    null,
                    header,
                    body,
                    header.chars().anyMatch(c -> c > 127),
                    body.chars().anyMatch(c -> c > 127),
                    kept.toString());
        }
    }

    @Test
    void textWithoutHeaderOrEmptyLineIsABodyHoweverLongItIs() {
        var text = "just text\r\n".repeat(100_000);
        var outcome = receive(WIDE, bytes(text + ".\r\n"));
        assertThat(outcome.fault()).isNull();
        assertThat(outcome.header()).isEmpty();
        assertThat(outcome.body()).isEqualTo(text);
    }

    @Test
    void aHeaderBeyondTheLimitsIsRefused() {
        var field = "X-Field: value\r\n";
        var limits = new Limits(0, 1000, 10, 200, true);
        assertThat(receive(limits, bytes(field.repeat(10) + "\r\n.\r\n")).fault())
                .isNull();
        assertThat(receive(limits, bytes(field.repeat(11) + "\r\n.\r\n")).fault())
                .isEqualTo(Fault.HEADER_TOO_BIG);
        assertThat(receive(limits, bytes("X: " + "y".repeat(193) + "\r\n\r\n.\r\n"))
                        .fault())
                .isNull();
        assertThat(receive(limits, bytes("X: " + "y".repeat(194) + "\r\n\r\n.\r\n"))
                        .fault())
                .isEqualTo(Fault.HEADER_TOO_BIG);
    }
}
