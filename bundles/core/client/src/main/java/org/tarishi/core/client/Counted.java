package org.tarishi.core.client;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Counts what goes through. */
final class Counted extends FilterOutputStream {

    private long count;

    Counted(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        out.write(b);
        count++;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
        count += length;
    }

    /** Returns how many bytes went through. */
    long count() {
        return count;
    }
}
