package org.tarishi.core.scheduler;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tarishi.core.queue.TestMessage;
import org.tarishi.core.spi.Intake;
import org.tarishi.core.spi.LiveHeaders;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.MessageStore;
import org.tarishi.core.spi.StoredContent;

/** Messages in memory: dots are taken off, lines are as they come. */
final class FakeMessages implements MessageStore {

    Intake.@Nullable Fault fault;

    @Override
    public LiveHeaders newHeaders() {
        return TestMessage.of("\r\n").headers();
    }

    @Override
    public LiveMessage restore(StoredContent stored) {
        try (var body = stored.openBody(0, stored.bodySize())) {
            return TestMessage.of(new String(stored.header(), StandardCharsets.ISO_8859_1) + "\r\n"
                    + new String(body.readAllBytes(), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean hasRoomFor(long bytes) {
        return true;
    }

    @Override
    public Intake open(String id, Framing framing, BareLineEnds bare, Limits limits) {
        return new Collecting(framing == Framing.DOT);
    }

    private final class Collecting implements Intake {

        private final boolean isStuffed;
        private final ByteArrayOutputStream all = new ByteArrayOutputStream();

        Collecting(boolean isStuffed) {
            this.isStuffed = isStuffed;
        }

        @Override
        public Progress feed(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                all.write(bytes.get());
            }
            var text = all.toString(StandardCharsets.ISO_8859_1);
            return isStuffed && text.endsWith("\r\n.\r\n") ? Progress.END : Progress.MORE;
        }

        @Override
        public void end() {}

        @Override
        public @Nullable Fault fault() {
            return fault;
        }

        @Override
        public void whenReady(Executor turn, Runnable action) {
            action.run();
        }

        @Override
        public void tap(Consumer<ByteBuffer> tap) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long size() {
            return all.size();
        }

        @Override
        public void complete(Executor turn, Consumer<Received> then) {
            var wrong = fault;
            if (wrong != null) {
                then.accept(new Received.Faulty(wrong));
                return;
            }
            var text = all.toString(StandardCharsets.ISO_8859_1);
            if (isStuffed) {
                text = text.substring(0, text.length() - 3).replace("\r\n..", "\r\n.");
            }
            then.accept(new Received.Complete(TestMessage.of(text)));
        }

        @Override
        public void abort() {}
    }
}
