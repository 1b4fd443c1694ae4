package org.tarishi.core.server;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.message.Body;
import org.tarishi.api.message.Part;
import org.tarishi.api.message.PartFilter;
import org.tarishi.core.spi.Intake;
import org.tarishi.core.spi.LiveHeaders;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.MessageStore;
import org.tarishi.core.spi.StoredContent;

/** Keeps messages in memory, strictly as RFC 5321 frames them; may be told to fail, and to be slow. */
final class FakeStore implements MessageStore {

    final List<FakeMessage> messages = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();

    final List<String> framings = Collections.synchronizedList(new ArrayList<>());

    /** How many bytes a message may have to be kept. */
    volatile long room = Long.MAX_VALUE;

    /** What each message comes to. */
    volatile @Nullable Fault fault;

    /** Whether every feed asks to wait until {@link #proceed}. */
    volatile boolean slow;

    private final Queue<Runnable> waiting = new ArrayDeque<>();

    enum Fault {
        STORAGE
    }

    /** Lets those that wait go on. */
    synchronized boolean proceed() {
        var next = waiting.poll();
        if (next != null) {
            next.run();
        }
        return next != null;
    }

    private synchronized void await(Runnable action) {
        waiting.add(action);
    }

    @Override
    public LiveHeaders newHeaders() {
        return new FakeHeaders();
    }

    @Override
    public Intake open(String id, Framing framing, BareLineEnds bare, Limits limits) {
        opened.incrementAndGet();
        framings.add(framing + " " + bare);
        return new FakeIntake(framing, limits);
    }

    @Override
    public LiveMessage restore(StoredContent stored) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean hasRoomFor(long bytes) {
        return bytes <= room;
    }

    private final class FakeIntake implements Intake {

        private final Framing framing;
        private final Limits limits;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private Consumer<ByteBuffer> tap = b -> {};
        private Intake.@Nullable Fault bad;
        private byte last;
        private boolean lineStart = true;
        private boolean dot;
        private boolean dotCr;
        private boolean ended;
        private boolean aborted;
        private boolean isClosed;
        private int line;
        private long size;

        FakeIntake(Framing framing, Limits limits) {
            this.framing = framing;
            this.limits = limits;
        }

        @Override
        public Progress feed(ByteBuffer bytes) {
            if (ended || aborted) {
                throw new IllegalStateException("fed behind the end");
            }
            while (bytes.hasRemaining()) {
                if (take(bytes.get())) {
                    ended = true;
                    return Progress.END;
                }
            }
            return slow ? Progress.WAIT : Progress.MORE;
        }

        private boolean take(byte b) {
            if (framing == Framing.BINARY_CHUNKS
                    && kept.toString(StandardCharsets.ISO_8859_1).contains("\r\n\r\n")) {
                keep(b);
                last = 0;
                lineStart = true;
                return false;
            }
            if (last == '\r' && b != '\n') {
                fault(Intake.Fault.BARE_CR);
                dotCr = false;
            }
            if (b == '\n' && last != '\r') {
                fault(Intake.Fault.BARE_LF);
            }
            if (b == 0) {
                fault(Intake.Fault.NUL);
            }
            if (lineStart && b == '.' && framing == Framing.DOT) {
                lineStart = false;
                dot = true;
                last = b;
                return false;
            }
            if (dot && b == '\r') {
                dot = false;
                dotCr = true;
                last = b;
                return false;
            }
            if (dotCr && b == '\n') {
                return true;
            }
            if (dotCr) {
                keep((byte) '\r');
            }
            dot = false;
            dotCr = false;
            lineStart = b == '\n' && last == '\r';
            last = b;
            keep(b);
            line = lineStart ? 0 : line + 1;
            if (line > limits.lineBytes()) {
                fault(Intake.Fault.LINE_TOO_LONG);
            }
            return false;
        }

        private void keep(byte b) {
            size++;
            if (limits.bytes() > 0 && size > limits.bytes()) {
                fault(Intake.Fault.TOO_BIG);
            }
            if (bad == null) {
                kept.write(b);
                tap.accept(ByteBuffer.wrap(new byte[] {b}));
            }
        }

        @Override
        public void end() {
            if (framing == Framing.DOT || ended) {
                throw new IllegalStateException("ended by itself");
            }
            ended = true;
            if (last == '\r') {
                fault(Intake.Fault.BARE_CR);
            } else if (!lineStart) {
                keep((byte) '\r');
                keep((byte) '\n');
            }
        }

        @Override
        public Intake.@Nullable Fault fault() {
            return bad;
        }

        private void fault(Intake.Fault fault) {
            if (bad == null) {
                bad = fault;
            }
        }

        @Override
        public void whenReady(Executor turn, Runnable action) {
            FakeStore.this.await(() -> turn.execute(action));
        }

        @Override
        public void tap(Consumer<ByteBuffer> to) {
            tap = to;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void complete(Executor turn, Consumer<Received> then) {
            if (FakeStore.this.fault == FakeStore.Fault.STORAGE) {
                bad = Intake.Fault.STORAGE;
            }
            Received received;
            if (bad != null) {
                received = new Received.Faulty(bad);
                letGo();
            } else {
                var message = new FakeMessage(kept.toString(StandardCharsets.ISO_8859_1));
                messages.add(message);
                received = new Received.Complete(message);
            }
            if (slow) {
                turn.execute(() -> then.accept(received));
            } else {
                then.accept(received);
            }
        }

        @Override
        public void abort() {
            aborted = true;
            letGo();
        }

        private void letGo() {
            if (!isClosed) {
                isClosed = true;
                closed.incrementAndGet();
            }
        }
    }

    /** A whole message. */
    final class FakeMessage implements LiveMessage {

        private final FakeHeaders headers;
        private final String body;
        private boolean isClosed;

        FakeMessage(String text) {
            int end = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n");
            headers = FakeHeaders.of(end <= 0 ? "" : text.substring(0, end + 2));
            body = end < 0 ? text : text.substring(end + (end == 0 ? 2 : 4));
        }

        String text() {
            return headers.block() + "\r\n" + body;
        }

        @Override
        public LiveHeaders headers() {
            return headers;
        }

        @Override
        public Body body() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long size() {
            return text().length();
        }

        @Override
        public boolean hasUtf8Headers() {
            return headers.block().chars().anyMatch(c -> c >= 0x80);
        }

        @Override
        public boolean isEightBit() {
            return false;
        }

        @Override
        public boolean isBinary() {
            return false;
        }

        @Override
        public Part root() {
            throw new UnsupportedOperationException();
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(text().getBytes(StandardCharsets.ISO_8859_1));
        }

        @Override
        public void writeTo(OutputStream out, Set<WriteOption> options) throws IOException {
            out.write(text().getBytes(StandardCharsets.ISO_8859_1));
        }

        @Override
        public void banner(String text, String html) {}

        @Override
        public void filterPart(String type, PartFilter filter) {}

        @Override
        public LiveMessage fork() {
            return this;
        }

        @Override
        public void adopt(LiveMessage fork) {}

        @Override
        public BodyPlace bodyPlace() {
            return BodyPlace.MEMORY;
        }

        @Override
        public OptionalLong linkBody(Path target) {
            return OptionalLong.empty();
        }

        @Override
        public void close() {
            if (!isClosed) {
                isClosed = true;
                closed.incrementAndGet();
            }
        }
    }
}
