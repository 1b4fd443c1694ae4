package org.tarishi.core.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tarishi.core.message.Receiving.WIDE;
import static org.tarishi.core.message.Receiving.bytes;
import static org.tarishi.core.message.Receiving.complete;
import static org.tarishi.core.message.Receiving.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.message.Message.WriteOption;
import org.tarishi.core.spi.Intake.Fault;
import org.tarishi.core.spi.Intake.Progress;
import org.tarishi.core.spi.Intake.Received;
import org.tarishi.core.spi.MessageStore.BareLineEnds;
import org.tarishi.core.spi.MessageStore.Framing;

/**
 * What two hosts could read differently: each variant by DATA and by BDAT, refused and made harmless, whole and byte by byte. The end of
 * the data is the same in all of them, and what goes out has no other line ends than CRLF.
 */
final class SmugglingTest {

    private static final String HEAD = "Subject: x\r\n\r\n";
    private static final String NEXT = "MAIL FROM:<smuggled@b.example>\r\n";
    private static final SpoolingMessageStore STORE = Receiving.store();

    /**
     * What came of it.
     *
     * @param rest what was left behind the end
     * @param sent what goes out by DATA, without its header
     */
    private record Outcome(@Nullable Fault fault, String rest, String sent) {}

    private static Outcome receive(Framing framing, BareLineEnds bare, String wire, int piece) throws IOException {
        var intake = STORE.open("test.1", framing, bare, WIDE);
        var all = bytes(wire);
        int at = 0;
        var progress = Progress.MORE;
        while (at < all.length && progress != Progress.END) {
            var some = ByteBuffer.wrap(all, at, Math.min(piece, all.length - at));
            progress = intake.feed(some);
            at = some.position();
        }
        if (framing != Framing.DOT) {
            intake.end();
        } else {
            assertThat(progress).as("the data has an end").isEqualTo(Progress.END);
        }
        var rest = wire.substring(at);
        return switch (complete(intake)) {
            case Received.Faulty(var fault) -> new Outcome(fault, rest, "");
            case Received.Complete(var message) -> {
                var sent = Receiving.written(message, WriteOption.DOT_STUFFED, WriteOption.FINAL_DOT);
                message.close();
                yield new Outcome(null, rest, sent.substring(HEAD.length()));
            }
        };
    }

    private static Outcome receive(Framing framing, BareLineEnds bare, String wire) throws IOException {
        var whole = receive(framing, bare, wire, Integer.MAX_VALUE);
        assertThat(receive(framing, bare, wire, 1)).as("byte by byte").isEqualTo(whole);
        return whole;
    }

    private static String unescaped(String table) {
        return table.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\0", "\0")
                .replace('~', ' ');
    }

