package org.tarishi.core.message;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;

/** Turns the bytes of one stream into others, a block at a time. */
abstract class Transcoder extends InputStream {

    private static final int BLOCK = 8192;

    private final InputStream in;
    private final byte[] block = new byte[BLOCK];
    private byte[] out = new byte[BLOCK];
    private int at;
    private int end;
    private boolean isFinished;

    Transcoder(InputStream in) {
        this.in = in;
    }

    /** Takes bytes; what they become is {@link #put}. */
    abstract void take(byte[] bytes, int length);

    /** There are no more bytes. */
    abstract void finish();

    final void put(int b) {
        if (end == out.length) {
            out = Arrays.copyOf(out, out.length * 2);
        }
        out[end++] = (byte) b;
    }

    private boolean isFilled() throws IOException {
        while (at == end) {
            if (isFinished) {
                return false;
            }
            at = 0;
            end = 0;
            int n = in.read(block);
            if (n < 0) {
                isFinished = true;
                finish();
            } else {
                take(block, n);
            }
        }
        return true;
    }

    @Override
    public int read() throws IOException {
        return isFilled() ? out[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        Objects.checkFromIndexSize(off, len, b.length);
        if (len == 0) {
            return 0;
        }
        if (!isFilled()) {
            return -1;
        }
        int n = Math.min(len, end - at);
        System.arraycopy(out, at, b, off, n);
        at += n;
        return n;
    }

    @Override
    public int available() {
        return end - at;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
