package org.tarishi.core.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tarishi.core.message.Receiving.bytes;
import static org.tarishi.core.message.Receiving.message;
import static org.tarishi.core.message.Receiving.read;
import static org.tarishi.core.message.Receiving.written;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.message.Message.WriteOption;
import org.tarishi.core.spi.Intake.Received;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.MessageStore.BareLineEnds;
import org.tarishi.core.spi.MessageStore.Framing;
import org.tarishi.core.spi.MessageStore.Limits;

class StoredMessageTest {

    private static final String SIMPLE = "From: a@b.example\r\nSubject: x\r\n\r\n.dot\r\nbody\r\n..\r\n\r\n";

    @Test
    void whatNobodyChangesGoesOutAsItCameIn() throws Exception {
        var message = message(SIMPLE);
        assertThat(written(message)).isEqualTo(SIMPLE);
        assertThat(read(message.open())).isEqualTo(SIMPLE);
        assertThat(message.size()).isEqualTo(SIMPLE.length());
        assertThat(message.body().size()).isEqualTo(read(message.body().open()).length());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            LF                            | From: a@b.example\\nSubject: x\\n\\n.dot\\nbody\\n..\\n\\n
            DOT_STUFFED                   | From: a@b.example\\r\\nSubject: x\\r\\n\\r\\n..dot\\r\\nbody\\r\\n...\\r\\n\\r\\n
            FINAL_DOT                     | From: a@b.example\\r\\nSubject: x\\r\\n\\r\\n.dot\\r\\nbody\\r\\n..\\r\\n\\r\\n.\\r\\n
            BODY_ONLY                     | .dot\\r\\nbody\\r\\n..\\r\\n\\r\\n
            BODY_ONLY,DOT_STUFFED         | ..dot\\r\\nbody\\r\\n...\\r\\n\\r\\n
            BODY_ONLY,LF,DOT_STUFFED      | ..dot\\nbody\\n...\\n\\n
            BODY_ONLY,LF,FINAL_DOT        | .dot\\nbody\\n..\\n\\n.\\n
            """)
    void optionsSayHowItIsWritten(String options, String expected) throws Exception {
        var chosen = Arrays.stream(options.split(",")).map(WriteOption::valueOf).toArray(WriteOption[]::new);
        assertThat(written(message(SIMPLE), chosen))
                .isEqualTo(expected.replace("\\r", "\r").replace("\\n", "\n"));
    }

    @Test
    void howWritesAreSplitChangesNothing() throws Exception {
        var text = bytes("a\r\n.b\r\n\r\n..\r\n.\r\nc.\r\n");
        for (var options : List.of(
                Set.of(WriteOption.LF),
                Set.of(WriteOption.DOT_STUFFED, WriteOption.FINAL_DOT),
                Set.of(WriteOption.LF, WriteOption.DOT_STUFFED))) {
            var whole = new ByteArrayOutputStream();
            try (var wire = new WireOutput(whole, options)) {
                wire.write(text);
            }
            for (int i = 0; i <= text.length; i++) {
                for (int j = i; j <= text.length; j++) {
                    var out = new ByteArrayOutputStream();
                    try (var wire = new WireOutput(out, options)) {
                        wire.write(text, 0, i);
                        wire.write(text, i, j - i);
                        wire.write(text, j, text.length - j);
                    }
                    assertThat(out.toByteArray()).isEqualTo(whole.toByteArray());
                }
            }
        }
    }

    @Test
    void anEmptyMessageCanBeWorkedOn() throws Exception {
        var message = message("");
        message.headers().prepend("A", "b");
        assertThat(written(message, WriteOption.FINAL_DOT)).isEqualTo("A: b\r\n\r\n.\r\n");
        assertThat(message.root().text(10)).isEmpty();
    }

    @Test
    void aForkChangesNothingUntilItIsAdopted() throws Exception {
        var message = message(SIMPLE);
        var fork = message.fork();
        fork.headers().prepend("X", "1");
        fork.banner("bye", "bye");
        assertThat(written(message)).isEqualTo(SIMPLE);
        message.adopt(fork);
        assertThat(written(message)).isEqualTo("X: 1\r\n" + SIMPLE + "\r\nbye\r\n");
        assertThat(message.size()).isEqualTo(written(message).length());
    }

    @Test
    void highBytesAreKnownOfHeaderAndBodyApart() {
        assertThat(message("S: x\r\n\r\n\u00e9\r\n").isEightBit()).isTrue();
        assertThat(message("S: x\r\n\r\n\u00e9\r\n").hasUtf8Headers()).isFalse();
        var message = message("S: \u00e9\r\n\r\nx\r\n");
        assertThat(message.isEightBit()).isFalse();
        assertThat(message.hasUtf8Headers()).isTrue();
        message.headers().replace("S", "x");
        assertThat(message.hasUtf8Headers()).isFalse();
        message.headers().prependRaw(bytes("X: \u00e9\r\n"));
        assertThat(message.hasUtf8Headers()).isTrue();
    }

    @Test
    void whoReadsAClosedMessageGetsAnErrorAndNeverWrongBytes() throws Exception {
        var message = message(SIMPLE + "x".repeat(900) + "\r\n");
        var fork = message.fork();
        var open = message.body().open();
        assertThat(open.read()).isEqualTo('.');
        message.close();
        message.close();
        assertThatThrownBy(() -> open.read()).isInstanceOf(IOException.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> message.body().open()).isInstanceOf(IOException.class);
        assertThatThrownBy(fork::open).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> message.writeTo(OutputStream.nullOutputStream(), Set.of()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aBodyThatIsNotKeptIsCountedAndNeverTakenForAnEmptyOne() throws Exception {
        var store = Receiving.store();
        var limits = new Limits(0, 1000, 100, 1000, false);
        var wire = bytes("A: b\r\n\r\n" + "body\r\n".repeat(50_000) + "\u00e9\r\n.\r\n");
        var message = ((Received.Complete) Receiving.receive(store, limits, wire)).message();
        assertThat(message.headers().first("a")).contains("b");
        assertThat(message.body().size()).isEqualTo(300_003);
        assertThat(message.isEightBit()).isTrue();
        assertThat(store.memoryUsed()).isLessThan(10_000);
        assertThatThrownBy(() -> message.body().open())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not kept");
        message.close();
        assertThat(store.memoryUsed()).isZero();
    }

    @Test
    void memoryIsGivenBackBySmallMessagesFaultsAndAborts() {
        var store = Receiving.store();
        var complete = message(store, bytes(SIMPLE));
        assertThat(store.memoryUsed()).isPositive();
        complete.close();
        complete.close();
        assertThat(store.memoryUsed()).isZero();

        var aborted = store.open("x", Framing.DOT, BareLineEnds.REFUSE, Receiving.WIDE);
        aborted.feed(ByteBuffer.wrap(bytes("x\r\n".repeat(10_000))));
        aborted.abort();
        aborted.abort();
        assertThat(store.memoryUsed()).isZero();

        Receiving.receive(store, Receiving.WIDE, bytes("x\r\n".repeat(900) + "y\nz\r\n".repeat(10_000) + ".\r\n"));
        assertThat(store.memoryUsed()).isZero();
    }

    @Test
    void manyReadersReadAtOnce() throws Exception {
        LiveMessage message = message("A: b\r\n\r\n" + "0123456789\r\n".repeat(20_000));
        var expected = written(message);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var reads = new ArrayList<Future<String>>();
            for (int i = 0; i < 20; i++) {
                reads.add(threads.submit(() -> read(message.open())));
            }
            for (var each : reads) {
                assertThat(each.get()).isEqualTo(expected);
            }
        }
    }
}
