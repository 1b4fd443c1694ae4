package org.tarishi.core.queue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.queue.RecordReader.Removal;
import org.tarishi.core.queue.RecordReader.StateRecord;

/**
 * Deletes segments that nobody needs; where more than half of the journal is not needed, writes what is left of the thinnest segment anew.
 *
 * <p>A segment goes only when everything that was moved from it is safe elsewhere. One at a time, oldest first, and none when the one before can't be
 * deleted: so no segment goes before those that it overrides.
 */
final class Cleaner {

    private static final Logger LOG = LoggerFactory.getLogger(Cleaner.class);

    private static final long PAUSE_MILLIS = 2_000;
    private static final double THIN = 0.5;
    private static final int MOST_MOVING = 64;
    private static final int STEP = 256 << 10;

    private final Disk disk;
    private final Index index;
    private final Changes changes;
    private final IntSupplier bytesPerSecond;
    private final Thread thread;

    Cleaner(Disk disk, Index index, Changes changes, IntSupplier bytesPerSecond) {
        this.disk = disk;
        this.index = index;
        this.changes = changes;
        this.bytesPerSecond = bytesPerSecond;
        this.thread = Thread.ofPlatform().daemon().name("queue cleaner").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Ends the thread; what it was moving stays where it is, too. */
    void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(PAUSE_MILLIS);
                try {
                    clean();
                } catch (IOException | RuntimeException e) {
                    if (Thread.currentThread().isInterrupted()) {
                        return;
                    }
                    LOG.warn("cleaning {} failed, and goes on later: {}", disk, e.toString());
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /** Does what is to be done now; returns whether there was anything. */
    boolean clean() throws IOException, InterruptedException {
        boolean did = false;
        for (var dead = dead(); dead != null; dead = dead()) {
            delete(dead);
            did = true;
        }
        var thin = index.withSegments(
                segments -> segments.live() < segments.size() * (1 - THIN) ? segments.thin(THIN) : null);
        if (thin == null || !gather(thin)) {
            return did;
        }
        for (var dead = dead(); dead != null; dead = dead()) {
            delete(dead);
        }
        return true;
    }

    private Segments.@Nullable Segment dead() {
        return index.withSegments(Segments::dead);
    }

    private void delete(Segments.Segment segment) throws IOException {
        disk.delete(SegmentFile.name(segment.number));
        disk.forceFolder(Disk.JOURNAL);
        index.withSegments(segments -> {
            segments.remove(segment.number);
            return null;
        });
        LOG.debug("segment {} of {} is not needed any more", segment.number, disk);
    }

    /** Moves what is left of a segment; returns whether nothing is. */
    private boolean gather(Segments.Segment segment) throws IOException, InterruptedException {
        var moving = new Moving(segment);
        // Only up to where it counts: what was cut off behind must not be moved either.
        SegmentScan.scan(disk, segment.number, segment.salt, (int) segment.size, false, moving);
        moving.await();
        if (moving.isStopped) {
            throw new InterruptedException("closed");
        }
        if (moving.isDamaged) {
            index.withSegments(segments -> {
                segment.isPinned = true;
                return null;
            });
        }
        if (moving.isWhole && !moving.isDamaged) {
            index.withSegments(segments -> {
                // What it said of ends stands elsewhere now, as far as it is needed.
                segment.reference = Segments.NO_REFERENCE;
                return null;
            });
            return true;
        }
        return false;
    }

    private final class Moving implements SegmentScan.Visitor {

        private final Segments.Segment segment;
        private final List<CompletableFuture<@Nullable Void>> moves = new ArrayList<>();
        private boolean isWhole = true;
        private boolean isDamaged;
        private boolean isStopped;
        private long done;
        private long since = System.nanoTime();

        Moving(Segments.Segment segment) {
            this.segment = segment;
        }

        @Override
        public void record(RecordHeader header, byte[] meta) throws IOException {
            if (isStopped) {
                return;
            }
            var place = new Index.Place(segment.number, header.offset(), header.length());
            switch (header.kind()) {
                case RecordHeader.ENTRY -> entry(header, place, meta);
                case RecordHeader.STATE ->
                    changes.moveState(place, StateRecord.read(meta, Map.of()), meta)
                            .ifPresent(moves::add);
                case RecordHeader.REMOVAL ->
                    changes.moveRemoval(Removal.read(meta)).ifPresent(moves::add);
                default -> {}
            }
            pause(header.length());
        }

        private void entry(RecordHeader header, Index.Place place, byte[] meta) throws IOException {
            var entry = Entry.read(meta);
            var left = index.ofMessage(entry.message());
            if (left.isEmpty() || !left.getFirst().entry().equals(place)) {
                return;
            }
            var body = new byte[header.bodyLength()];
            try (var file = disk.open(SegmentFile.name(segment.number))) {
                file.readFully(ByteBuffer.wrap(body), (long) header.end() - body.length);
            }
            if (RecordHeader.sum(body, body.length) != header.bodySum()) {
                LOG.error("a body in {} is damaged, {}; it stays there", disk, RecordReader.describe(place));
                isDamaged = true;
                return;
            }
            changes.move(place, entry, body).ifPresent(moves::add);
        }

        @Override
        public void damaged(SegmentScan.Gap gap) {
            // It was set aside when the segment was read, or came later: then verifying tells of it.
        }

        /** Keeps to the rate, and to some moves at once. */
        private void pause(int bytes) {
            done += bytes;
            try {
                if (moves.size() >= MOST_MOVING) {
                    await();
                }
                if (done >= STEP) {
                    long due = since + done * 1_000_000_000L / bytesPerSecond.getAsInt();
                    long now = System.nanoTime();
                    if (due > now) {
                        Thread.sleep((due - now) / 1_000_000, (int) ((due - now) % 1_000_000));
                    }
                    done = 0;
                    since = System.nanoTime();
                }
            } catch (InterruptedException e) {
                isStopped = true;
                isWhole = false;
            }
        }

        void await() throws InterruptedException {
            for (var move : moves) {
                try {
                    move.get();
                } catch (ExecutionException e) {
                    // It is changing just now, or could not be written: another time.
                    isWhole = false;
                }
            }
            moves.clear();
        }
    }
}
