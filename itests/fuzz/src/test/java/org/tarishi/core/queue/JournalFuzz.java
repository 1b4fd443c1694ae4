package org.tarishi.core.queue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.tarishi.core.queue.RecordReader.Removal;
import org.tarishi.core.queue.RecordReader.StateRecord;

/**
 * The journal's reader: a segment of any bytes is read to its end, what is read is written as something that is read as the same, and a
 * record that is there is found whatever stands before it.
 */
public final class JournalFuzz {

    private static final long SALT = 0x1122334455667788L;

    private JournalFuzz() {}

    /** Called by Jazzer: a byte that chooses what follows, then that. */
    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        if (data.length == 0) {
            return;
        }
        var rest = Arrays.copyOfRange(data, 1, data.length);
        switch (data[0] & 3) {
            case 0 -> entry(rest);
            case 1 -> state(rest);
            case 2 -> json(rest);
            default -> segment(rest);
        }
    }

    private static void entry(byte[] meta) throws IOException {
        Entry entry;
        try {
            entry = Entry.read(meta);
        } catch (DamagedException e) {
            return;
        }
        var once = entry.write().toBytes();
        var twice = Entry.read(once).write().toBytes();
        check(Arrays.equals(once, twice), "an entry is read as it was written");
        check(Entry.readSummary(once).equals(entry.summary()), "what is summed up is what is read");
    }

    private static void state(byte[] meta) throws IOException {
        StateRecord record;
        try {
            record = StateRecord.read(meta, Map.of());
        } catch (DamagedException e) {
            return;
        }
        var once = StateRecord.write(record.number(), record.state(), Map.of()).toBytes();
        check(StateRecord.read(once, Map.of()).equals(record), "a state is read as it was written");
    }

    private static void json(byte[] text) {
        try {
            JsonReader.object(new String(text, StandardCharsets.UTF_8));
        } catch (DamagedException e) {
            // none
        }
    }

    /** Any bytes, then a record. */
    private static void segment(byte[] junk) throws IOException {
        var meta = new Removal(7, 1).write();
        int offset = SegmentFile.HEADER + junk.length;
        var header = new RecordHeader(
                RecordHeader.REMOVAL,
                RecordHeader.VERSION,
                offset,
                offset,
                meta.length(),
                0,
                RecordHeader.sum(meta.bytes(), meta.length()),
                0);
        var file = ByteBuffer.allocate(header.end());
        SegmentFile.writeHeader(file, 1, SALT);
        file.put(junk);
        header.write(file, SALT);
        file.put(meta.bytes(), 0, meta.length());
        var found = new ArrayList<Integer>();
        var damaged = new ArrayList<SegmentScan.Gap>();
        SegmentScan.scan(new OneFile(file.array()), 1, SALT, SegmentFile.UNKNOWN_END, false, new SegmentScan.Visitor() {
            @Override
            public void record(RecordHeader read, byte[] fields) {
                found.add(read.offset());
            }

            @Override
            public void damaged(SegmentScan.Gap gap) {
                damaged.add(gap);
            }
        });
        check(found.contains(offset), "a record is found whatever stands before it");
        check(junk.length == 0 || found.size() > 1 || !damaged.isEmpty(), "what was safe and is no record is damage");
    }

    /** A disk with one file. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record OneFile(byte[] bytes) implements Disk {

        @Override
        public void makeFolders() {}

        @Override
        public Closeable lock() {
            return () -> {};
        }

        @Override
        public void forEachName(String folder, Consumer<String> then) {}

        @Override
        public DiskFile create(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DiskFile append(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete(String name) {}

        @Override
        public void forceFolder(String folder) {}

        @Override
        public long usableSpace() {
            return 0;
        }

        @Override
        public Optional<Path> path(String name) {
            return Optional.empty();
        }

        @Override
        public DiskFile open(String name) {
            return new DiskFile() {
                @Override
                public int read(ByteBuffer into, long position) {
                    int n = (int) Math.min(into.remaining(), bytes.length - position);
                    if (n <= 0) {
                        return -1;
                    }
                    into.put(bytes, (int) position, n);
                    return n;
                }

                @Override
                public void write(ByteBuffer all) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void reserve(long size) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void truncate(long size) {}

                @Override
                public void force() {}

                @Override
                public long size() {
                    return bytes.length;
                }

                @Override
                public void close() {}
            };
        }
    }

    private static void check(boolean holds, String rule) {
        if (!holds) {
            throw new AssertionError(rule);
        }
    }
}
