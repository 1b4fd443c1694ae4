package org.tarishi.core.queue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** Writes the fields of a record, one behind the other; {@link FieldReader} reads them. */
final class FieldWriter {

    private byte[] bytes;
    private int length;

    FieldWriter(int expected) {
        bytes = new byte[Math.max(64, expected)];
    }

    /** Returns a writer that has written these bytes. */
    static FieldWriter of(byte[] bytes) {
        var writer = new FieldWriter(0);
        writer.bytes = bytes;
        writer.length = bytes.length;
        return writer;
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), bytes.length * 2));
        }
    }

    FieldWriter u8(int value) {
        room(1);
        bytes[length++] = (byte) value;
        return this;
    }

    FieldWriter i32(int value) {
        room(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    FieldWriter i64(long value) {
        return i32((int) (value >>> 32)).i32((int) value);
    }

    /** Writes a number that is not negative in 7 bits a byte, low ones first. */
    FieldWriter count(long value) {
        room(10);
        long left = value;
        while ((left & ~0x7fL) != 0) {
            bytes[length++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        bytes[length++] = (byte) left;
        return this;
    }

    FieldWriter block(byte[] block) {
        return block(block, block.length);
    }

    private FieldWriter block(byte[] block, int size) {
        count(size);
        room(size);
        System.arraycopy(block, 0, bytes, length, size);
        length += size;
        return this;
    }

    /** Writes what another writer has as one block. */
    FieldWriter block(FieldWriter other) {
        return block(other.bytes, other.length);
    }

    FieldWriter text(String text) {
        return block(text.getBytes(StandardCharsets.UTF_8));
    }

    FieldWriter texts(Map<String, String> map) {
        count(map.size());
        map.forEach((name, value) -> text(name).text(value));
        return this;
    }

    int length() {
        return length;
    }

    /** Returns the bytes; no copy, and only the first {@link #length()} count. */
    byte[] bytes() {
        return bytes;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }
}
