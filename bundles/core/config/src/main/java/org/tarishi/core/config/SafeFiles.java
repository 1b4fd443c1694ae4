package org.tarishi.core.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Text;

/** Reads and replaces small text files whole: a reader sees the old text or the new one, also after a power cut. */
final class SafeFiles {

    /** A settings file beyond this is a mistake. */
    private static final long LARGEST = 1 << 20;

    private SafeFiles() {}

    /**
     * Returns the text of a file, or null when there is none.
     *
     * @throws IOException when it can't be read, is larger than 1 MiB, or is no UTF-8
     */
    static @Nullable String read(Path file) throws IOException {
        try {
            if (Files.size(file) > LARGEST) {
                throw new IOException("is larger than 1 MiB");
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return null;
        } catch (CharacterCodingException e) {
            throw new IOException("is not UTF-8", e);
        }
    }

    /** Replaces a file, keeping its permissions; a new one is its owner's alone, because it may hold a secret. */
    static void write(Path file, String text) throws IOException {
        // What a link points to is replaced, not the link.
        var real = Files.exists(file) ? file.toRealPath() : file;
        var temporary = real.resolveSibling("." + real.getFileName() + ".new");
        var isPosix = real.getFileSystem().supportedFileAttributeViews().contains("posix");
        var permissions = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.deleteIfExists(temporary);
        var create = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var channel =
                isPosix ? FileChannel.open(temporary, create, permissions) : FileChannel.open(temporary, create)) {
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        if (isPosix && Files.exists(real)) {
            Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(real));
        }
        Files.move(temporary, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolder(real.toAbsolutePath().getParent());
    }

    static void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            forceFolder(file.toAbsolutePath().getParent());
        }
    }

    private static void forceFolder(@Nullable Path folder) throws IOException {
        if (folder != null
                && !System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("win")) {
            try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Makes a folder that is its owner's alone. */
    static void makeFolder(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(folder);
        }
    }

    /** Returns why a file could not be had, in words. */
    static String reason(IOException e) {
        var message = switch (e) {
            case java.nio.file.AccessDeniedException _ -> "permission denied";
            case NoSuchFileException missing -> "no such file or folder: " + missing.getFile();
            case FileSystemException system when system.getReason() != null -> system.getReason();
            default -> String.valueOf(e.getMessage());
        };
        return Text.escaped(message);
    }
}
