package org.tarishi.core.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;

/**
 * What the operator has put in: the bundles' bytes by hash in {@code data/plugins}, and which of them is in force in
 * {@code data/deploy/in-force}.
 *
 * <p>The file has a line for each symbolic name: name, hash, ids of its plugins, time, door. It is replaced as a whole, synced before it is named, so that
 * a crash leaves the old state or the new one. One thread at a time.
 */
final class PluginStore {

    private static final Logger LOG = LoggerFactory.getLogger(PluginStore.class);

    /** The beginning of the location of every bundle that was installed here; the launcher leaves such bundles alone. */
    static final String LOCATION = "tarishi-plugin:";

    private final Path jars;
    private final Path stateFolder;
    private final Path stateFile;
    private final Map<String, Entry> inForce = new LinkedHashMap<>();

    PluginStore(Path data) {
        jars = data.resolve("plugins");
        stateFolder = data.resolve("deploy");
        stateFile = stateFolder.resolve("in-force");
        try {
            privateFolder(jars);
            privateFolder(stateFolder);
            if (Files.exists(stateFile)) {
                Files.readAllLines(stateFile).forEach(this::readLine);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't use " + data + " for plugins", e);
        }
    }

    /**
     * What is in force.
     *
     * @param hash the SHA-256 of the bundle's bytes
     * @param plugins the ids of the plugins in it
     * @param since when it was put in force
     * @param door who asked
     */
    record Entry(String hash, Set<String> plugins, Instant since, String door) {}

    /** Returns what is in force by symbolic name. */
    Map<String, Entry> all() {
        return Map.copyOf(inForce);
    }

    /** Returns what is in force for a symbolic name. */
    Optional<Entry> get(String symbolicName) {
        return Optional.ofNullable(inForce.get(symbolicName));
    }

    /** Returns where the bytes of a hash lie. */
    Path jar(String hash) {
        return jars.resolve(hash + ".jar");
    }

    /** Copies a file in, synced. */
    void keep(PluginJar jar) throws IOException {
        var target = jar(jar.hash());
        if (Files.exists(target)) {
            return;
        }
        var temporary = jars.resolve(jar.hash() + ".tmp");
        Files.copy(jar.file(), temporary, StandardCopyOption.REPLACE_EXISTING);
        sync(temporary);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        sync(jars);
    }

    /** Writes down that a bundle is in force. */
    void putInForce(PluginJar jar, Set<String> plugins, Instant when, String door) throws IOException {
        var name = jar.symbolicName();
        var before = inForce.put(name, new Entry(jar.hash(), plugins, when, door));
        try {
            write();
        } catch (IOException e) {
            // What could not be written down must not be written down with the next one.
            if (before == null) {
                inForce.remove(name);
            } else {
                inForce.put(name, before);
            }
            throw e;
        }
    }

    /** Writes down that nothing is in force for a symbolic name; deletes bytes that nobody needs any more. */
    void remove(String symbolicName) throws IOException {
        var entry = inForce.remove(symbolicName);
        try {
            write();
        } catch (IOException e) {
            if (entry != null) {
                inForce.put(symbolicName, entry);
            }
            throw e;
        }
        if (entry != null && inForce.values().stream().noneMatch(e -> e.hash().equals(entry.hash()))) {
            Files.deleteIfExists(jar(entry.hash()));
        }
    }

    private void readLine(String line) {
        var words = line.split(" ", 5);
        try {
            if (words.length == 5 && words[1].matches("[0-9a-f]{64}")) {
                var plugins = Set.copyOf(Arrays.asList(words[2].split(",", -1)));
                inForce.put(words[0], new Entry(words[1], plugins, Instant.parse(words[3]), words[4]));
                return;
            }
        } catch (DateTimeParseException e) {
            // told below, with all else that is no line
        }
        LOG.error("{}: a damaged line is left out, install that plugin again: {}", stateFile, Text.escaped(line));
    }

    private void write() throws IOException {
        var text = new StringBuilder();
        inForce.forEach((name, e) -> text.append(name)
                .append(' ')
                .append(e.hash())
                .append(' ')
                .append(String.join(",", new TreeSet<>(e.plugins())))
                .append(' ')
                .append(e.since())
                .append(' ')
                .append(e.door())
                .append('\n'));
        var temporary = stateFile.resolveSibling("in-force.tmp");
        Files.write(temporary, text.toString().getBytes(StandardCharsets.UTF_8));
        sync(temporary);
        Files.move(temporary, stateFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(stateFolder);
    }

    private static void privateFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    private static void sync(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