    /**
     * The variants: between two lines of a message stands what some host takes for the end of the data. The last column is what goes out
     * for it where it is made harmless, by DATA and by BDAT.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            \\n.\\n             | BARE_LF | \\r\\n..\\r\\n       | \\r\\n..\\r\\n
            \\n.\\r\\n          | BARE_LF | \\r\\n..\\r\\n       | \\r\\n..\\r\\n
            \\r\\n.\\n          | BARE_LF | \\r\\n\\r\\n         | \\r\\n..\\r\\n
            \\n.\\r             | BARE_LF | \\r\\n..~            | \\r\\n..~
            \\r.\\r             | BARE_CR | ~.~                  | ~.~
            \\r.\\n             | BARE_CR | ~.\\r\\n             | ~.\\r\\n
            \\r.\\r\\n          | BARE_CR | ~.\\r\\n             | ~.\\r\\n
            \\r\\n.\\r          | BARE_CR | \\r\\n~              | \\r\\n..~
            \\r\\r\\n.\\r\\r\\n | BARE_CR | \\r\\n~\\r\\n        | \\r\\n..\\r\\n
            \\r\\n.\\r\\r\\n    | BARE_CR | \\r\\n~\\r\\n        | \\r\\n..\\r\\n
            \\r\\r\\n.\\n       | BARE_CR | \\r\\n\\r\\n         | \\r\\n..\\r\\n
            \\n\\n.\\n\\n       | BARE_LF | \\r\\n\\r\\n..\\r\\n\\r\\n | \\r\\n\\r\\n..\\r\\n\\r\\n
            \\n\\n.\\r\\n       | BARE_LF | \\r\\n\\r\\n..\\r\\n  | \\r\\n\\r\\n..\\r\\n
            \\n\\r.\\n\\r       | BARE_LF | \\r\\n~.\\r\\n~      | \\r\\n~.\\r\\n~
            \\n\\r.\\r\\n       | BARE_LF | \\r\\n~.\\r\\n       | \\r\\n~.\\r\\n
            \\r\\n\\r.\\r\\n    | BARE_CR | \\r\\n~.\\r\\n       | \\r\\n~.\\r\\n
            \\r\\n\\n.\\r\\n    | BARE_LF | \\r\\n\\r\\n..\\r\\n  | \\r\\n\\r\\n..\\r\\n
            \\n\\r\\n.\\n       | BARE_LF | \\r\\n\\r\\n\\r\\n    | \\r\\n\\r\\n..\\r\\n
            \\r\\n.\\n\\r\\n    | BARE_LF | \\r\\n\\r\\n\\r\\n    | \\r\\n..\\r\\n\\r\\n
            \\r\\n.\\n.\\r\\n   | BARE_LF | \\r\\n\\r\\n..\\r\\n  | \\r\\n..\\r\\n..\\r\\n
            \\r\\n.\\r.\\r\\n   | BARE_CR | \\r\\n~.\\r\\n       | \\r\\n..~.\\r\\n
            \\r\\n..\\n         | BARE_LF | \\r\\n..\\r\\n       | \\r\\n...\\r\\n
            \\n..\\n            | BARE_LF | \\r\\n...\\r\\n      | \\r\\n...\\r\\n
            \\n..\\r\\n         | BARE_LF | \\r\\n...\\r\\n      | \\r\\n...\\r\\n
            \\r\\n..\\r         | BARE_CR | \\r\\n..~            | \\r\\n...~
            \\r\\r.\\r\\r\\n    | BARE_CR | ~.\\r\\n             | ~.\\r\\n
            \\r\\n\\0.\\r\\n    | NUL     | \\r\\n~.\\r\\n       | \\r\\n~.\\r\\n
            \\r\\n.\\0\\r\\n    | NUL     | \\r\\n~\\r\\n        | \\r\\n..~\\r\\n
            \\r\\n\\0\\n.\\r\\n | NUL     | \\r\\n~\\r\\n..\\r\\n | \\r\\n~\\r\\n..\\r\\n
            \\r\\0\\n.\\r\\n    | BARE_CR | ~~\\r\\n..\\r\\n     | ~~\\r\\n..\\r\\n
            \\r\\0\\n.\\r\\0\\n | BARE_CR | ~~\\r\\n..~~\\r\\n   | ~~\\r\\n..~~\\r\\n
            \\0\\n.\\0\\n       | NUL     | ~\\r\\n..~\\r\\n     | ~\\r\\n..~\\r\\n
            \\n\\0.\\r\\n       | BARE_LF | \\r\\n~.\\r\\n       | \\r\\n~.\\r\\n
            \\r\\n.\\r\\0\\n    | BARE_CR | \\r\\n~~\\r\\n       | \\r\\n..~~\\r\\n
            \\n                 | BARE_LF | \\r\\n               | \\r\\n
            \\r                 | BARE_CR | ~                    | ~
            \\0                 | NUL     | ~                    | ~
            \\r\\r\\n           | BARE_CR | \\r\\n               | \\r\\n
            """)
    void noVariantEndsTheDataAndNoneGoesOut(String variant, Fault fault, String byData, String byBdat)
            throws IOException {
        var text = HEAD + "before" + unescaped(variant) + "behind\r\n";
        var data = text + ".\r\n" + NEXT;

        assertThat(receive(Framing.DOT, BareLineEnds.REFUSE, data)).isEqualTo(new Outcome(fault, NEXT, ""));
        assertThat(receive(Framing.CHUNKS, BareLineEnds.REFUSE, text)).isEqualTo(new Outcome(fault, "", ""));
        assertThat(receive(Framing.DOT, BareLineEnds.CONVERT, data))
                .isEqualTo(new Outcome(null, NEXT, "before" + unescaped(byData) + "behind\r\n.\r\n"));
        assertThat(receive(Framing.CHUNKS, BareLineEnds.CONVERT, text))
                .isEqualTo(new Outcome(null, "", "before" + unescaped(byBdat) + "behind\r\n.\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            Subject: x\\ny: z\\r\\n\\r\\n       | BARE_LF
            Subject: x\\ry: z\\r\\n\\r\\n       | BARE_CR
            Subject: x\\r\\n\\n                 | BARE_LF
            Subject: x\\r\\r\\n                 | BARE_CR
            Sub\\0ject: x\\r\\n\\r\\n           | NUL
            Subject: x\\r                       | BARE_CR
            """)
    void theHeaderOfABinaryMessageIsMadeOfLines(String header, Fault fault) throws IOException {
        for (var bare : BareLineEnds.values()) {
            assertThat(receive(Framing.BINARY_CHUNKS, bare, unescaped(header)).fault())
                    .isEqualTo(fault);
        }
    }

    @Test
    void theBodyOfABinaryMessageIsKeptAsItIsAndNeverGoesOutByData() throws IOException {
        var body = "\r\n.\r\n\n.\n\r.\r\0\u00ff--x" + "long".repeat(1000) + "\r";
        for (int piece : new int[] {1, 7, Integer.MAX_VALUE}) {
            var intake = STORE.open("test.1", Framing.BINARY_CHUNKS, BareLineEnds.REFUSE, WIDE);
            var all = bytes(HEAD + body);
            for (int at = 0; at < all.length; at += Math.min(piece, all.length - at)) {
                intake.feed(ByteBuffer.wrap(all, at, Math.min(piece, all.length - at)));
            }
            intake.end();
            var message = ((Received.Complete) complete(intake)).message();

            assertThat(message.isBinary()).isTrue();
            assertThat(message.isEightBit()).isTrue();
            assertThat(Receiving.read(message.body().open())).isEqualTo(body);
            assertThat(Receiving.written(message)).isEqualTo(HEAD + body);
            assertThat(Receiving.written(message, WriteOption.LF)).isEqualTo("Subject: x\n\n" + body);
            org.assertj.core.api.Assertions.assertThatIOException()
                    .isThrownBy(() -> Receiving.written(message, WriteOption.DOT_STUFFED, WriteOption.FINAL_DOT));
            message.close();
        }
    }

    @Test
    void aLastLineWithoutItsEndGetsOne() throws IOException {
        assertThat(receive(Framing.CHUNKS, BareLineEnds.REFUSE, HEAD + "end"))
                .isEqualTo(new Outcome(null, "", "end\r\n.\r\n"));
        assertThat(receive(Framing.CHUNKS, BareLineEnds.CONVERT, HEAD + "end\r"))
                .isEqualTo(new Outcome(null, "", "end \r\n.\r\n"));
        assertThat(receive(Framing.CHUNKS, BareLineEnds.REFUSE, HEAD + "end\r").fault())
                .isEqualTo(Fault.BARE_CR);
    }

    @Test
    void chunksAreReadByTheRulesOfData() throws IOException {
        var random = new Random(2);
        for (int round = 0; round < 20_000; round++) {
            var text = noise(random) + "\r\n";
            // As one whose every line ends with CRLF would send it by DATA.
            var stuffed = text.replace("\r\n.", "\r\n..");
            stuffed = (stuffed.startsWith(".") ? "." : "") + stuffed + ".\r\n";

            assertThat(outcome(Framing.CHUNKS, text)).as(text).isEqualTo(outcome(Framing.DOT, stuffed));
        }
    }

    private static String outcome(Framing framing, String wire) throws IOException {
        var intake = STORE.open("test.1", framing, BareLineEnds.REFUSE, WIDE);
        intake.feed(ByteBuffer.wrap(bytes(wire)));
        if (framing == Framing.CHUNKS) {
            intake.end();
        }
        return switch (complete(intake)) {
            case Received.Faulty(var fault) -> fault.name();
            case Received.Complete(var message) -> {
                var written = Receiving.written(message);
                message.close();
                yield written;
            }
        };
    }

    private static final Pattern BARE = Pattern.compile("\r(?!\n)|(?<!\r)\n|\0");

    @Test
    void whatIsConvertedEndsWhereTheStrictReaderEndsAndHasNothingBareLeft() throws IOException {
        var random = new Random(3);
        for (int round = 0; round < 20_000; round++) {
            var wire = noise(random) + "\r\n.\r\nNEXT";
            var strict = STORE.open("test.1", Framing.DOT, BareLineEnds.REFUSE, WIDE);
            var strictBytes = ByteBuffer.wrap(bytes(wire));
            strict.feed(strictBytes);
            strict.abort();
            var mild = STORE.open("test.2", Framing.DOT, BareLineEnds.CONVERT, WIDE);
            var mildBytes = ByteBuffer.wrap(bytes(wire));

            assertThat(mild.feed(mildBytes)).isEqualTo(Progress.END);
            assertThat(mildBytes.position()).as(wire).isEqualTo(strictBytes.position());
            var message = ((Received.Complete) complete(mild)).message();
            var sent = Receiving.written(message, WriteOption.DOT_STUFFED, WriteOption.FINAL_DOT);
            assertThat(BARE.matcher(sent).find()).as("bare in %s", sent).isFalse();
            assertThat(("\r\n" + sent).indexOf("\r\n.\r\n")).as("one end only").isEqualTo(sent.length() - 3);
            message.close();
        }
    }

    private static String noise(Random random) {
        var alphabet = "\r\n.. :ab\0";
        var text = new StringBuilder();
        int length = random.nextInt(40);
        while (text.length() < length) {
            text.append(
                    random.nextInt(4) == 0
                            ? "\r\n"
                            : String.valueOf(alphabet.charAt(random.nextInt(alphabet.length()))));
        }
        return text.toString();
    }

    @Test
    void aBinaryMessageIsTheSameHoweverItIsSplit() throws IOException {
        var random = new Random(4);
        for (int round = 0; round < 20_000; round++) {
            var wire = bytes(noise(random) + (random.nextBoolean() ? "\r\n\r\n" : "") + noise(random));
            var limits = new org.tarishi.core.spi.MessageStore.Limits(
                    random.nextInt(3) == 0 ? 1 + random.nextInt(50) : 0,
                    random.nextInt(3) == 0 ? 3 + random.nextInt(12) : 1000,
                    random.nextInt(3) == 0 ? random.nextInt(4) : 1000,
                    random.nextInt(3) == 0 ? 2 + random.nextInt(20) : 1000,
                    true);
            assertThat(binary(limits, wire, 1)).as("%s %s", text(wire), limits).isEqualTo(binary(limits, wire, 1000));
        }
    }

    private static String binary(org.tarishi.core.spi.MessageStore.Limits limits, byte[] wire, int piece)
            throws IOException {
        var intake = STORE.open("test.1", Framing.BINARY_CHUNKS, BareLineEnds.REFUSE, limits);
        for (int at = 0; at < wire.length; at += piece) {
            intake.feed(ByteBuffer.wrap(wire, at, Math.min(piece, wire.length - at)));
        }
        intake.end();
        return switch (complete(intake)) {
            case Received.Faulty(var fault) -> fault.name();
            case Received.Complete(var message) -> {
                var written = message.headers().fields().size() + Receiving.written(message);
                message.close();
                yield written;
            }
        };
    }
}
