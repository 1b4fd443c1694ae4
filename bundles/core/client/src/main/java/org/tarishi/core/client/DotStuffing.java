package org.tarishi.core.client;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Puts a dot before each line that begins with one (RFC 5321 section 4.5.2); lines end with CRLF. Closing it does nothing. */
final class DotStuffing extends OutputStream {

    private final BufferedOutputStream out;
    private boolean isLineStart = true;

    DotStuffing(OutputStream out) {
        this.out = new BufferedOutputStream(out, 8192);
    }

    @Override
    public void write(int b) throws IOException {
        if (isLineStart && b == '.') {
            out.write('.');
        }
        isLineStart = b == '\n';
        out.write(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        for (int i = from; i < from + length; i++) {
            write(bytes[i]);
        }
    }

    /** Writes the final dot, and hands all on. */
    void end() throws IOException {
        out.write(new byte[] {'.', '\r', '\n'});
        out.flush();
    }
}
