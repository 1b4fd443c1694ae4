package org.tarishi.core.queue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;
import org.tarishi.core.spi.QueueStoreException;
import org.tarishi.core.spi.QueueStoreException.Reason;

/**
 * Appends records to the newest segment, on a thread of its own.
 *
 * <p>There is no timer: whoever comes while the disk is forced waits for the next force, and shares it. So one writer waits for one
 * force, and a hundred wait for hardly more.
 *
 * <p>A failed write is cut off again, a failed force ends the segment: the system may have thrown the bytes away and say the next time that
 * all is well. All who waited are told; the segment counts up to where it was safe before, which the next one says in its first record.
 * Nothing is written before that record is safe. If there can be no next segment now, each batch that comes tries again.
 */
final class Journal {

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    /** So much is written between two forces, unless one record is larger. */
    private static final int BATCH = 4 << 20;

    private static final int BUFFER = 64 << 10;

    /** So far ahead there are zeros already, over which records are written: see {@link Disk.DiskFile#reserve}. */
    private static final int RESERVE = 1 << 20;

    private final Disk disk;
    private final Index index;
    private final IntSupplier segmentSize;
    private final RandomGenerator random;
    private final Thread thread;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

    // Guarded by queue.
    private final ArrayDeque<Append> queue = new ArrayDeque<>();
    private boolean isWaiting;
    private boolean isClosing;

    // The thread's own, but for the first segment.
    private Disk.@Nullable DiskFile file;
    private int number;
    private long salt;
    private int end;
    /** The size of the file, if that is more than {@link #end}. */
    private int reserved;
    /** Where the segment ends that is no more written to: what its successor says. */
    private int before;

    private int beforeEnd;
    private boolean isCut;

    private volatile @Nullable Reason trouble;

    /**
     * Makes one.
     *
     * @param last the newest segment that is there, 0 for none
     * @param random for the secrets of segments; must not be guessable
     */
    Journal(Disk disk, Index index, IntSupplier segmentSize, RandomGenerator random, int last) {
        this.disk = disk;
        this.index = index;
        this.segmentSize = segmentSize;
        this.random = random;
        this.number = last;
        this.before = last;
        this.beforeEnd = SegmentFile.UNKNOWN_END;
        this.thread = Thread.ofPlatform().name("queue journal").unstarted(this::run);
    }

    /** Begins the first segment; after that records are taken. */
    void start() throws IOException {
        begin();
        thread.start();
    }

    /** Returns the newest segment. */
    int number() {
        return number;
    }

    /** Returns what went wrong the last time, null when nothing did. */
    @Nullable Reason trouble() {
        return trouble;
    }

    /** Has a record written. Never waits. */
    void submit(Append append) {
        synchronized (queue) {
            if (!isClosing) {
                queue.add(append);
                if (isWaiting) {
                    queue.notifyAll();
                }
                return;
            }
        }
        tell(List.of(append), new QueueStoreException(Reason.CLOSED, "the queue is closed"));
    }

