package org.tarishi.core.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;

class ReplyReaderTest {

    private final ReplyReader reader = new ReplyReader(Configs.settings(Map.of()));

    private static ByteSource source(byte[] bytes) {
        var in = new ByteArrayInputStream(bytes);
        return () -> {
            int b = in.read();
            if (b < 0) {
                throw new EOFException();
            }
            return b;
        };
    }

    private Reply read(String wire) throws IOException {
        return reader.read(source(wire.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void severalLinesAreOneReplyAndTheirStatusIsSaidOnce() throws IOException {
        assertThat(read("550-5.1.1 No such user\r\n550-5.1.1 Ask the\r\n550 5.1.1 postmaster\r\n"))
                .isEqualTo(Reply.of(550, new EnhancedStatus(5, 1, 1), "No such user", "Ask the", "postmaster"));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', textBlock = """
    250\\r\\n                      | 250
    250 \\r\\n                     | 250
    250 2.0.0\\r\\n                | 250 2.0.0
    250 ok\\n                      | 250 ok
    250-a\\n250 b\\r\\n            | 250 a b
    550 4.1.1 what\\r\\n           | 550 4.1.1 what
    250 2.0.0.1 what\\r\\n         | 250 2.0.0.1 what
    354 2.0.0 go\\r\\n             | 354 2.0.0 go
    571 odd code\\r\\n             | 571 odd code
    250 a\\rb\\r\\n                | 250 a\\\\u000db
    250 \\033[2Jx\\r\\n             | 250 \\\\u001b[2Jx
    250 grüße\\r\\n    | 250 grüße
    """)
    void aReplyIsReadAsItIsMeantAndMadeHarmless(String wire, String shown) throws IOException {
        assertThat(read(unescaped(wire)).toString().strip()).isEqualTo(unescaped(shown.strip()));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
    25\\r\\n                    | no SMTP reply: '25'
    \\r\\n                      | no SMTP reply: ''
    2500 ok\\r\\n               | no SMTP reply: '2500 ok'
    250_ok\\r\\n                | no SMTP reply: '250_ok'
    HTTP/1.1 400 Bad\\r\\n      | no SMTP reply: 'HTTP/1.1 400 Bad'
    150 ok\\r\\n                | no SMTP reply: '150 ok'
    650 ok\\r\\n                | no SMTP reply: '650 ok'
    250-a\\r\\n550 b\\r\\n      | reply with codes 250 and 550
    """)
    void whatIsNoReplyIsAProtocolError(String wire, String message) {
        assertThatThrownBy(() -> read(unescaped(wire)))
                .isInstanceOf(ProtocolException.class)
                .hasMessage(message);
    }

    @Test
    void aTornReplyIsTheEndOfTheConnection() {
        assertThatThrownBy(() -> read("250-a\r\n25")).isInstanceOf(EOFException.class);
    }

    @Test
    void aLineWithoutAnEndIsGivenUpAtTheLimit() {
        var read = new AtomicLong();
        assertThatThrownBy(() -> reader.read(() -> {
                    read.incrementAndGet();
                    return '2';
                }))
                .isInstanceOf(ProtocolException.class)
                .hasMessageStartingWith("reply line of more than 4096 bytes");
        assertThat(read).hasValue(4097);
    }

    @Test
    void aReplyWithoutAnEndIsGivenUpAtTheLimitOfLinesOrBytes() {
        assertThatThrownBy(() -> read("250-x\r\n".repeat(101))).hasMessage("reply of more than 100 lines");
        assertThatThrownBy(() -> read(("250-" + "x".repeat(4000) + "\r\n").repeat(20)))
                .hasMessage("reply of more than 65536 bytes");
    }

    @Test
    void aLongLineIsShownAsFarAsAReplyHasRoomWithoutCuttingACharacter() throws IOException {
        assertThat(read("250 " + "ü".repeat(400) + "\r\n").lines().getFirst()).isEqualTo("ü".repeat(250));
        assertThat(read("250 x" + "\uD83D\uDE00".repeat(200) + "\r\n").lines().getFirst())
                .isEqualTo("x" + "\uD83D\uDE00".repeat(124));
        assertThat(read("250 " + "x".repeat(499) + " and more\r\n").lines().getFirst())
                .isEqualTo("x".repeat(499));
    }

    @Test
    void whateverBytesComeARepliesOrAnIoExceptionIsTheAnswer() {
        var random = new Random(7);
        var alphabet = "0123456789-- \r\n\r\n.\u0000\u00ff\u001bax".getBytes(StandardCharsets.ISO_8859_1);
        int replies = 0;
        for (int i = 0; i < 200_000; i++) {
            var bytes = new byte[random.nextInt(40)];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = alphabet[random.nextInt(alphabet.length)];
            }
            if (random.nextBoolean() && bytes.length > 3) {
                bytes[0] = '2';
                bytes[1] = '5';
                bytes[2] = '0';
            }
            try {
                reader.read(source(bytes));
                replies++;
            } catch (IOException e) {
                assertThat(e).isInstanceOfAny(ProtocolException.class, EOFException.class);
            }
        }
        assertThat(replies).isGreaterThan(1000);
    }

    /** What Java would make of the escapes if it stood in the source outside a text block. */
    private static String unescaped(String text) {
        return text.translateEscapes();
    }
}
