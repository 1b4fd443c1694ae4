package org.tarishi.core.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes in a temporary file.
 *
 * <p>Each reader has a channel of its own: an interrupt closes the channel that a thread reads from, and must hit nobody else.
 */
final class FileContent implements Content {

    private static final Logger LOG = LoggerFactory.getLogger(FileContent.class);
    private static final int BLOCK = 64 * 1024;

    private final String id;
    private final Path path;
    private final Set<FileChannel> open = new HashSet<>();
    private boolean closed;

    FileContent(String id, Path path) {
        this.id = id;
        this.path = path;
    }

    @Override
    public InputStream open(long from, long to) throws IOException {
        return new FileStream(channel(), from, to);
    }

    private FileChannel channel() throws IOException {
        synchronized (open) {
            if (closed) {
                throw new IOException("the message is closed");
            }
            var channel = FileChannel.open(path, StandardOpenOption.READ);
            open.add(channel);
            return channel;
        }
    }

    @Override
    public void write(long from, long to, OutputStream out) throws IOException {
        try (var in = open(from, to)) {
            var block = new byte[(int) Math.min(BLOCK, Math.max(1, to - from))];
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                out.write(block, 0, n);
            }
        }
    }

    @Override
    public Optional<Path> file() {
        return Optional.of(path);
    }

    @Override
    public void close() {
        synchronized (open) {
            if (closed) {
                return;
            }
            closed = true;
        }
        Thread.startVirtualThread(this::remove);
    }

    private void remove() {
        Set<FileChannel> readers;
        synchronized (open) {
            readers = Set.copyOf(open);
            open.clear();
        }
        for (var reader : readers) {
            try {
                reader.close();
            } catch (IOException e) {
                LOG.debug("{}: closing {}", id, path, e);
            }
        }
        delete(id, path);
    }

    static void delete(String id, Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("{}: cannot delete {}: {}; it goes at the next start", id, path, e.toString());
        }
    }

    private final class FileStream extends InputStream {

        private final FileChannel channel;
        private final long end;
        private long at;

        FileStream(FileChannel channel, long from, long to) {
            this.channel = channel;
            this.at = from;
            this.end = to;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            Objects.checkFromIndexSize(off, len, b.length);
            synchronized (open) {
                if (closed) {
                    throw new IOException("the message is closed");
                }
            }
            if (len == 0) {
                return 0;
            }
            if (at >= end) {
                return -1;
            }
            int want = (int) Math.min(Math.min(len, BLOCK), end - at);
            int n = channel.read(ByteBuffer.wrap(b, off, want), at);
            if (n < 0) {
                throw new IOException("the temporary file " + path + " is shorter than the message");
            }
            at += n;
            return n;
        }

        @Override
        public long skip(long n) {
            long skipped = Math.clamp(n, 0, end - at);
            at += skipped;
            return skipped;
        }

        @Override
        public int available() {
            return (int) Math.min(end - at, Integer.MAX_VALUE);
        }

        @Override
        public void close() throws IOException {
            synchronized (open) {
                open.remove(channel);
            }
            channel.close();
        }
    }
}