    /** Writes what was submitted, and ends. */
    void close() {
        synchronized (queue) {
            isClosing = true;
            queue.notifyAll();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        closeFile();
    }

    // ---- the thread

    private void run() {
        for (var batch = take(); !batch.isEmpty(); batch = take()) {
            QueueStoreException fault = null;
            try {
                commit(batch);
            } catch (IOException | RuntimeException e) {
                fault = fault(e);
            }
            tell(batch, fault);
        }
    }

    /** Returns what waits; nothing at the end. */
    private List<Append> take() {
        var batch = new ArrayList<Append>();
        synchronized (queue) {
            while (queue.isEmpty()) {
                if (isClosing) {
                    return batch;
                }
                isWaiting = true;
                try {
                    queue.wait();
                } catch (InterruptedException e) {
                    // Nobody has a reason to: this thread ends by close().
                    LOG.debug("interrupted", e);
                }
                isWaiting = false;
            }
            long bytes = 0;
            while (!queue.isEmpty() && (batch.isEmpty() || bytes + queue.peek().length() <= BATCH)) {
                var next = queue.poll();
                bytes += next.length();
                batch.add(next);
            }
        }
        return batch;
    }

    private void commit(List<Append> batch) throws IOException {
        batch.removeIf(append -> !append.outcome.isWanted() && drop(append));
        if (batch.isEmpty()) {
            return;
        }
        if (file != null && end >= segmentSize.getAsInt()) {
            finish(end, false);
        }
        if (file == null) {
            begin();
        }
        var out = Objects.requireNonNull(file);
        int start = end;
        var places = new ArrayList<Index.Place>(batch.size());
        reserve(out, batch);
        try {
            write(out, batch, start, places);
        } catch (IOException | RuntimeException e) {
            cut(out, start);
            throw e;
        }
        try {
            out.force();
        } catch (IOException | RuntimeException e) {
            finish(start, true);
            throw e;
        }
        end = places.getLast().offset() + places.getLast().length();
        index.withSegments(segments -> {
            Objects.requireNonNull(segments.get(number)).size = end;
            return null;
        });
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).outcome.placed(places.get(i));
        }
        recovered();
    }

    /** Has zeros where the batch will be, and behind; without them all goes as well, only slower. */
    private void reserve(Disk.DiskFile out, List<Append> batch) {
        long until = end;
        for (var append : batch) {
            until += append.length();
        }
        if (until <= reserved) {
            return;
        }
        long size = Math.max(until, Math.min(until + RESERVE, segmentSize.getAsInt()));
        try {
            out.reserve(size);
            reserved = (int) Math.min(size, Integer.MAX_VALUE);
        } catch (IOException | RuntimeException e) {
            LOG.debug("segment {} can't be made {} bytes large", number, size, e);
            shorten(out, end);
        }
    }

    /** Cuts the segment, with the zeros behind; tells whether that could be done. */
    private boolean shorten(Disk.DiskFile out, int size) {
        reserved = 0;
        try {
            out.truncate(size);
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.debug("segment {} can't be cut to {}", number, size, e);
            return false;
        }
    }

    private static boolean drop(Append append) {
        Thread.startVirtualThread(() ->
                append.outcome.done(new QueueStoreException(Reason.GONE, "what the record is about has changed")));
        return true;
    }

    private void write(Disk.DiskFile out, List<Append> batch, int forced, List<Index.Place> places) throws IOException {
        buffer.clear();
        int at = forced;
        for (var append : batch) {
            int length = append.length();
            if ((long) at + length > Integer.MAX_VALUE) {
                throw new IOException("a record is too large");
            }
            places.add(new Index.Place(number, at, length));
            room(out, RecordHeader.SIZE);
            append.header(at, forced).write(buffer, salt);
            put(out, append.meta.bytes(), append.meta.length());
            put(out, append.body, append.bodyLength);
            at += length;
        }
        flush(out);
    }

    private void room(Disk.DiskFile out, int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush(out);
        }
    }

    private void put(Disk.DiskFile out, byte[] bytes, int length) throws IOException {
        int at = 0;
        while (at < length) {
            room(out, 1);
            int n = Math.min(length - at, buffer.remaining());
            buffer.put(bytes, at, n);
            at += n;
        }
    }

    private void flush(Disk.DiskFile out) throws IOException {
        out.write(buffer.flip());
        buffer.clear();
    }

    /** Takes back a batch that could not be written; what was there before is safe. */
    private void cut(Disk.DiskFile out, int start) {
        if (!shorten(out, start)) {
            finish(start, true);
        }
    }

    /** Ends the segment. */
    private void finish(int at, boolean isBroken) {
        before = number;
        beforeEnd = at;
        isCut = isBroken;
        var out = file;
        if (isBroken && out != null) {
            // So that what can't be trusted is not there for long; that it is gone is not relied upon.
            shorten(out, at);
        }
        closeFile();
        index.withSegments(segments -> {
            var segment = segments.get(number);
            if (segment != null) {
                segment.isOpen = false;
            }
            return null;
        });
    }

    private void closeFile() {
        var out = file;
        file = null;
        if (out != null) {
            if (reserved > 0) {
                shorten(out, end);
            }
            try {
                out.close();
            } catch (IOException e) {
                LOG.debug("closing segment {}, all of which is safe", number, e);
            }
        }
    }

    /** Begins a segment: it is safe, and so is its name, before anything else is written to it. */
    private void begin() throws IOException {
        int next = Math.addExact(number, 1);
        var name = SegmentFile.name(next);
        long secret = random.nextLong();
        var meta = new SegmentFile.Begin(before, beforeEnd, isCut).write();
        var header = new RecordHeader(
                RecordHeader.BEGIN,
                RecordHeader.VERSION,
                SegmentFile.HEADER,
                SegmentFile.HEADER,
                meta.length(),
                0,
                RecordHeader.sum(meta.bytes(), meta.length()),
                0);
        var out = disk.create(name);
        try {
            buffer.clear();
            SegmentFile.writeHeader(buffer, next, secret);
            header.write(buffer, secret);
            buffer.put(meta.bytes(), 0, meta.length());
            flush(out);
            out.force();
            disk.forceFolder(Disk.JOURNAL);
        } catch (IOException | RuntimeException e) {
            number = next;
            discard(out, name);
            throw e;
        }
        number = next;
        salt = secret;
        end = header.end();
        file = out;
        index.withSegments(segments -> {
            var segment = segments.add(next, secret);
            segment.size = end;
            if (isCut) {
                segment.ends = before;
            }
            return null;
        });
        isCut = false;
        beforeEnd = end;
        before = next;
    }

    private void discard(Disk.DiskFile out, String name) {
        try {
            out.close();
            disk.delete(name);
        } catch (IOException | RuntimeException e) {
            LOG.debug("{} could not be made and is left; it holds nothing", name, e);
        }
    }

    private void tell(List<Append> batch, @Nullable QueueStoreException fault) {
        var slow = new ArrayList<Append>();
        for (var append : batch) {
            if (append.outcome.isQuick()) {
                tell(append, fault);
            } else {
                slow.add(append);
            }
        }
        if (!slow.isEmpty()) {
            Errands.start("queue told", () -> slow.forEach(append -> tell(append, fault)));
        }
    }

    private static void tell(Append append, @Nullable QueueStoreException fault) {
        try {
            append.outcome.done(fault);
        } catch (RuntimeException e) {
            LOG.error("what waited for the queue failed", e);
        }
    }

    private QueueStoreException fault(Exception e) {
        var reason = DiskFaults.reason(e);
        if (trouble != reason) {
            LOG.error(
                    "mail can't be queued in {}: {}; {}",
                    disk,
                    Text.escaped(String.valueOf(e.getMessage())),
                    DiskFaults.remedy(reason),
                    e instanceof RuntimeException ? e : null);
        }
        trouble = reason;
        return new QueueStoreException(reason, "the journal can't be written: " + e.getMessage(), e);
    }

    private void recovered() {
        if (trouble != null) {
            trouble = null;
            LOG.info("mail is queued in {} again", disk);
        }
    }
}
