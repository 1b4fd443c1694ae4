package org.tarishi.core.queue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a segment's file is named, and how it begins; {@code FORMAT.md} has it byte by byte. */
final class SegmentFile {

    /** The bytes of a file's header. */
    static final int HEADER = 32;

    /** Where the record that follows the header says that nothing is known of the end of the segment before. */
    static final int UNKNOWN_END = -1;

    private static final long MAGIC = 0x5441524953484951L; // TARISHIQ
    private static final int VERSION = 1;
    private static final Pattern NAME = Pattern.compile("([0-9a-f]{8})\\.segment");

    private SegmentFile() {}

    static String name(int number) {
        return Disk.JOURNAL + "/" + HexFormat.of().toHexDigits(number) + ".segment";
    }

    /** Returns the number in a file's name, nothing when it is no segment's. */
    static OptionalInt number(String file) {
        var match = NAME.matcher(file);
        if (!match.matches()) {
            return OptionalInt.empty();
        }
        long number = Long.parseLong(match.group(1), 16);
        return number > 0 && number < Segments.NO_REFERENCE ? OptionalInt.of((int) number) : OptionalInt.empty();
    }

    static void writeHeader(ByteBuffer out, int number, long salt) {
        int start = out.position();
        out.putLong(MAGIC).putInt(VERSION).putInt(number).putLong(salt).putInt(0);
        out.putInt(RecordHeader.sum(out.slice(start, HEADER - 4)));
    }

    /**
     * Reads a header.
     *
     * @return the segment's secret; nothing when there is no whole header
     * @throws DamagedException when it is one of a later version, whose records must be left alone
     */
    static @Nullable Long readHeader(ByteBuffer in, int number) throws DamagedException {
        if (in.remaining() < HEADER
                || in.getLong(0) != MAGIC
                || in.getInt(28) != RecordHeader.sum(in.slice(0, HEADER - 4))
                || in.getInt(12) != number) {
            return null;
        }
        if (in.getInt(8) != VERSION) {
            throw new DamagedException("written by a later version, form " + in.getInt(8));
        }
        return in.getLong(16);
    }

    /** The bytes of a file that holds nothing yet. */
    static final int EMPTY = HEADER + RecordHeader.SIZE + Begin.SIZE;

    /**
     * Says where the segment before ends: the fields of a {@link RecordHeader#BEGIN} record.
     *
     * @param before the segment before, 0 if there was none
     * @param end where it ends, {@link #UNKNOWN_END} if that is not known
     * @param isCut whether what lies behind could not be made safe, and must never count
     */
    record Begin(int before, int end, boolean isCut) {

        /** The bytes of the fields. */
        static final int SIZE = 9;

        FieldWriter write() {
            return new FieldWriter(SIZE).i32(before).i32(end).u8(isCut ? 1 : 0);
        }

        static Begin read(byte[] meta) throws DamagedException {
            var in = new FieldReader(meta);
            var begin = new Begin(in.i32(), in.i32(), in.u8() != 0);
            in.end();
            return begin;
        }
    }

    /** A segment's beginning. */
    record Head(long salt, @Nullable Begin begin) {}

    /**
     * Reads the header and the first record.
     *
     * @return null when there is no whole header
     */
    static @Nullable Head readHead(Disk disk, int number) throws IOException {
        var bytes = ByteBuffer.allocate(EMPTY);
        try (var file = disk.open(name(number))) {
            file.readFully(bytes, 0);
        }
        bytes.flip();
        var salt = readHeader(bytes, number);
        if (salt == null) {
            return null;
        }
        Begin begin = null;
        if (bytes.remaining() >= EMPTY) {
            var header = RecordHeader.read(bytes.position(HEADER), salt, HEADER);
            if (header != null && header.kind() == RecordHeader.BEGIN && header.metaLength() == Begin.SIZE) {
                var meta = new byte[Begin.SIZE];
                bytes.get(HEADER + RecordHeader.SIZE, meta);
                if (RecordHeader.sum(meta, meta.length) == header.metaSum()) {
                    begin = Begin.read(meta);
                }
            }
        }
        return new Head(salt, begin);
    }
}
