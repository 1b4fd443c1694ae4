package org.tarishi.plugin.maildir;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** What delivery asks of the file system; a test puts a failing one in its place. */
class Disk {

    /** Creates a file that was not there, with these permissions and never more, and opens it for writing. */
    FileChannel create(Path file, Set<PosixFilePermission> mode) throws IOException {
        var channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(mode));
        try {
            widen(file, mode);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Makes a folder that was not there. */
    void createFolder(Path folder, Set<PosixFilePermission> mode) throws IOException {
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(mode));
        widen(folder, mode);
    }

    /** The process' umask takes bits away that the operator wants set; the owner's alone are never touched by a sane one. */
    private static void widen(Path path, Set<PosixFilePermission> mode) throws IOException {
        if (mode.contains(PosixFilePermission.GROUP_READ)) {
            Files.setPosixFilePermissions(path, mode);
        }
    }

    /** Opens a folder so that it can be forced. */
    FileChannel openFolder(Path folder) throws IOException {
        return FileChannel.open(folder, StandardOpenOption.READ);
    }

    /** Has everything of a file or folder on the disk when it returns. */
    void force(FileChannel channel) throws IOException {
        channel.force(true);
    }

    /** Renames a file in one step. */
    void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes a file; nothing happens when it is not there. */
    void remove(Path file) throws IOException {
        Files.deleteIfExists(file);
    }
}
