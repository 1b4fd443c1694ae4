package org.tarishi.core.admin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The accounts on disk: one line a user, a name, a blank and a {@link PasswordHash}.
 *
 * <p>The file is readable by its owner alone from its first moment, and replaced whole: after a crash it is the old one or the
 * new one.
 */
final class UserFile {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,31}");
    private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private final Path file;

    UserFile(Path file) {
        this.file = file;
    }

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /**
     * Reads all accounts; none when there is no file yet.
     *
     * @throws IOException when the file can't be read, others may read or write it, or a line is not an account; the message
     *     names the file, the line and what to change, and never quotes a line
     */
    SortedMap<String, PasswordHash> read() throws IOException {
        var users = new TreeMap<String, PasswordHash>();
        if (!Files.exists(file)) {
            return users;
        }
        var permissions = EnumSet.copyOf(Files.getPosixFilePermissions(file));
        if (permissions.removeAll(OTHERS)) {
            throw new IOException(file + ": others may read or write the accounts; run chmod 600 on it");
        }
        var number = 0;
        for (var line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
            number++;
            var blank = line.indexOf(' ');
            var name = line.substring(0, Math.max(blank, 0));
            try {
                if (!isName(name)) {
                    throw new IllegalArgumentException("want a user name, a blank and a password hash");
                }
                users.put(name, PasswordHash.parse(line.substring(blank + 1)));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + ": line " + number + ": " + e.getMessage(), e);
            }
        }
        return users;
    }

    /** Replaces all accounts; when this returns, they are on the disk. */
    void write(Map<String, PasswordHash> users) throws IOException {
        var folder = file.toAbsolutePath().normalize().getParent();
        if (folder == null) {
            throw new IOException(file + ": not a file in a folder");
        }
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_FOLDER));
        var text = new StringBuilder();
        users.forEach((name, hash) ->
                text.append(name).append(' ').append(hash.text()).append('\n'));
        var fresh = folder.resolve(file.getFileName() + ".new");
        Files.deleteIfExists(fresh); // what a crash may have left
        try (var channel = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_FILE))) {
            var bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        try (var entry = FileChannel.open(folder, StandardOpenOption.READ)) {
            entry.force(true); // the new name too, or a power cut brings the old accounts back
        }
    }
}
