package org.tarishi.core.boot;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Where a command's output goes. That it can't be written does not end the command, which may be in the midst of changing something: it is
 * told behind it. That a reader has seen enough, as {@code head} does, is no fault at all. One thread.
 */
final class Printed extends FilterOutputStream {

    /** How the C library words EPIPE; Java has no other way to tell. */
    private static final String NOBODY_READS = "Broken pipe";

    private @Nullable IOException failure;

    Printed(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int from, int length) {
        if (failure == null) {
            try {
                out.write(octets, from, length);
            } catch (IOException e) {
                failure = e;
            }
        }
    }

    @Override
    public void flush() {
        if (failure == null) {
            try {
                out.flush();
            } catch (IOException e) {
                failure = e;
            }
        }
    }

    /** Refuses an output that is not complete where somebody reads it. */
    void check() throws Refusal {
        var why = failure;
        if (why != null && !NOBODY_READS.equals(why.getMessage())) {
            throw new Refusal(Refusal.FILES, "the output is not complete: " + why.getMessage());
        }
    }
}
