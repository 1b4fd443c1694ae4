package org.tarishi.core.queue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the fields that {@link FieldWriter} wrote.
 *
 * <p>What comes from disk is trusted no more than what comes from a peer: a length is compared with what is there before anything is
 * allocated.
 */
final class FieldReader {

    private final byte[] bytes;
    private int at;
    private final int end;

    FieldReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private FieldReader(byte[] bytes, int at, int end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    private void want(int more) throws DamagedException {
        if (more < 0 || end - at < more) {
            throw new DamagedException("a field ends beyond its record");
        }
    }

    int u8() throws DamagedException {
        want(1);
        return bytes[at++] & 0xff;
    }

    int i32() throws DamagedException {
        want(4);
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = value << 8 | (bytes[at++] & 0xff);
        }
        return value;
    }

    long i64() throws DamagedException {
        return (long) i32() << 32 | (i32() & 0xffff_ffffL);
    }

    long count() throws DamagedException {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new DamagedException("a number is too long");
    }

    /** Reads how many things follow, each of which takes a byte at least. */
    int size() throws DamagedException {
        long size = count();
        if (size > end - at) {
            throw new DamagedException("a field ends beyond its record");
        }
        return (int) size;
    }

    byte[] block() throws DamagedException {
        int size = size();
        at += size;
        return Arrays.copyOfRange(bytes, at - size, at);
    }

    /** Reads a block, to be read on its own. */
    FieldReader part() throws DamagedException {
        int size = size();
        at += size;
        return new FieldReader(bytes, at - size, at);
    }

    void skip(int size) throws DamagedException {
        want(size);
        at += size;
    }

    void skipBlock() throws DamagedException {
        int size = size();
        at += size;
    }

    String text() throws DamagedException {
        int size = size();
        at += size;
        if (isAscii(at - size, at)) {
            // A start reads millions, and making a decoder for each costs more than all else.
            return new String(bytes, at - size, size, StandardCharsets.ISO_8859_1);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, at - size, size))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new DamagedException("a text is not UTF-8");
        }
    }

    private boolean isAscii(int from, int to) {
        int all = 0;
        for (int i = from; i < to; i++) {
            all |= bytes[i];
        }
        return all >= 0;
    }

    Map<String, String> texts() throws DamagedException {
        int size = size();
        if (size == 0) {
            return Map.of();
        }
        var map = new LinkedHashMap<String, String>();
        for (int i = 0; i < size; i++) {
            map.put(text(), text());
        }
        return map;
    }

    void skipTexts() throws DamagedException {
        int size = size();
        for (int i = 0; i < 2 * size; i++) {
            skipBlock();
        }
    }

    /** Says that nothing more may follow. */
    void end() throws DamagedException {
        if (at != end) {
            throw new DamagedException("a record is longer than its fields");
        }
    }
}
