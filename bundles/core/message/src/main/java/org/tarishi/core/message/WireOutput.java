package org.tarishi.core.message;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import org.tarishi.api.message.Message.WriteOption;

/**
 * Writes lines that end with CRLF in the form that was asked for: with LF, with dots stuffed, with a final dot.
 *
 * <p>A break is only what ends with LF, and nothing else comes in: Intake lets no other break pass, and what is encoded anew is
 * written with CRLF.
 */
final class WireOutput extends FilterOutputStream {

    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] LF = {'\n'};

    private final boolean stuffed;
    private final boolean finalDot;
    private final boolean lf;
    private boolean atLineStart = true;
    /** A CR that may belong to a line end, held back; only where lines end with LF. */
    private boolean heldCr;

    WireOutput(OutputStream out, Set<WriteOption> options) {
        super(out);
        stuffed = options.contains(WriteOption.DOT_STUFFED);
        finalDot = options.contains(WriteOption.FINAL_DOT);
        lf = options.contains(WriteOption.LF);
    }

    /** Tells whether the options ask for anything that this class does. */
    static boolean isNeeded(Set<WriteOption> options) {
        return options.contains(WriteOption.LF)
                || options.contains(WriteOption.DOT_STUFFED)
                || options.contains(WriteOption.FINAL_DOT);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] b, int off, int len) throws IOException {
        int run = off;
        int end = off + len;
        for (int at = off; at < end; at++) {
            if (heldCr) {
                heldCr = false;
                if (b[at] != '\n') {
                    out.write('\r');
                }
            }
            if (atLineStart) {
                atLineStart = false;
                if (stuffed && b[at] == '.') {
                    out.write(b, run, at - run);
                    run = at;
                    out.write('.');
                }
            }
            at = lineBreak(b, at, end);
            if (at == end) {
                break;
            }
            if (b[at] == '\n') {
                atLineStart = true;
            } else {
                out.write(b, run, at - run);
                run = at + 1;
                heldCr = true;
                if (at + 1 < end && b[at + 1] == '\n') {
                    heldCr = false;
                    at++;
                    atLineStart = true;
                }
            }
        }
        out.write(b, run, end - run);
    }

    private int lineBreak(byte[] b, int from, int end) {
        int at = from;
        while (at < end && b[at] != '\n' && (b[at] != '\r' || !lf)) {
            at++;
        }
        return at;
    }

    /** Writes the final dot if it was asked for. */
    void finish() throws IOException {
        if (heldCr) {
            heldCr = false;
            out.write('\r');
        }
        if (finalDot) {
            if (!atLineStart) {
                out.write(lf ? LF : CRLF);
            }
            out.write('.');
            out.write(lf ? LF : CRLF);
        }
    }
}
