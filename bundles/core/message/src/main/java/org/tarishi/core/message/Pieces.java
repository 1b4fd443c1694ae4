package org.tarishi.core.message;

import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Streams one behind another, each opened when it is its turn. */
final class Pieces extends InputStream {

    /** Opens a piece. */
    @FunctionalInterface
    interface Opening {
        InputStream open() throws IOException;
    }

    private final Iterator<Opening> rest;
    private @Nullable InputStream now;

    Pieces(List<Opening> pieces) {
        rest = pieces.iterator();
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        Objects.checkFromIndexSize(off, len, b.length);
        if (len == 0) {
            return 0;
        }
        while (true) {
            var in = now;
            if (in == null) {
                if (!rest.hasNext()) {
                    return -1;
                }
                in = rest.next().open();
                now = in;
            }
            int n = in.read(b, off, len);
            if (n >= 0) {
                return n;
            }
            now = null;
            in.close();
        }
    }

    @Override
    public void close() throws IOException {
        var in = now;
        now = null;
        while (rest.hasNext()) {
            rest.next();
        }
        if (in != null) {
            in.close();
        }
    }
}
