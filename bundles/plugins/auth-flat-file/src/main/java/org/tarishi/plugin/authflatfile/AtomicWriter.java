package org.tarishi.plugin.authflatfile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;

/**
 * Puts a file in another's place in one step: written beside it for the owner alone, forced, renamed, and the folder forced.
 *
 * <p>The file beside it, {@code .NAME.new}, keeps others out until it is renamed or dropped: another process, and another version of this
 * plugin in this one. What a process that died has left is taken away when it is old enough. Any thread.
 */
final class AtomicWriter {

    private static final Set<PosixFilePermission> OWNER_ALONE = PosixFilePermissions.fromString("rw-------");

    /** An edit takes milliseconds; hashes are computed before it begins. */
    private static final Duration LEFT_BEHIND = Duration.ofSeconds(30);

    private static final int TRIES = 100;
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Clock clock;

    AtomicWriter(Clock clock) {
        this.clock = clock;
    }

    /** One file on its way into another's place; closing drops it unless it was committed. */
    static final class Draft implements AutoCloseable {

        private final Path target;
        private final Path beside;
        private final FileChannel channel;
        private boolean isCommitted;

        private Draft(Path target, Path beside, FileChannel channel) {
            this.target = target;
            this.beside = beside;
            this.channel = channel;
        }

        /** Writes it, forces it, and puts it in the other's place. */
        void commit(byte[] content, Set<PosixFilePermission> mode) throws IOException {
            for (var left = ByteBuffer.wrap(content); left.hasRemaining(); ) {
                int _ = channel.write(left);
            }
            if (!mode.equals(OWNER_ALONE)) {
                Files.setPosixFilePermissions(beside, mode);
            }
            channel.force(true);
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
            isCommitted = true;
            try (var folder = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
            if (!isCommitted) {
                Files.deleteIfExists(beside);
            }
        }
    }

    /**
     * Begins to write a file.
     *
     * @throws IOException when another one is at it for too long, or the file can't be made
     */
    Draft begin(Path target) throws IOException {
        var beside = target.resolveSibling("." + target.getFileName() + ".new");
        for (int i = 0; i < TRIES; i++) {
            try {
                var channel = FileChannel.open(
                        beside,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(OWNER_ALONE));
                return new Draft(target, beside, channel);
            } catch (FileAlreadyExistsException e) {
                if (isLeftBehind(beside)) {
                    Files.deleteIfExists(beside);
                } else {
                    pause();
                }
            }
        }
        throw new IOException(target + " is being changed by another: " + beside + " is there");
    }

    private boolean isLeftBehind(Path beside) throws IOException {
        try {
            return Files.getLastModifiedTime(beside)
                    .toInstant()
                    .isBefore(clock.instant().minus(LEFT_BEHIND));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
