package org.tarishi.core.message;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tarishi.core.spi.Intake;

/**
 * Makes bare line ends harmless on their way into an intake that refuses them.
 *
 * <p>A bare LF ends a line; CRs before a line end are dropped; other CRs, a run of them counted once, and NULs become a blank. The data
 * ends where it ends for the strict reader, at CRLF, dot, CRLF: a dot behind a bare LF is text, which gets another dot for the reader
 * that takes one off.
 */
final class RepairedIntake implements Intake {

    private static final int BLOCK = 4096;
    /** The most bytes that one byte comes to. */
    private static final int MOST = 3;

    /** Where in a line the next byte stands; what is held back was not passed on yet. */
    private enum Place {
        /** Behind CRLF. */
        START,
        /** Behind a dot at the start, which is held back. */
        DOT,
        /** Behind a dot and a CR at the start, both held back. */
        DOT_CR,
        /** Behind a bare LF. */
        SOFT_START,
        MIDDLE,
        /** Behind one CR or more, held back. */
        CR
    }

    private final DotIntake strict;
    private final boolean dots;
    private final byte[] clean = new byte[BLOCK];
    private int filled;
    private Place place = Place.START;
    private boolean ended;

    RepairedIntake(DotIntake strict, boolean dots) {
        this.strict = strict;
        this.dots = dots;
    }

    @Override
    public Progress feed(ByteBuffer bytes) {
        var progress = ended ? Progress.END : Progress.MORE;
        while (!ended && bytes.hasRemaining()) {
            while (!ended && bytes.hasRemaining() && filled <= BLOCK - MOST) {
                take(bytes.get());
            }
            progress = flush();
        }
        return progress;
    }

    private Progress flush() {
        var progress = strict.feed(ByteBuffer.wrap(clean, 0, filled));
        filled = 0;
        return progress;
    }

    private void take(byte b) {
        switch (place) {
            case START -> {
                if (dots && b == '.') {
                    place = Place.DOT;
                } else {
                    text(b);
                }
            }
            case DOT -> {
                switch (b) {
                    case '\r' -> place = Place.DOT_CR;
                    // RFC 5321 section 4.5.2: the dot of a line that has more is taken off, and a bare LF is more.
                    case '\n' -> text(b);
                    default -> {
                        put('.');
                        text(b);
                    }
                }
            }
            case DOT_CR -> {
                put('.');
                if (b == '\n') {
                    endLine(Place.START);
                    ended = true;
                } else {
                    put(' ');
                    text(b);
                }
            }
            case SOFT_START -> {
                if (dots && b == '.') {
                    put('.');
                }
                text(b);
            }
            case MIDDLE -> text(b);
            case CR -> {
                if (b == '\n') {
                    endLine(Place.START);
                } else if (b != '\r') {
                    put(' ');
                    text(b);
                }
            }
        }
    }

    private void text(byte b) {
        switch (b) {
            case '\n' -> endLine(Place.SOFT_START);
            case '\r' -> place = Place.CR;
            default -> {
                put(b == 0 ? ' ' : b);
                place = Place.MIDDLE;
            }
        }
    }

    private void endLine(Place next) {
        put('\r');
        put('\n');
        place = next;
    }

    private void put(int b) {
        clean[filled++] = (byte) b;
    }

    @Override
    public void end() {
        if (place == Place.CR) {
            put(' ');
            flush();
        }
        ended = true;
        strict.end();
    }

    @Override
    public @Nullable Fault fault() {
        return strict.fault();
    }

    @Override
    public void whenReady(Executor turn, Runnable action) {
        strict.whenReady(turn, action);
    }

    @Override
    public void tap(Consumer<ByteBuffer> tap) {
        strict.tap(tap);
    }

    @Override
    public long size() {
        return strict.size();
    }

    @Override
    public void complete(Executor turn, Consumer<Received> then) {
        strict.complete(turn, then);
    }

    @Override
    public void abort() {
        strict.abort();
    }
}
