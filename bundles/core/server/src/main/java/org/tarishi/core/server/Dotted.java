package org.tarishi.core.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A message as a client sends it: each line ends with CRLF, dots are doubled, and a lone one is the end (RFC 5321 section 4.5.2). */
final class Dotted {

    private final InputStream in;
    private int held = -1;
    private boolean atLineStart = true;
    private boolean isOver;

    Dotted(InputStream in) {
        this.in = in;
    }

    /** Returns some more, at most about so many bytes; nothing at the end. */
    ByteBuffer next(int most) throws IOException {
        var piece = ByteBuffer.allocate(most + 8);
        while (!isOver && piece.position() < most) {
            int c = read();
            if (c < 0) {
                if (!atLineStart) {
                    end(piece);
                }
                piece.put((byte) '.');
                end(piece);
                isOver = true;
            } else if (c == '\n' || c == '\r') {
                if (c == '\r') {
                    int after = read();
                    held = after == '\n' ? -1 : after;
                }
                end(piece);
            } else {
                if (atLineStart && c == '.') {
                    piece.put((byte) '.');
                }
                piece.put((byte) c);
                atLineStart = false;
            }
        }
        return piece.flip();
    }

    private void end(ByteBuffer piece) {
        piece.put((byte) '\r').put((byte) '\n');
        atLineStart = true;
    }

    private int read() throws IOException {
        if (held >= 0) {
            int c = held;
            held = -1;
            return c;
        }
        return in.read();
    }
}
