package org.tarishi.core.queue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A folder of the file system. */
final class FolderDisk implements Disk {

    private static final String LOCK = "lock";
    private static final FileAttribute<Set<PosixFilePermission>> OWN_FILE = mode("rw-------");
    private static final FileAttribute<Set<PosixFilePermission>> OWN_FOLDER = mode("rwx------");

    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

    private final Path folder;
    private final boolean isDurable;

    /**
     * Makes one.
     *
     * @param isDurable false to force nothing, which is for tests
     */
    FolderDisk(Path folder, boolean isDurable) {
        this.folder = folder;
        this.isDurable = isDurable;
    }

    private static FileAttribute<Set<PosixFilePermission>> mode(String text) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
    }

    @Override
    public void makeFolders() throws IOException {
        boolean isNew = !Files.isDirectory(folder);
        for (var name : List.of("", JOURNAL, BODIES, DAMAGED)) {
            Files.createDirectories(folder.resolve(name), OWN_FOLDER);
        }
        forceFolder("");
        var parent = folder.toAbsolutePath().getParent();
        if (isNew && parent != null) {
            force(parent);
        }
    }

    @Override
    public Closeable lock() throws IOException {
        var channel = FileChannel.open(
                folder.resolve(LOCK), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWN_FILE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // by this process
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new IOException("another process, or another revision of this bundle, is using " + folder);
    }

    @Override
    public void forEachName(String name, Consumer<String> then) throws IOException {
        try (var files = Files.newDirectoryStream(folder.resolve(name))) {
            for (var file : files) {
                then.accept(file.getFileName().toString());
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            // there are none
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    @Override
    public DiskFile create(String name) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ);
        return new ChannelFile(FileChannel.open(folder.resolve(name), options, OWN_FILE));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new ChannelFile(FileChannel.open(folder.resolve(name), StandardOpenOption.READ));
    }

    @Override
    public DiskFile append(String name) throws IOException {
        var channel = FileChannel.open(folder.resolve(name), StandardOpenOption.WRITE, StandardOpenOption.READ);
        channel.position(channel.size());
        return new ChannelFile(channel);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
    }

    @Override
    public void forceFolder(String name) throws IOException {
        if (isDurable) {
            force(folder.resolve(name));
        }
    }

    private static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableSpace() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    @Override
    public Optional<Path> path(String name) {
        return Optional.of(folder.resolve(name));
    }

    @Override
    public String toString() {
        return folder.toString();
    }

    private final class ChannelFile implements DiskFile {

        private final FileChannel channel;

        ChannelFile(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return channel.read(into, position);
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        @Override
        public void reserve(long size) throws IOException {
            if (!isDurable) {
                return;
            }
            long at = channel.size();
            while (at < size) {
                at += channel.write(ZEROS.slice(0, (int) Math.min(ZEROS.capacity(), size - at)), at);
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
            channel.position(size);
        }

        @Override
        public void force() throws IOException {
            if (isDurable) {
                // The size is forced with the bytes; times need not be.
                channel.force(false);
            }
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
