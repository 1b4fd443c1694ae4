package org.tarishi.core.message;

import java.io.IOException;

/** What the bytes of a header are. */
final class HeaderBytes {

    private HeaderBytes() {}

    /** Tells whether a byte may stand in a field's name (RFC 5322 section 3.6.8). */
    static boolean isNameByte(int b) {
        return b > 32 && b < 127 && b != ':';
    }

    /** Returns an array that begins with the first bytes of a content; not a copy where they lie together in memory. */
    static byte[] read(Content content, int length) throws IOException {
        if (content instanceof MemoryContent memory) {
            var head = memory.head(length);
            if (head != null) {
                return head;
            }
        }
        try (var in = content.open(0, length)) {
            return in.readNBytes(length);
        }
    }
}
