package org.tarishi.core.queue;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A message in a file that somebody else has written.
 *
 * <p>Lines end as SMTP wants it when they are stored: a bare LF becomes CRLF, a bare CR or a NUL a blank, a last line without end gets one. Dots that
 * SMTP put before lines are taken off where the file has them.
 */
final class FileSource implements Source {

    private static final int MOST_HEADER = 8 << 20;

    private final Path file;
    private final long start;
    private final boolean isDotStuffed;
    private boolean isEightBit;

    /**
     * Makes one.
     *
     * @param start where the message begins
     * @param isDotStuffed whether lines that begin with a dot have one more
     */
    FileSource(Path file, long start, boolean isDotStuffed) {
        this.file = file;
        this.start = start;
        this.isDotStuffed = isDotStuffed;
    }

    private Lines open() throws IOException {
        var in = new BufferedInputStream(Files.newInputStream(file), 64 << 10);
        try {
            in.skipNBytes(start);
        } catch (IOException e) {
            in.close();
            throw e;
        }
        return new Lines(in);
    }

    @Override
    public long size() throws IOException {
        return Files.size(file) - start;
    }

    @Override
    public boolean isInMemory() {
        return false;
    }

    @Override
    public byte[] header() throws IOException {
        var out = new ByteArrayOutputStream();
        try (var lines = open()) {
            lines.header(out);
        }
        return out.toByteArray();
    }

    @Override
    public void writeBody(OutputStream out) throws IOException {
        try (var lines = open()) {
            lines.header(OutputStream.nullOutputStream());
            lines.rest(out);
        }
    }

    @Override
    public boolean isEightBit() {
        return isEightBit;
    }

    @Override
    public boolean isBinary() {
        return false;
    }

    @Override
    public OptionalLong link(Path target) {
        return OptionalLong.empty();
    }

    /** The lines of the file, each with the end that it is to have. */
    private final class Lines implements AutoCloseable {

        private final InputStream in;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private int ahead = -2;

        Lines(InputStream in) {
            this.in = in;
        }

        private int read() throws IOException {
            int next = ahead == -2 ? in.read() : ahead;
            ahead = -2;
            return next;
        }

        /** Reads a line or a part of a long one; returns whether there was any. */
        private boolean next(boolean isBeginning) throws IOException {
            line.reset();
            int c = read();
            if (isBeginning && isDotStuffed && c == '.') {
                c = read();
            }
            if (c < 0) {
                return false;
            }
            while (c >= 0 && c != '\n' && line.size() < 64 << 10) {
                if (c == '\r') {
                    int following = read();
                    ahead = following;
                    c = following == '\n' || following < 0 ? -3 : ' ';
                }
                if (c >= 0) {
                    line.write(c == 0 ? ' ' : c);
                }
                c = read();
            }
            if (c < 0 || c == '\n') {
                line.write('\r');
                line.write('\n');
            } else {
                ahead = c;
            }
            return true;
        }

        private boolean isEnded() {
            var bytes = line.toByteArray();
            return bytes.length >= 2 && bytes[bytes.length - 1] == '\n';
        }

        void header(OutputStream out) throws IOException {
            long size = 0;
            boolean isBeginning = true;
            while (next(isBeginning) && !(isBeginning && line.size() == 2 && isEnded())) {
                size += line.size();
                if (size > MOST_HEADER) {
                    throw new DamagedException("a header of more than " + MOST_HEADER + " bytes");
                }
                line.writeTo(out);
                isBeginning = isEnded();
            }
        }

        void rest(OutputStream out) throws IOException {
            boolean isBeginning = true;
            while (next(isBeginning)) {
                for (byte b : line.toByteArray()) {
                    isEightBit |= b < 0;
                }
                line.writeTo(out);
                isBeginning = isEnded();
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
