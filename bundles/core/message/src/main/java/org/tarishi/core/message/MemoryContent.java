package org.tarishi.core.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Bytes in memory. */
final class MemoryContent implements Content {

    private final Runnable release;
    /** Null when closed. */
    private volatile byte @Nullable [][] chunks;

    /**
     * Takes chunks, of which all but the last are full.
     *
     * @param release run once, at the end
     */
    MemoryContent(byte[][] chunks, Runnable release) {
        this.chunks = chunks;
        this.release = release;
    }

    private byte[][] chunks() throws IOException {
        var now = chunks;
        if (now == null) {
            throw new IOException("the message is closed");
        }
        return now;
    }

    /** Returns the array that holds the first bytes, if it holds that many. */
    byte @Nullable [] head(int length) throws IOException {
        var now = chunks();
        return now.length > 0 && now[0].length >= length ? now[0] : null;
    }

    @Override
    public InputStream open(long from, long to) throws IOException {
        chunks();
        return new ChunkStream(from, to);
    }

    @Override
    public void write(long from, long to, OutputStream out) throws IOException {
        long start = 0;
        for (int i = 0; start < to; i++) {
            var chunk = chunks()[i];
            long first = Math.max(from, start);
            long last = Math.min(to, start + chunk.length);
            if (first < last) {
                out.write(chunk, (int) (first - start), (int) (last - first));
            }
            start += chunk.length;
        }
    }

    @Override
    public void close() {
        byte[][] had;
        synchronized (this) {
            had = chunks;
            chunks = null;
        }
        if (had != null) {
            release.run();
        }
    }

    private final class ChunkStream extends InputStream {

        private long left;
        private int chunk;
        private int at;

        ChunkStream(long from, long to) throws IOException {
            left = to - from;
            advance(from);
        }

        private void advance(long bytes) throws IOException {
            var now = chunks();
            long skip = at + bytes;
            while (chunk < now.length && skip >= now[chunk].length) {
                skip -= now[chunk].length;
                chunk++;
            }
            at = (int) skip;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            Objects.checkFromIndexSize(off, len, b.length);
            var now = chunks();
            if (len == 0) {
                return 0;
            }
            if (left <= 0) {
                return -1;
            }
            int n = (int) Math.min(Math.min(len, left), now[chunk].length - at);
            System.arraycopy(now[chunk], at, b, off, n);
            left -= n;
            advance(n);
            return n;
        }

        @Override
        public long skip(long n) throws IOException {
            long skipped = Math.clamp(n, 0, Math.max(0, left));
            left -= skipped;
            advance(skipped);
            return skipped;
        }

        @Override
        public int available() {
            return (int) Math.min(left, Integer.MAX_VALUE);
        }
    }
}
