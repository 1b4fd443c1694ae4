package org.tarishi.core.queue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.queue.RecordReader.Removal;

/**
 * Fills the index with what former runs have left, oldest segment first. This is the way of every start: nothing says whether the one
 * before ended in order.
 *
 * <p>What is damaged is copied aside, told, counted, and passed over.
 */
final class Replay {

    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);

    private final Disk disk;
    private final Index index;
    private final AtomicLong damaged;
    private final boolean isReadOnly;

    /**
     * Makes one.
     *
     * @param damaged counts damaged places
     * @param isReadOnly whether nothing on disk may be changed
     */
    Replay(Disk disk, Index index, AtomicLong damaged, boolean isReadOnly) {
        this.disk = disk;
        this.index = index;
        this.damaged = damaged;
        this.isReadOnly = isReadOnly;
    }

    /**
     * Reads segments.
     *
     * @param numbers ascending
     * @param after the segment that follows the last of them, which says where that ends; 0 if there is none
     */
    void run(List<Integer> numbers, int after) throws InterruptedException {
        for (int i = 0; i < numbers.size(); i++) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the queue is closed");
            }
            int next = i + 1 < numbers.size() ? numbers.get(i + 1) : after;
            try {
                read(numbers.get(i), next);
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException("the queue is closed");
                }
                // It stays, and is tried again at the next start; what it holds is not lost, but late.
                damaged.incrementAndGet();
                keep(numbers.get(i));
                LOG.error(
                        "{} in {} can't be read: {}; its mail waits there until the next start",
                        SegmentFile.name(numbers.get(i)),
                        disk,
                        e.getMessage());
            }
        }
    }

    /** Keeps a segment that can't be read, and with it each word of the end of a mail that may be in it. */
    private void keep(int number) {
        index.withSegments(segments -> {
            var known = segments.get(number);
            var segment = known == null ? segments.add(number, 0) : known;
            segment.isPinned = true;
            segment.isOpen = false;
            return null;
        });
    }

    private void read(int number, int next) throws IOException {
        var head = SegmentFile.readHead(disk, number);
        if (head == null) {
            unknown(number);
            return;
        }
        var segment = index.withSegments(segments -> segments.add(number, head.salt()));
        int knownEnd = SegmentFile.UNKNOWN_END;
        var begin = next == 0 ? null : begin(next);
        if (begin != null && begin.before() == number) {
            knownEnd = begin.end();
        }
        long size = SegmentScan.scan(disk, number, head.salt(), knownEnd, false, new Filler(number, segment));
        index.withSegments(segments -> {
            segment.size = size;
            segment.isOpen = false;
            var before = head.begin();
            if (before != null && before.isCut()) {
                segment.ends = before.before();
            }
            return null;
        });
    }

    /** Returns what a segment says of the one before; nothing if it can't be read, of which its own turn will tell. */
    private SegmentFile.@Nullable Begin begin(int next) {
        try {
            var head = SegmentFile.readHead(disk, next);
            return head == null ? null : head.begin();
        } catch (IOException e) {
            LOG.debug("the beginning of {} can't be read", SegmentFile.name(next), e);
            return null;
        }
    }

    /** A file without a header: one that was being made, which holds nothing yet, or a damaged one. */
    private void unknown(int number) throws IOException {
        var name = SegmentFile.name(number);
        long size;
        try (var file = disk.open(name)) {
            size = file.size();
        }
        if (size <= SegmentFile.EMPTY) {
            if (!isReadOnly) {
                disk.delete(name);
            }
            return;
        }
        damaged.incrementAndGet();
        keep(number);
        LOG.error("{} in {} has no header; it is left there, and its mail can't be read", name, disk);
    }

    private final class Filler implements SegmentScan.Visitor {

        private final int number;
        private final Segments.Segment segment;

        Filler(int number, Segments.Segment segment) {
            this.number = number;
            this.segment = segment;
        }

        @Override
        public void record(RecordHeader header, byte[] meta) throws IOException {
            if (header.version() != RecordHeader.VERSION) {
                pin(header);
                return;
            }
            var place = new Index.Place(number, header.offset(), header.length());
            switch (header.kind()) {
                case RecordHeader.ENTRY -> index.put(place, Entry.readSummary(meta));
                case RecordHeader.STATE -> {
                    var in = new FieldReader(meta);
                    index.put(place, in.i64(), StateCodec.readSummary(in));
                }
                case RecordHeader.REMOVAL -> {
                    var removal = Removal.read(meta);
                    index.remove(number, removal.base(), removal.number());
                }
                case RecordHeader.BEGIN -> {}
                default -> pin(header);
            }
        }

        private void pin(RecordHeader header) {
            segment.isPinned = true;
            damaged.incrementAndGet();
            LOG.error(
                    "{} in {} holds a record that this version does not know, kind {} form {} at {}; the segment is"
                            + " kept",
                    SegmentFile.name(number),
                    disk,
                    header.kind(),
                    header.version(),
                    header.offset());
        }

        @Override
        public void damaged(SegmentScan.Gap gap) {
            damaged.incrementAndGet();
            var copy = String.format("%08x-%08x", number, gap.from());
            LOG.error(
                    "{} in {} is damaged from {} to {}: {}; what was there is kept as {}/{}, and passed over",
                    SegmentFile.name(number),
                    disk,
                    gap.from(),
                    gap.to(),
                    gap.why(),
                    Disk.DAMAGED,
                    copy);
            if (!isReadOnly) {
                setAside(gap, Disk.DAMAGED + "/" + copy);
            }
        }

        private void setAside(SegmentScan.Gap gap, String copy) {
            try {
                if (disk.list(Disk.DAMAGED).contains(copy.substring(Disk.DAMAGED.length() + 1))) {
                    return;
                }
                try (var from = disk.open(SegmentFile.name(number));
                        var to = disk.create(copy)) {
                    var block = ByteBuffer.allocate(64 << 10);
                    for (long at = gap.from(); at < gap.to(); at += block.capacity()) {
                        block.clear().limit((int) Math.min(block.capacity(), gap.to() - at));
                        from.readFully(block, at);
                        to.write(block.flip());
                    }
                }
            } catch (IOException e) {
                LOG.warn("a damaged place can't be copied to {} in {}: {}", copy, disk, e.getMessage());
                segment.isPinned = true;
            }
        }
    }
}
