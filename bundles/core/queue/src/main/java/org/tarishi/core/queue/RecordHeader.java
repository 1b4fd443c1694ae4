package org.tarishi.core.queue;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What stands before each record of a segment; {@code FORMAT.md} has it byte by byte.
 *
 * <p>It holds its own place and a secret of its segment: bytes of a message that look like a record are never taken for one.
 *
 * @param kind what the record says
 * @param version the form of its fields
 * @param offset where the header begins in the segment
 * @param forced up to where the segment was known to be safe when the record was written
 * @param metaLength the bytes of the fields
 * @param bodyLength the bytes of the message's body behind them
 * @param metaSum the checksum of the fields, CRC-32C
 * @param bodySum the checksum of the body, CRC-32C
 */
record RecordHeader(
        int kind, int version, int offset, int forced, int metaLength, int bodyLength, int metaSum, int bodySum) {

    /** A message with mails made of it. */
    static final int ENTRY = 1;

    /** The state of a mail. */
    static final int STATE = 2;

    /** The end of a mail. */
    static final int REMOVAL = 3;

    /** The first of each segment: where the one before ends. */
    static final int BEGIN = 4;

    /** The form of the fields that is written. */
    static final int VERSION = 1;

    /** The bytes of a header. */
    static final int SIZE = 40;

    /** The most bytes of the fields. */
    static final int MOST_META = 64 << 20;

    private static final int SUMMED = SIZE - 4;

    /** Returns the bytes of header, fields and body. */
    int length() {
        return SIZE + metaLength + bodyLength;
    }

    /** Returns where the next record begins. */
    int end() {
        return offset + length();
    }

    void write(ByteBuffer out, long salt) {
        int start = out.position();
        out.putLong(salt)
                .put((byte) kind)
                .put((byte) version)
                .putShort((short) 0)
                .putInt(offset)
                .putInt(forced)
                .putInt(metaLength)
                .putInt(bodyLength)
                .putInt(metaSum)
                .putInt(bodySum);
        out.putInt(sum(out.slice(start, SUMMED)));
    }

    /**
     * Reads a header.
     *
     * @param in {@link #SIZE} bytes from its position on, which stays
     * @param offset where these bytes lie in the segment
     * @return null when there is none
     */
    static @Nullable RecordHeader read(ByteBuffer in, long salt, int offset) {
        int at = in.position();
        if (in.getLong(at) != salt
                || in.getInt(at + 12) != offset
                || in.getInt(at + SUMMED) != sum(in.slice(at, SUMMED))) {
            return null;
        }
        var header = new RecordHeader(
                in.get(at + 8) & 0xff,
                in.get(at + 9) & 0xff,
                offset,
                in.getInt(at + 16),
                in.getInt(at + 20),
                in.getInt(at + 24),
                in.getInt(at + 28),
                in.getInt(at + 32));
        boolean isSane = header.metaLength >= 0
                && header.metaLength <= MOST_META
                && header.bodyLength >= 0
                && (long) offset + header.metaLength + header.bodyLength < Integer.MAX_VALUE - SIZE;
        return isSane ? header : null;
    }

    static int sum(ByteBuffer bytes) {
        var sum = new CRC32C();
        sum.update(bytes);
        return (int) sum.getValue();
    }

    static int sum(byte[] bytes, int length) {
        var sum = new CRC32C();
        sum.update(bytes, 0, length);
        return (int) sum.getValue();
    }
}
