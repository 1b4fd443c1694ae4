package org.tarishi.plugin.outboundwebhook;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Events on the disk that wait to be posted: files of lines, oldest first.
 *
 * <p>While a version of the plugin is replaced by another one, both append, each to a file of its own, and one of them reads, which has
 * the lock. A file that is written to ends in {@code .open}; whole ones in {@code .jsonl}. How far a file was posted stands in a file
 * beside it. Appending and reading may be done by different threads.
 */
final class Spool {

    /** Most bytes that are read at once: many more than one event has. */
    private static final long BLOCK = 1 << 20;

    private static final String OPEN = ".open";
    private static final String WHOLE = ".jsonl";
    private static final String POSITION = ".position";

    private final Path folder;
    private final InstantSource clock;
    private final Instant processStart;
    private final String instance;
    private int number;
    private @Nullable FileChannel channel;
    private @Nullable Path current;
    private long written;
    private @Nullable FileChannel lockChannel;
    private @Nullable FileLock lock;

    /** Some events, and where they end. */
    record Batch(Path file, long end, List<String> events) {}

    /**
     * Makes one; the folder is made when it is needed.
     *
     * @param instance tells this instance of the plugin from others: letters and digits
     * @param processStart files that were opened before it are written to by nobody
     */
    Spool(Path folder, InstantSource clock, Instant processStart, String instance) {
        this.folder = folder;
        this.clock = clock;
        this.processStart = processStart;
        this.instance = instance;
    }

    /**
     * Appends a line; it outlives this process when this returns.
     *
     * @param most the most bytes of a file
     */
    synchronized void append(byte[] line, long most) throws IOException {
        if (channel == null || written + line.length > most) {
            finish();
            open();
        }
        var out = channel;
        if (out == null) {
            throw new IOException("no file to write to");
        }
        long begin = written;
        try {
            var bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining()) {
                written += out.write(bytes);
            }
        } catch (IOException e) {
            // Half a line would spoil the next one.
            written = begin;
            out.truncate(begin);
            throw e;
        }
    }

    private void open() throws IOException {
        makeFolder();
        var name = "%013d-%05d-%s".formatted(clock.millis(), number++, instance);
        current = folder.resolve(name + OPEN);
        channel = FileChannel.open(
                current,
                java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        written = 0;
    }

    private void makeFolder() throws IOException {
        if (!Files.isDirectory(folder)) {
            try {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException e) {
                throw new IOException(folder + " is no folder", e);
            }
        }
    }

    /** Ends the file that is written to; the next event begins another one. */
    synchronized void finish() throws IOException {
        var out = channel;
        var file = current;
        channel = null;
        current = null;
        if (out == null || file == null) {
            return;
        }
        out.force(true);
        out.close();
        Files.move(file, whole(file), StandardCopyOption.ATOMIC_MOVE);
    }

    private static Path whole(Path file) {
        var name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.length() - OPEN.length()) + WHOLE);
    }

    /** Returns how many bytes of events there are. */
    long bytes() throws IOException {
        long sum = 0;
        for (var file : files()) {
            sum += sizeOf(file);
        }
        return sum;
    }

    private static long sizeOf(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0; // another instance has ended it
        }
    }

    private List<Path> files() throws IOException {
        var files = new ArrayList<Path>();
        if (!Files.isDirectory(folder)) {
            return files;
        }
        try (var all = Files.newDirectoryStream(folder, "*{" + OPEN + "," + WHOLE + "}")) {
            all.forEach(files::add);
        }
        files.sort(null);
        return files;
    }

    /** Drops the oldest file; returns how many events were lost with it. */
    synchronized int dropOldest() throws IOException {
        for (var file : files()) {
            if (file.equals(current)) {
                continue;
            }
            int lost = lines(file, position(file));
            remove(file);
            return lost;
        }
        return 0;
    }

    private static int lines(Path file, long from) throws IOException {
        var bytes = Files.readAllBytes(file);
        int count = 0;
        for (int i = (int) Math.min(from, bytes.length); i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                count++;
            }
        }
        return count;
    }

    /** Tells whether this instance is the one that reads; tries to become it. */
    synchronized boolean own() throws IOException {
        if (lock != null) {
            return true;
        }
        if (!Files.isDirectory(folder)) {
            return false;
        }
        var opened = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            lock = opened.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another version in this process has it.
        }
        if (lock == null) {
            opened.close();
            return false;
        }
        lockChannel = opened;
        return true;
    }

    /** Lets another instance read. */
    synchronized void disown() throws IOException {
        if (lockChannel != null) {
            lockChannel.close();
        }
        lockChannel = null;
        lock = null;
    }

    /** Returns the oldest events that were not posted, at most so many, and of one file. */
    Optional<Batch> head(int most) throws IOException {
        for (var file : files()) {
            long from = position(file);
            Optional<Batch> batch;
            try {
                batch = read(file, from, most);
            } catch (NoSuchFileException e) {
                continue; // ended under our hands: it has its other name the next time
            }
            if (batch.isPresent()) {
                return batch;
            }
            if (isOver(file)) {
                remove(file);
            }
        }
        return Optional.empty();
    }

    /** Tells whether nobody writes to a file any more. */
    private boolean isOver(Path file) {
        var name = file.getFileName().toString();
        if (name.endsWith(WHOLE)) {
            return true;
        }
        try {
            return Instant.ofEpochMilli(Long.parseLong(name, 0, 13, 10)).isBefore(processStart);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return true; // none of ours
        }
    }

    /** Reads whole lines; what stands behind the last line end is not there yet, or never will be. */
    private static Optional<Batch> read(Path file, long from, int most) throws IOException {
        byte[] bytes;
        try (var in = FileChannel.open(file, StandardOpenOption.READ)) {
            int size = (int) Math.clamp(in.size() - from, 0, BLOCK);
            var buffer = ByteBuffer.allocate(size);
            while (buffer.hasRemaining() && in.read(buffer, from + buffer.position()) >= 0) {
                // to the end
            }
            bytes = java.util.Arrays.copyOf(buffer.array(), buffer.position());
        }
        var events = new ArrayList<String>();
        int start = 0;
        for (int i = 0; i < bytes.length && events.size() < most; i++) {
            if (bytes[i] == '\n') {
                events.add(new String(bytes, start, i - start, StandardCharsets.US_ASCII));
                start = i + 1;
            }
        }
        return events.isEmpty() ? Optional.empty() : Optional.of(new Batch(file, from + start, events));
    }

    private static Path positionOf(Path file) {
        var name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + POSITION);
    }

    private static long position(Path file) throws IOException {
        try {
            return Long.parseLong(Files.readString(positionOf(file)).strip());
        } catch (NoSuchFileException | NumberFormatException e) {
            return 0; // rather twice than never
        }
    }

    /** Notes that a batch was posted. */
    void done(Batch batch) throws IOException {
        var position = positionOf(batch.file());
        var fresh = freshOf(position);
        Files.writeString(fresh, Long.toString(batch.end()));
        Files.move(fresh, position, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path freshOf(Path position) {
        return position.resolveSibling(position.getFileName() + ".new");
    }

    private static void remove(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(positionOf(file));
        Files.deleteIfExists(freshOf(positionOf(file)));
    }
}
