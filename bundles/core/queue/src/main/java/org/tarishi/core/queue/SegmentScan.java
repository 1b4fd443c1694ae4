package org.tarishi.core.queue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads all records of a segment in their order.
 *
 * <p>Each record says up to where the segment was safe when it was written. What is missing behind the last such place is what a crash
 * leaves, and nobody was told that it is safe; what is missing before it is damage. Records behind either are found again by the secret
 * of the segment, which no message knows.
 */
final class SegmentScan {

    private static final int WINDOW = 1 << 20;

    /** Who passes over more than this has no use for the bodies behind it either. */
    private static final int FAR = 16 << 10;

    /** What is read then: most headers and fields are no larger. */
    private static final int PIECE = 4 << 10;

    private final Disk.DiskFile file;
    private final long salt;
    private final int end;
    private final boolean isEndKnown;
    private final boolean checksBodies;
    private final Visitor visitor;
    private final ByteBuffer window;
    private long windowStart;
    private boolean isSparse;

    /** Records of which it is not known yet whether they are whole with their bodies. */
    private final ArrayDeque<Held> held = new ArrayDeque<>();

    private final List<Gap> gaps = new ArrayList<>();
    private int forced;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Held(RecordHeader header, byte[] meta) {}

    /** Bytes that are no record. */
    record Gap(int from, int to, String why) {}

    /** Is told what is there. */
    interface Visitor {

        /** A record whose header and fields are as they were written. */
        void record(RecordHeader header, byte[] meta) throws IOException;

        /** A place that was safe once, and is damaged. After all records. */
        void damaged(Gap gap);
    }

    private SegmentScan(
            Disk.DiskFile file, long salt, long end, boolean isEndKnown, boolean checksBodies, Visitor visitor) {
        this.file = file;
        this.salt = salt;
        this.end = (int) Math.min(end, Integer.MAX_VALUE);
        this.isEndKnown = isEndKnown;
        // All before a known end was safe, so no record waits for a later one to say so.
        this.forced = isEndKnown ? this.end : 0;
        this.checksBodies = checksBodies;
        this.visitor = visitor;
        this.window =
                ByteBuffer.allocate(Math.clamp(end, RecordHeader.SIZE, WINDOW)).limit(0);
    }

    /**
     * Reads a segment.
     *
     * @param knownEnd where its records end, {@link SegmentFile#UNKNOWN_END} if nothing says so
     * @param checksBodies whether to read bodies; otherwise only those that a crash may have torn are
     * @return the bytes that count
     */
    static int scan(Disk disk, int number, long salt, int knownEnd, boolean checksBodies, Visitor visitor)
            throws IOException {
        try (var file = disk.open(SegmentFile.name(number))) {
            long size = file.size();
            boolean isEndKnown = knownEnd != SegmentFile.UNKNOWN_END;
            long end = isEndKnown ? Math.min(size, knownEnd) : size;
            var scan = new SegmentScan(file, salt, end, isEndKnown, checksBodies, visitor);
            int last = scan.run();
            if (isEndKnown && size < knownEnd) {
                visitor.damaged(new Gap((int) size, knownEnd, "the file is too short"));
            }
            return last;
        }
    }

    private int run() throws IOException {
        int at = SegmentFile.HEADER;
        while (at < end) {
            var header = header(at);
            if (header == null) {
                int next = find(at + 1);
                gaps.add(new Gap(at, next, "there is no record"));
                at = next;
            } else if (header.end() > end) {
                gaps.add(new Gap(at, end, "a record ends beyond the segment"));
                at = end;
            } else {
                confirm(header.forced());
                record(header);
                at = header.end();
            }
        }
        int safe = isEndKnown ? end : forced;
        confirm(safe);
        int last = Math.max(safe, SegmentFile.HEADER);
        for (var one : held) {
            // Nobody says that these were safe, so they are what the crash left of them.
            if (checksBodies || isBodyWhole(one.header)) {
                tell(one.header, one.meta);
                last = Math.max(last, one.header.end());
            }
        }
        for (var gap : gaps) {
            if (gap.from < safe) {
                visitor.damaged(gap);
            }
        }
        return last;
    }

