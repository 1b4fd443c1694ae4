package org.tarishi.core.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.message.Message;
import org.tarishi.core.spi.Intake;
import org.tarishi.core.spi.Intake.Fault;
import org.tarishi.core.spi.Intake.Progress;
import org.tarishi.core.spi.Intake.Received;
import org.tarishi.core.spi.MessageStore.Framing;

/**
 * What an intake makes of bytes.
 *
 * @param taken how many were taken up to the end; -1 when there was none
 */
record Outcome(int taken, @Nullable Fault fault, @Nullable String message) {

    private static final int LONGEST_STEP = 9;

    static final Outcome ENDLESS = new Outcome(-1, null, null);

    /** Gives an intake all of it, at once or, where there are numbers, in steps of a few octets that they choose. */
    static Outcome of(Intake intake, Framing framing, byte[] bytes, @Nullable Random steps) throws IOException {
        var progress = Progress.MORE;
        int at = 0;
        while (at < bytes.length && progress != Progress.END) {
            int left = bytes.length - at;
            int length = steps == null ? left : 1 + steps.nextInt(Math.min(left, LONGEST_STEP));
            var part = ByteBuffer.wrap(bytes, at, length);
            progress = intake.feed(part);
            at += length - part.remaining();
        }
        if (framing != Framing.DOT) {
            intake.end();
        } else if (progress != Progress.END) {
            intake.abort();
            return ENDLESS;
        }
        return switch (received(intake)) {
            case Received.Faulty(var fault) -> new Outcome(at, fault, null);
            case Received.Complete(var message) -> {
                var written = written(message);
                message.close();
                yield new Outcome(at, null, new String(written, StandardCharsets.ISO_8859_1));
            }
        };
    }

    /** What has come of an intake that is at its end. */
    static Received received(Intake intake) throws IOException {
        var received = new AtomicReference<Received>();
        intake.complete(Runnable::run, received::set);
        return Objects.requireNonNull(received.get(), "what is in memory is told at once");
    }

    static byte[] written(Message message) throws IOException {
        var out = new ByteArrayOutputStream();
        message.writeTo(out, Set.of());
        return out.toByteArray();
    }
}
