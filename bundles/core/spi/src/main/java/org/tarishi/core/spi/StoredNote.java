package org.tarishi.core.spi;

import java.util.Arrays;

/**
 * A note as its codec wrote it. One whose codec nobody has here is kept all the same.
 *
 * @param version the version of the form
 * @param bytes the bytes; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record StoredNote(int version, byte[] bytes) {

    @Override
    public boolean equals(Object other) {
        return other instanceof StoredNote n && version == n.version && Arrays.equals(bytes, n.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * version + Arrays.hashCode(bytes);
    }

    /** Tells the length only: what plugins note is not for logs. */
    @Override
    public String toString() {
        return "note of " + bytes.length + " bytes, version " + version;
    }
}
