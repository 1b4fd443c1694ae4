package org.tarishi.core.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;
import org.tarishi.core.spi.PluginRefusedException;

/**
 * What the operator has put in: the bundles' bytes by hash in {@code data/plugins}, and which of them is in force in
 * {@code data/deploy/in-force}.
 *
 * <p>The file has a line for each symbolic name: name, hash, ids of its plugins, time, door. It is replaced as a whole, synced before it is named, so that
 * a crash leaves the old state or the new one. One thread at a time changes it, any may read.
 */
final class PluginStore {

    private static final Logger LOG = LoggerFactory.getLogger(PluginStore.class);

    /** The beginning of the location of every bundle that was installed here; the launcher leaves such bundles alone. */
    static final String LOCATION = "tarishi-plugin:";

    /** The SHA-256 of a bundle's bytes, in hexadecimal. */
    static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    private static final int BUFFER = 64 * 1024;

    private final Path jars;
    private final Path stateFolder;
    private final Path stateFile;
    private final Map<String, Entry> inForce = new ConcurrentSkipListMap<>();

    PluginStore(Path data) {
        jars = data.resolve("plugins");
        stateFolder = data.resolve("deploy");
        stateFile = stateFolder.resolve("in-force");
        try {
            SafeFiles.makeFolder(jars);
            SafeFiles.makeFolder(stateFolder);
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

    /** Returns where kept versions and the history are written down. */
    Path folder() {
        return stateFolder;
    }

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

    /**
     * Copies a file in for a look, so that what is looked at is what is installed, whoever writes to the file meanwhile.
     *
     * @param most the most octets
     * @return the copy; whoever has it deletes it, unless it was kept
     */
    Path stage(Path file, long most) throws PluginRefusedException, IOException {
        var copy = Files.createTempFile(jars, "incoming", ".tmp");
        boolean isWhole = false;
        try (var in = Files.newInputStream(file);
                var out = Files.newOutputStream(copy)) {
            var buffer = new byte[BUFFER];
            long size = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                size += n;
                if (size > most) {
                    throw new PluginRefusedException(Text.escaped(String.valueOf(file.getFileName()))
                            + " is larger than " + most + " octets (maxFileBytes of " + Deploy.PID
                            + "): it is no plugin, or packs too much");
                }
                out.write(buffer, 0, n);
            }
            isWhole = true;
        } finally {
            if (!isWhole) {
                Files.deleteIfExists(copy);
            }
        }
        return copy;
    }

    /** Deletes what a crash has left of such copies. */
    void removeIncoming() {
        try (var left = Files.newDirectoryStream(jars, "*.tmp")) {
            for (var file : left) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.error("can't clear {} of unfinished copies: {}", jars, e.toString());
        }
    }

    /** Keeps the bytes, synced; the jar may be a staged copy, which is taken over. */
    void keep(PluginJar jar) throws IOException {
        var target = jar(jar.hash());
        if (Files.exists(target)) {
            return;
        }
        var temporary = jars.resolve(jar.hash() + ".tmp");
        Files.copy(jar.file(), temporary, StandardCopyOption.REPLACE_EXISTING);
        SafeFiles.sync(temporary);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        SafeFiles.sync(jars);
    }

    /** Reads what was kept; refuses it when its bytes are not those of then. */
    PluginJar read(String symbolicName, String hash) throws PluginRefusedException {
        var jar = PluginJar.read(jar(hash), symbolicName, PluginJar.Limits.NONE);
        if (!jar.hash().equals(hash)) {
            throw new PluginRefusedException("the bytes of " + jar + " have changed on disk: install it again");
        }
        return jar;
    }

    /** Deletes the bytes of a hash, unless they are in force. */
    void forget(String hash) throws IOException {
        if (inForce.values().stream().noneMatch(e -> e.hash().equals(hash))) {
            Files.deleteIfExists(jar(hash));
        }
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

    /** Writes down that nothing that was installed here is in force for a symbolic name; its bytes stay. */
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
    }

    private void readLine(String line) {
        var words = line.split(" ", 5);
        try {
            if (words.length == 5 && HASH.matcher(words[1]).matches()) {
                var plugins = Names.split(words[2]);
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
        SafeFiles.replace(stateFile, text.toString());
    }
}
