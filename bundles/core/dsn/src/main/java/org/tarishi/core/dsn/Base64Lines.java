package org.tarishi.core.dsn;

import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.Objects;

/** Encodes what it reads as lines of Base64 (RFC 2045 section 6.8), each ended by CRLF but the last. */
final class Base64Lines extends InputStream {

    private static final int LINE = 57;
    private static final int LINES = 128;

    private final InputStream in;
    private byte[] ready = new byte[0];
    private int at;
    private boolean isBegun;
    private boolean isOver;

    Base64Lines(InputStream in) {
        this.in = in;
    }

    /** Returns how many bytes so many become. */
    static long size(long bytes) {
        long lines = (bytes + LINE - 1) / LINE;
        return (bytes + 2) / 3 * 4 + Math.max(0, lines - 1) * 2;
    }

    @Override
    public int read() throws IOException {
        return fill() ? ready[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, ready.length - at);
        System.arraycopy(ready, at, bytes, from, count);
        at += count;
        return count;
    }

    private boolean fill() throws IOException {
        if (at < ready.length) {
            return true;
        }
        if (isOver) {
            return false;
        }
        var plain = in.readNBytes(LINE * LINES);
        isOver = plain.length < LINE * LINES;
        if (plain.length == 0) {
            return false;
        }
        var text = Base64.getMimeEncoder().encodeToString(plain);
        ready = ((isBegun ? "\r\n" : "") + text).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        at = 0;
        isBegun = true;
        return true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
