package org.tarishi.core.scheduler;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes lines to a file that is begun anew when it is large. Any thread; never blocks: lines wait in memory, up to a bound, and a virtual
 * thread that lives while there is something to write writes them: the first at once, then what has come in a moment. Lines that find no
 * room are counted and told.
 */
final class EventFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.queue");

    /** Lines that wait at most; at 500 bytes each some megabytes. */
    static final int MOST_WAITING = 20_000;

    private static final int BATCH = 500;

    /** How long lines are gathered, in milliseconds. */
    private static final long MOMENT = 50;

    /**
     * Where lines go.
     *
     * @param name the file's name, empty for nowhere
     * @param bytes how large a file becomes
     * @param files how many are kept beside it
     */
    record Where(String name, long bytes, int files) {}

    private final Path folder;
    private final Supplier<Where> where;
    private final ArrayDeque<String> waiting = new ArrayDeque<>();
    private boolean isWriting;
    private boolean isClosed;
    private long dropped;
    private @Nullable OutputStream out;
    private String openName = "";
    private long size;
    private boolean isFailing;

    EventFile(Path folder, Supplier<Where> where) {
        this.folder = folder;
        this.where = where;
    }

    /** Tells whether lines go anywhere. */
    boolean isOn() {
        return !where.get().name().isEmpty();
    }

    void add(String line) {
        synchronized (waiting) {
            if (isClosed) {
                return;
            }
            if (waiting.size() >= MOST_WAITING) {
                dropped++;
                return;
            }
            waiting.add(line);
            if (isWriting) {
                return;
            }
            isWriting = true;
        }
        Thread.ofVirtual().name("delivery-events").start(this::write);
    }

    private void write() {
        boolean isGathering = false;
        while (true) {
            var lines = new StringBuilder();
            long lost;
            synchronized (waiting) {
                if (isGathering && waiting.size() < BATCH) {
                    // More lines, but at the end.
                    waitWhile(() -> !isClosed, MOMENT);
                }
                isGathering = true;
                for (int i = 0; i < BATCH && !waiting.isEmpty(); i++) {
                    lines.append(waiting.poll()).append('\n');
                }
                if (lines.isEmpty()) {
                    isWriting = false;
                    waiting.notifyAll();
                    return;
                }
                lost = dropped;
                dropped = 0;
            }
            if (lost > 0) {
                LOG.warn("{} events of delivery were not written: the disk is behind", lost);
            }
            try {
                write(lines.toString().getBytes(StandardCharsets.UTF_8));
                isFailing = false;
            } catch (IOException | UnsupportedOperationException e) {
                close(out);
                out = null;
                if (!isFailing) {
                    isFailing = true;
                    LOG.warn("events of delivery can't be written, and are lost meanwhile: {}", e.toString());
                }
            }
        }
    }

    /** Waits, for so many milliseconds at most, while something is so; whoever calls holds {@code waiting}. */
    private void waitWhile(BooleanSupplier isSo, long most) {
        long until = System.nanoTime() + most * 1_000_000;
        try {
            for (long left = most; isSo.getAsBoolean() && left > 0; left = (until - System.nanoTime()) / 1_000_000) {
                waiting.wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(byte[] bytes) throws IOException {
        var to = where.get();
        if (to.name().isEmpty()) {
            return;
        }
        var file = folder.resolve(to.name());
        var stream = out;
        if (stream == null || !openName.equals(to.name()) || !Files.exists(file)) {
            close(stream);
            stream = open(file);
            openName = to.name();
            size = Files.size(file);
        }
        if (size > 0 && size + bytes.length > to.bytes()) {
            close(stream);
            rotate(file, to.files());
            stream = open(file);
            size = 0;
        }
        out = stream;
        stream.write(bytes);
        stream.flush();
        size += bytes.length;
    }

    /** Created readable by its owner alone, not changed so afterwards. */
    private static OutputStream open(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createDirectories(file.getParent());
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static void rotate(Path file, int keep) throws IOException {
        for (int i = keep - 1; i >= 1; i--) {
            var from = file.resolveSibling(file.getFileName() + "." + i);
            if (Files.exists(from)) {
                Files.move(
                        from,
                        file.resolveSibling(file.getFileName() + "." + (i + 1)),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
    }

    private static void close(@Nullable OutputStream stream) {
        if (stream != null) {
            try {
                stream.close();
            } catch (IOException e) {
                LOG.debug("closing the file of events: {}", e.toString());
            }
        }
    }

    /** Writes what waits, for a few seconds at most, and closes the file. */
    @Override
    public void close() {
        synchronized (waiting) {
            isClosed = true;
            waiting.notifyAll();
            waitWhile(() -> isWriting, 5_000);
        }
        close(out);
        out = null;
    }
}
