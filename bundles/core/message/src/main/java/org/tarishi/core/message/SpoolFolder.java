package org.tarishi.core.message;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of the temporary files.
 *
 * <p>A file's name is {@code <transaction>.<process>.<number>.eml}. The process is its id and start time, so that what a killed one
 * left can be told from what another revision of this bundle, in the same process, is still using.
 */
class SpoolFolder {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolFolder.class);
    private static final String PROCESS = Long.toString(ProcessHandle.current().pid(), 36)
            + "-"
            + Long.toString(
                    ProcessHandle.current()
                            .info()
                            .startInstant()
                            .orElse(Instant.EPOCH)
                            .toEpochMilli(),
                    36);
    private static final Pattern OURS = Pattern.compile("[A-Za-z0-9_-]++(?:\\.[A-Za-z0-9_-]++)*+");
    private static final String SUFFIX = ".eml";
    private static final int LONGEST_ID = 100;
    private static final AtomicLong NUMBER = new AtomicLong();

    /** How long an answer of the file system is taken for true. */
    private static final long FRESH_NANOS = 1_000_000_000;

    private static final long STALE_NANOS = 10 * FRESH_NANOS;

    private final Path folder;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile Room room = new Room(Long.MAX_VALUE, System.nanoTime() - STALE_NANOS);

    /** The bytes that were free at an instant. */
    private record Room(long bytes, long at) {}

    SpoolFolder(Path folder) {
        this.folder = folder;
    }

    Path path() {
        return folder;
    }

    /**
     * Tells whether so many bytes were free when that was last asked, in doubt yes; asks anew off this thread where that is a while ago.
     */
    boolean hasRoomFor(long bytes) {
        var now = room;
        long age = System.nanoTime() - now.at();
        if (age >= FRESH_NANOS && looking.compareAndSet(false, true)) {
            Thread.ofVirtual().name("spool room").start(this::look);
        }
        return bytes <= now.bytes() || age >= STALE_NANOS;
    }

    /** Asks the file system, which may take its time. */
    void look() {
        try {
            var there = folder;
            while (!Files.exists(there) && there.getParent() != null) {
                there = there.getParent();
            }
            room = new Room(Files.getFileStore(there).getUsableSpace(), System.nanoTime());
        } catch (IOException e) {
            // Whoever stores says what is wrong with the folder; a guess must not refuse mail.
            room = new Room(Long.MAX_VALUE, System.nanoTime());
        } finally {
            looking.set(false);
        }
    }

    /** A file that was just made. */
    record Created(Path path, FileChannel channel) {}

    /** Makes a file that only this user may read, and the folder when it is missing. */
    Created create(String id) throws IOException {
        var name = safe(id) + "." + PROCESS + "." + Long.toString(NUMBER.incrementAndGet(), 36) + SUFFIX;
        var path = folder.resolve(name);
        Files.createDirectories(folder, permissions("rwx------"));
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        return new Created(path, FileChannel.open(path, options, permissions("rw-------")));
    }

    /** Removes what other processes left. */
    void removeLeftovers() {
        if (!Files.isDirectory(folder)) {
            return;
        }
        int removed = 0;
        try (var files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (var file : files) {
                if (isLeftover(file.getFileName().toString())) {
                    Files.deleteIfExists(file);
                    removed++;
                }
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn(
                    "cannot remove old temporary messages in {}: {}; look at its owner and permissions",
                    folder,
                    e.toString());
        }
        if (removed > 0) {
            LOG.info("removed {} temporary messages that an earlier process left in {}", removed, folder);
        }
    }

    private static boolean isLeftover(String name) {
        if (!OURS.matcher(name).matches()) {
            return false;
        }
        var parts = name.split("\\.", -1);
        if (parts.length < 4) {
            return false;
        }
        var process = parts[parts.length - 3];
        return process.indexOf('-') > 0 && !process.equals(PROCESS);
    }

    private static String safe(String id) {
        var name = new StringBuilder(id.length());
        for (int i = 0; i < Math.min(id.length(), LONGEST_ID); i++) {
            char c = id.charAt(i);
            boolean plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
            boolean dot = c == '.' && i > 0 && id.charAt(i - 1) != '.';
            name.append(plain || dot ? c : '_');
        }
        return name.isEmpty() ? "_" : name.toString();
    }

    private FileAttribute<?>[] permissions(String mode) {
        return folder.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }
}
