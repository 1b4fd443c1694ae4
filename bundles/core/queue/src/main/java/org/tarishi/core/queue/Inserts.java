package org.tarishi.core.queue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Text;
import org.tarishi.core.queue.Entry.BodyRef;
import org.tarishi.core.spi.NewMessage;
import org.tarishi.core.spi.QueueStoreException;
import org.tarishi.core.spi.QueueStoreException.Reason;
import org.tarishi.core.spi.StoredNote;

/** Takes new messages. */
final class Inserts {

    private static final Logger LOG = LoggerFactory.getLogger(Inserts.class);

    /** So many bytes may wait to be written before more messages wait where they are. */
    private static final int MOST_WAITING = 16 << 20;

    /** So long a message waits for that. */
    private static final long PATIENCE_MILLIS = 30_000;

    /** So many large bodies are written at once. */
    private static final int MOST_BODIES = 8;

    private final Journal journal;
    private final Index index;
    private final Bodies bodies;
    private final Capacity capacity;
    private final Recent recent;
    private final Supplier<Settings> settings;
    private final AtomicLong numbers;
    private final Backlog backlog = new Backlog(MOST_WAITING);
    private final Semaphore writingBodies = new Semaphore(MOST_BODIES, true);

    /** What a message comes with. */
    record Envelope(
            String id,
            ReversePath sender,
            Map<String, StoredNote> notes,
            String origin,
            Instant queuedAt,
            List<NewMessage.Mail> mails) {

        static Envelope of(NewMessage message) {
            return new Envelope(
                    message.id(),
                    message.sender(),
                    message.notes(),
                    message.origin(),
                    message.queuedAt(),
                    message.mails());
        }
    }

    /**
     * Makes it.
     *
     * @param first the first number to give
     */
    Inserts(
            Journal journal,
            Index index,
            Bodies bodies,
            Capacity capacity,
            Recent recent,
            Supplier<Settings> settings,
            long first) {
        this.capacity = capacity;
        this.recent = recent;
        this.journal = journal;
        this.index = index;
        this.bodies = bodies;
        this.settings = settings;
        this.numbers = new AtomicLong(first);
    }

    /** See {@link org.tarishi.core.spi.QueueStore#insert}. */
    CompletableFuture<List<Long>> insert(Envelope envelope, Source source) {
        var result = new CompletableFuture<List<Long>>();
        try {
            long size = source.size();
            capacity.taken(size);
            if (source.isInMemory() && size <= settings.get().bodyBytes() && backlog.tryTake(size)) {
                take(envelope, source, size, result);
                return result;
            }
        } catch (IOException e) {
            return CompletableFuture.failedFuture(unreadable(e));
        }
        Errands.start("queue " + Text.escaped(envelope.id()), () -> patiently(envelope, source, result));
        return result;
    }

    private static QueueStoreException unreadable(IOException e) {
        return e instanceof QueueStoreException known
                ? known
                : new QueueStoreException(DiskFaults.reason(e), "the message can't be stored: " + e.getMessage(), e);
    }

    private static QueueStoreException busy() {
        return new QueueStoreException(Reason.BUSY, "the disk has not kept up for " + PATIENCE_MILLIS / 1000 + " s");
    }

    /** Takes a message whose bytes fit into the journal and don't have to be waited for. */
    private void take(Envelope envelope, Source source, long charged, CompletableFuture<List<Long>> result) {
        try {
            var body = new ByteArrayOutputStream((int) Math.min(charged + 64, 1 << 20));
            source.writeBody(body);
            var bytes = body.toByteArray();
            var ref = new BodyRef(
                    false,
                    0,
                    bytes.length,
                    RecordHeader.sum(bytes, bytes.length),
                    source.isEightBit(),
                    source.isBinary());
            submit(
                    envelope,
                    numbers.getAndAdd(envelope.mails().size() + 1L),
                    source.header(),
                    ref,
                    bytes,
                    charged,
                    result);
        } catch (IOException e) {
            backlog.give(charged);
            result.completeExceptionally(unreadable(e));
        } catch (RuntimeException | OutOfMemoryError e) {
            backlog.give(charged);
            LOG.error("{}: the message can't be stored", Text.escaped(envelope.id()), e);
            result.completeExceptionally(
                    new QueueStoreException(Reason.FAILING, "the message can't be stored: " + e, e));
        }
    }

