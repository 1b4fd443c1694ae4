package org.tarishi.core.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;

/**
 * The folder of settings files, one a PID.
 *
 * <p>{@link #scan} tells what has changed and then lain still from one scan to the next: so a file that somebody is writing is read
 * when it is whole, and one that is replaced by a rename, or by delete and create, never looks deleted. Looking at a few dozen files
 * costs less than being wrong about what a file system's watch service leaves out. One thread at a time.
 */
final class ConfFolder {

    private static final Logger log = LoggerFactory.getLogger(ConfFolder.class);

    private static final String SUFFIX = ".cfg";
    private static final Pattern PID = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*(~[A-Za-z0-9_][A-Za-z0-9._-]*)?");

    private final Path folder;
    private final Map<String, Optional<Stamp>> stamps = new HashMap<>();
    private final Set<String> unsettled = new TreeSet<>();
    private final Set<String> strange = new TreeSet<>();
    private boolean missing;

    private record Stamp(
            long size, FileTime modified, @Nullable Object key) {}

    ConfFolder(Path folder) {
        this.folder = folder;
    }

    /** Returns the file of a PID, there or not. */
    Path file(String pid) {
        return folder.resolve(pid + SUFFIX);
    }

    /** Returns the PID that a file's name stands for, or null when the name is none. */
    static @Nullable String pid(Path file) {
        var name = Objects.toString(file.getFileName());
        if (!name.endsWith(SUFFIX)) {
            return null;
        }
        var pid = name.substring(0, name.length() - SUFFIX.length());
        return PID.matcher(pid).matches() ? pid : null;
    }

    /** Tells whether a PID can be the name of a file. */
    static boolean isPid(String pid) {
        return PID.matcher(pid).matches();
    }

    /** Returns the PIDs that have a file, and takes them for known: a scan tells what changes from now on. */
    Set<String> begin() {
        var found = look();
        stamps.clear();
        unsettled.clear();
        if (found == null) {
            return Set.of();
        }
        found.forEach((pid, stamp) -> stamps.put(pid, Optional.of(stamp)));
        return new TreeSet<>(found.keySet());
    }

    /** Returns the PIDs whose file has come, gone or changed, and is now as it was at the last scan. */
    Set<String> scan() {
        var found = look();
        if (found == null) {
            return Set.of();
        }
        var settled = new TreeSet<String>();
        var all = new TreeSet<>(stamps.keySet());
        all.addAll(unsettled);
        all.addAll(found.keySet());
        for (var pid : all) {
            var now = Optional.ofNullable(found.get(pid));
            var before = stamps.getOrDefault(pid, Optional.empty());
            if (!now.equals(before)) {
                stamps.put(pid, now);
                unsettled.add(pid);
            } else if (unsettled.remove(pid)) {
                settled.add(pid);
                if (now.isEmpty()) {
                    stamps.remove(pid);
                }
            }
        }
        return settled;
    }

    /** Has the next scan tell of a PID though its file does not change: it could not be read. */
    void again(String pid) {
        unsettled.add(pid);
    }

    /** Returns what there is, or null when the folder itself is not there: that is no order to forget all settings. */
    private @Nullable Map<String, Stamp> look() {
        var found = new TreeMap<String, Stamp>();
        try (var files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (var file : files) {
                var pid = pid(file);
                if (pid == null) {
                    if (!file.getFileName().toString().startsWith(".")
                            && strange.size() < 1000
                            && strange.add(file.getFileName().toString())) {
                        log.warn("{} is ignored: its name is no PID", Text.escaped(file.toString()));
                    }
                    continue;
                }
                stamp(file).ifPresent(stamp -> found.put(pid, stamp));
            }
            missing = false;
            return found;
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            if (!missing) {
                missing = true;
                log.error(
                        "cannot read the settings folder {}: {}; all settings stay as they are", folder, e.toString());
            }
            return null;
        }
    }

    private static Optional<Stamp> stamp(Path file) {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(new Stamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey()));
        } catch (IOException e) {
            // Gone between the listing and the look, or a link to nothing.
            return Optional.empty();
        }
    }
}
