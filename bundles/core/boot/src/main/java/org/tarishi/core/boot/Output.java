package org.tarishi.core.boot;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a command writes to: text that the client prints at once. It also asks the client for what must not stand in a command line, such as
 * a password: applied to a question, it returns the line that is typed at the client's terminal, without showing it; applied to an empty
 * text, the next line of the client's standard input, whatever that is. It returns null where there is no terminal, or no line. Nothing of
 * an answer is kept: the array belongs to who asked, to wipe it.
 */
final class Output extends Writer implements Function<String, char @Nullable []> {

    private final DataInputStream in;
    private final DataOutputStream out;
    private volatile boolean isGone;

    Output(DataInputStream in, DataOutputStream out) {
        this.in = in;
        this.out = out;
    }

    @Override
    public void write(char[] text, int from, int length) throws IOException {
        synchronized (out) {
            try {
                Wire.output(out, text, from, length);
            } catch (IOException e) {
                isGone = true;
                throw e;
            }
        }
    }

    @Override
    public char @Nullable [] apply(String question) {
        synchronized (out) {
            try {
                return Wire.ask(in, out, question);
            } catch (IOException e) {
                isGone = true;
                throw new UncheckedIOException("the client has gone", e);
            }
        }
    }

    /** Tells whether the client has been missed: what a command says then is no fault of its own. */
    boolean isGone() {
        return isGone;
    }

    /** Ends the answer. */
    void exit(int code) throws IOException {
        synchronized (out) {
            Wire.exit(out, code);
        }
    }

    @Override
    public void flush() {
        // each write has arrived
    }

    @Override
    public void close() {
        // the exit code ends the answer
    }
}
