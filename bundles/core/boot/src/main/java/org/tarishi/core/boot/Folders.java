package org.tarishi.core.boot;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * The folders of one instance, all absolute.
 *
 * @param home the distribution, shared by its instances and only read
 * @param base the instance
 */
record Folders(Path home, Path base) {

    Path conf() {
        return base.resolve("conf");
    }

    Path data() {
        return base.resolve("data");
    }

    Path deploy() {
        return base.resolve("deploy");
    }

    Path logs() {
        return base.resolve("logs");
    }

    /** Returns the folder of the framework's bundle store. */
    Path cache() {
        return data().resolve("cache");
    }

    /** Returns the folder of stored settings. */
    Path config() {
        return data().resolve("config");
    }

    /** Returns the folder of the running process: lock, pid, control socket. */
    Path run() {
        return data().resolve("run");
    }

    /** Makes what is missing, for the owner's eyes only. */
    void make() throws Refusal {
        for (var folder : List.of(base, conf(), data(), deploy(), logs(), run())) {
            try {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (IOException e) {
                throw new Refusal(Refusal.FILES, "cannot make the folder " + folder + ": " + reason(e));
            }
            if (!Files.isWritable(folder)) {
                throw new Refusal(
                        Refusal.FILES, "cannot write to the folder " + folder + ": choose another with --base DIR");
            }
        }
    }

    /**
     * Copies the shipped defaults that this instance has never had into {@code conf/}; what is there already stays.
     *
     * <p>What was filled in once is remembered: a file that the operator deletes does not come back, and a new release still brings
     * its new files. {@code @hostname@} in a default becomes the name of this host.
     */
    void fillDefaults() throws Refusal {
        var shipped = home.resolve("config");
        var memory = data().resolve("defaults");
        try {
            var known = new HashSet<>(lines(memory));
            try (var files = Files.list(shipped)) {
                for (var file : files.sorted().toList()) {
                    var name = file.getFileName().toString();
                    if (!name.endsWith(".cfg") || known.contains(name)) {
                        continue;
                    }
                    fill(file, conf().resolve(name));
                    Files.writeString(memory, name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                }
            }
        } catch (IOException e) {
            throw new Refusal(Refusal.FILES, "cannot fill " + conf() + " with the defaults: " + reason(e));
        }
    }

    private static void fill(Path from, Path to) throws IOException {
        var text = Files.readString(from);
        try {
            Files.writeString(
                    to,
                    text.contains("@hostname@") ? text.replace("@hostname@", hostName()) : text,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            // the operator's own
        }
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /** Returns this host's own name, or localhost where it has none that could be a domain. */
    private static String hostName() {
        String name;
        try {
            // The kernel's word needs no resolver, which may be slow or dead.
            name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            try {
                name = InetAddress.getLocalHost().getHostName();
            } catch (IOException f) {
                name = "localhost";
            }
        }
        return name.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
                ? name.toLowerCase(Locale.ROOT)
                : "localhost";
    }

    /** Returns what an I/O exception of the file system says, in words. */
    static String reason(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case NoSuchFileException missing -> missing.getFile() + ": no such file or folder";
            case FileAlreadyExistsException exists -> exists.getFile() + ": is there and is no folder";
            default -> String.valueOf(e.getMessage());
        };
    }
}