    /** Takes any message; may block. */
    private void patiently(Envelope envelope, Source source, CompletableFuture<List<Long>> result) {
        long message = 0;
        try {
            if (!writingBodies.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw busy();
            }
            try {
                long number = numbers.getAndAdd(envelope.mails().size() + 1L);
                var safe =
                        source.isInMemory() || source.size() <= settings.get().bodyBytes()
                                ? null
                                : bodies.link(number, source::link);
                byte[] bytes = {};
                if (safe == null) {
                    var sink = new Sink(number, settings.get().bodyBytes());
                    bytes = sink.take(source);
                    safe = sink.safe;
                }
                if (safe != null) {
                    message = number;
                }
                var header = source.header();
                long charged = (long) header.length + bytes.length;
                if (!backlog.take(charged, PATIENCE_MILLIS)) {
                    throw busy();
                }
                var ref = safe == null
                        ? new BodyRef(
                                false,
                                0,
                                bytes.length,
                                RecordHeader.sum(bytes, bytes.length),
                                source.isEightBit(),
                                source.isBinary())
                        : new BodyRef(
                                true, safe.offset(), safe.length(), safe.sum(), source.isEightBit(), source.isBinary());
                message = 0;
                submit(envelope, number, header, ref, bytes, charged, result);
            } finally {
                writingBodies.release();
            }
        } catch (IOException e) {
            drop(message);
            LOG.error("{}: not queued: {}", Text.escaped(envelope.id()), Text.escaped(String.valueOf(e.getMessage())));
            result.completeExceptionally(unreadable(e));
        } catch (InterruptedException e) {
            drop(message);
            Thread.currentThread().interrupt();
            result.completeExceptionally(busy());
        } catch (RuntimeException | OutOfMemoryError e) {
            drop(message);
            LOG.error("{}: the message can't be stored", Text.escaped(envelope.id()), e);
            result.completeExceptionally(
                    new QueueStoreException(Reason.FAILING, "the message can't be stored: " + e, e));
        }
    }

    private void drop(long message) {
        if (message != 0) {
            bodies.delete(message);
        }
    }

    /** Keeps a body in memory until it is too large for that, then in a file. */
    private final class Sink extends OutputStream {

        private final long message;
        private final int most;
        private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
        private Bodies.@Nullable Writing file;
        private Bodies.@Nullable Safe safe;

        Sink(long message, int most) {
            this.message = message;
            this.most = most;
        }

        /** Returns the body if it is small; else it is safe. */
        byte[] take(Source source) throws IOException {
            boolean isSafe = false;
            try {
                source.writeBody(this);
                var written = file;
                if (written == null) {
                    return memory.toByteArray();
                }
                safe = written.safe();
                isSafe = true;
                return new byte[0];
            } finally {
                if (file != null) {
                    file.end(isSafe);
                }
            }
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            var out = file;
            if (out == null && memory.size() + count <= most) {
                memory.write(bytes, from, count);
                return;
            }
            if (out == null) {
                out = bodies.create(message);
                file = out;
                memory.writeTo(out);
                memory.reset();
            }
            out.write(bytes, from, count);
        }
    }

    private void submit(
            Envelope envelope,
            long message,
            byte[] header,
            BodyRef ref,
            byte[] bytes,
            long charged,
            CompletableFuture<List<Long>> result) {
        var mails = new ArrayList<Entry.Mail>(envelope.mails().size());
        var given = new ArrayList<Long>(envelope.mails().size());
        long number = message;
        for (var mail : envelope.mails()) {
            number++;
            given.add(number);
            var state = mail.state();
            if (state.notes().isEmpty()) {
                state = state.withNotes(envelope.notes());
            }
            mails.add(new Entry.Mail(number, mail.id(), mail.domain(), mail.recipients(), state));
        }
        var entry = new Entry(
                message,
                envelope.id(),
                envelope.queuedAt(),
                envelope.sender(),
                envelope.origin(),
                envelope.notes(),
                header,
                ref,
                mails);
        var summary = entry.summary();
        journal.submit(new Append(RecordHeader.ENTRY, entry.write(), bytes, bytes.length, new Append.Outcome() {
            @Override
            public void placed(Index.Place place) {
                recent.put(place, entry, bytes);
                index.put(place, summary);
            }

            @Override
            public boolean isQuick() {
                // Who waits for it is quick; to delete a file is not.
                return !ref.isFile();
            }

            @Override
            public void done(@Nullable QueueStoreException fault) {
                backlog.give(charged);
                if (fault == null) {
                    result.complete(List.copyOf(given));
                    return;
                }
                if (ref.isFile()) {
                    bodies.delete(message);
                }
                result.completeExceptionally(fault);
            }
        }));
    }
}
