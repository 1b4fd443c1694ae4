package org.tarishi.core.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.tarishi.api.message.Message.WriteOption;
import org.tarishi.core.spi.Intake;
import org.tarishi.core.spi.Intake.Progress;
import org.tarishi.core.spi.Intake.Received;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.MessageStore;
import org.tarishi.core.spi.MessageStore.BareLineEnds;
import org.tarishi.core.spi.MessageStore.Framing;
import org.tarishi.core.spi.MessageStore.Limits;

/** What the tests of this package do again and again: receive a message and look at its bytes. */
final class Receiving {

    static final Limits WIDE = new Limits(0, 1000, 1000, 256 * 1024, true);
    static final Settings DEFAULTS = new Settings(16 << 20, 64L << 20, "", 1000, 50, 1 << 20);

    private Receiving() {}

    static Settings withMemory(int bodyMemory) {
        return new Settings(bodyMemory, 64L << 20, "", 1000, 50, 1 << 20);
    }

    static SpoolingMessageStore store() {
        return store(Path.of(System.getProperty("java.io.tmpdir"), "tarishi-no-file-is-made-here"), DEFAULTS);
    }

    static SpoolingMessageStore store(Path data, Settings settings) {
        return new SpoolingMessageStore(data.toString(), settings);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Feeds all bytes, waiting where asked to; returns how far it came. */
    static Progress feedAll(Intake intake, ByteBuffer bytes) {
        var progress = intake.feed(bytes);
        if (progress == Progress.WAIT) {
            var ready = new CountDownLatch(1);
            intake.whenReady(Runnable::run, ready::countDown);
            await(ready);
        }
        return progress;
    }

    static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    static Received complete(Intake intake) {
        var received = new ArrayBlockingQueue<Received>(2);
        intake.complete(Runnable::run, received::add);
        try {
            var got = received.poll(20, TimeUnit.SECONDS);
            assertThat(got).as("complete() told").isNotNull();
            return got;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Receives a message, dot-stuffed and with its final dot, as one piece. */
    static Received receive(MessageStore store, Limits limits, byte[] wire) {
        var intake = store.open("test.1", Framing.DOT, BareLineEnds.REFUSE, limits);
        var bytes = ByteBuffer.wrap(wire);
        while (feedAll(intake, bytes) != Progress.END) {
            assertThat(bytes.remaining()).as("bytes that nobody took").isZero();
            if (!bytes.hasRemaining()) {
                throw new AssertionError("the data did not end");
            }
        }
        return complete(intake);
    }

    /** Receives a message given as it stands between 354 and the final dot, without stuffing. */
    static LiveMessage message(MessageStore store, byte[] message) {
        var wire = new ByteArrayOutputStream();
        try {
            var out = new WireOutput(wire, Set.of(WriteOption.DOT_STUFFED, WriteOption.FINAL_DOT));
            out.write(message, 0, message.length);
            out.finish();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return ((Received.Complete) receive(store, WIDE, wire.toByteArray())).message();
    }

    static LiveMessage message(String message) {
        return message(store(), bytes(message));
    }

    /** Receives a message as one chunk of binary content (RFC 3030), whose last line need not end. */
    static LiveMessage binary(String message) {
        var intake = store().open("test.1", Framing.BINARY_CHUNKS, BareLineEnds.REFUSE, WIDE);
        feedAll(intake, ByteBuffer.wrap(bytes(message)));
        intake.end();
        return ((Received.Complete) complete(intake)).message();
    }

    static String written(LiveMessage message, WriteOption... options) throws IOException {
        var out = new ByteArrayOutputStream();
        message.writeTo(out, Set.of(options));
        return text(out.toByteArray());
    }

    static String read(java.io.InputStream in) throws IOException {
        try (in) {
            return text(in.readAllBytes());
        }
    }
}