    private void record(RecordHeader header) throws IOException {
        var meta = bytes(header.offset() + RecordHeader.SIZE, header.metaLength());
        if (RecordHeader.sum(meta, meta.length) != header.metaSum()) {
            gaps.add(new Gap(header.offset(), header.end(), "a record is not what was written"));
        } else if (checksBodies && !isBodyWhole(header)) {
            gaps.add(new Gap(header.offset(), header.end(), "a body is not what was written"));
        } else if (header.end() <= forced) {
            tell(header, meta);
        } else {
            held.add(new Held(header, meta));
        }
    }

    /** Passes on what is known to have been safe. */
    private void confirm(int safe) throws IOException {
        forced = Math.max(forced, Math.min(safe, end));
        while (!held.isEmpty() && held.peek().header.end() <= forced) {
            var one = held.poll();
            tell(one.header, one.meta);
        }
    }

    private void tell(RecordHeader header, byte[] meta) throws IOException {
        try {
            visitor.record(header, meta);
        } catch (DamagedException e) {
            gaps.add(new Gap(header.offset(), header.end(), String.valueOf(e.getMessage())));
        }
    }

    private boolean isBodyWhole(RecordHeader header) throws IOException {
        var sum = new CRC32C();
        int at = header.end() - header.bodyLength();
        while (at < header.end()) {
            load(at, 1);
            int from = (int) (at - windowStart);
            int n = Math.min(window.limit() - from, header.end() - at);
            if (n <= 0) {
                return false;
            }
            sum.update(window.slice(from, n));
            at += n;
        }
        return (int) sum.getValue() == header.bodySum();
    }

    private @Nullable RecordHeader header(int at) throws IOException {
        if (end - at < RecordHeader.SIZE) {
            return null;
        }
        load(at, RecordHeader.SIZE);
        int from = (int) (at - windowStart);
        if (window.limit() - from < RecordHeader.SIZE) {
            return null;
        }
        return RecordHeader.read(window.position(from), salt, at);
    }

    /** Returns where the next record begins, or the end. */
    private int find(int from) throws IOException {
        byte first = (byte) (salt >>> 56);
        int at = from;
        while (at <= end - RecordHeader.SIZE) {
            load(at, RecordHeader.SIZE);
            int until = (int) Math.min(window.limit() - RecordHeader.SIZE, end - RecordHeader.SIZE - windowStart);
            int i = (int) (at - windowStart);
            if (i > until) {
                break;
            }
            while (i <= until) {
                if (window.get(i) == first
                        && window.getLong(i) == salt
                        && RecordHeader.read(window.position(i), salt, (int) (windowStart + i)) != null) {
                    return (int) (windowStart + i);
                }
                i++;
            }
            at = (int) (windowStart + i);
        }
        return end;
    }

    private byte[] bytes(int at, int length) throws IOException {
        var bytes = new byte[length];
        if (length <= window.capacity()) {
            load(at, length);
            int from = (int) (at - windowStart);
            window.get(from, bytes, 0, Math.min(length, window.limit() - from));
        } else {
            file.readFully(ByteBuffer.wrap(bytes), at);
        }
        return bytes;
    }

    /** Has the window hold bytes from a place on, as far as there are any. */
    private void load(long at, int length) throws IOException {
        if (at >= windowStart && at + length <= windowStart + window.limit()) {
            return;
        }
        long skipped = at - (windowStart + window.limit());
        if (skipped >= 0) {
            isSparse = skipped > FAR;
        }
        window.clear();
        if (isSparse) {
            window.limit(Math.min(window.capacity(), Math.max(length, PIECE)));
        }
        windowStart = at;
        file.readFully(window, at);
        window.flip();
    }
}
