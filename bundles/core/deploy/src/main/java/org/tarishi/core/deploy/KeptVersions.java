package org.tarishi.core.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.osgi.framework.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;

/**
 * The versions that were in force and can be gone back to, in {@code data/deploy/kept}, and the settings that each had when it was
 * replaced, in {@code data/deploy/settings}.
 *
 * <p>The file has a line for each, the one that was in force last at the end: symbolic name, hash (or {@code shipped}), version, ids of
 * its plugins, time. One thread at a time changes it, any may read.
 */
final class KeptVersions {

    private static final Logger LOG = LoggerFactory.getLogger(KeptVersions.class);

    /** What stands for the hash of a version that comes with the distribution. */
    static final String SHIPPED = "shipped";

    private static final Pattern PID = Pattern.compile("[A-Za-z0-9_~-]+(\\.[A-Za-z0-9_~-]+)*");
    private static final String SUFFIX = ".cfg";

    private final PluginStore store;
    private final Path file;
    private final Path settings;
    private final List<Kept> all = new CopyOnWriteArrayList<>();

    /**
     * One version.
     *
     * @param symbolicName the bundle's name
     * @param hash the SHA-256 of its bytes, or {@link #SHIPPED}
     * @param version its version
     * @param plugins the ids of the plugins in it
     * @param until when it was in force last
     */
    record Kept(String symbolicName, String hash, Version version, Set<String> plugins, Instant until) {

        Kept {
            plugins = Set.copyOf(plugins);
        }

        boolean isShipped() {
            return hash.equals(SHIPPED);
        }

        /** Tells whether an operator means this one, by its version or by the beginning of its hash. */
        boolean isCalled(String word) {
            return version.toString().equals(word)
                    || (isShipped() ? word.equals(SHIPPED) : word.length() >= 6 && hash.startsWith(word));
        }

        /** Returns the version, and enough of the hash to tell it from another one. */
        String shown() {
            return version + (isShipped() ? " (shipped)" : " (" + hash.substring(0, 12) + ")");
        }

        private boolean isSame(Kept other) {
            return symbolicName.equals(other.symbolicName) && hash.equals(other.hash);
        }
    }

    KeptVersions(PluginStore store) {
        this.store = store;
        file = store.folder().resolve("kept");
        settings = store.folder().resolve("settings");
        try {
            SafeFiles.makeFolder(settings);
            if (Files.exists(file)) {
                Files.readAllLines(file).forEach(this::readLine);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't use " + file, e);
        }
    }

    /** Returns the versions kept of a bundle, the one that was in force last at the end. */
    List<Kept> of(String symbolicName) {
        return all.stream()
                .filter(kept -> kept.symbolicName().equals(symbolicName))
                .toList();
    }

    /** Returns the names of all bundles that a version is kept of. */
    Set<String> names() {
        var names = new TreeSet<String>();
        all.forEach(kept -> names.add(kept.symbolicName()));
        return names;
    }

    /** Returns the symbolic name of the bundle that has, or had, a plugin. */
    Optional<String> bundleOf(String plugin) {
        return all.reversed().stream()
                .filter(kept -> kept.plugins().contains(plugin))
                .map(Kept::symbolicName)
                .findFirst();
    }

    /**
     * Keeps a version that has just been replaced, with its settings.
     *
     * @param texts the texts of its settings by PID
     * @param most how many of the bundle's versions stay
     */
    void keep(Kept kept, Map<String, String> texts, int most) throws IOException {
        all.removeIf(kept::isSame);
        all.add(kept);
        write();
        var folder = folder(kept);
        SafeFiles.deleteFolder(folder);
        SafeFiles.makeFolder(folder);
        for (var text : texts.entrySet()) {
            if (PID.matcher(text.getKey()).matches()) {
                SafeFiles.replace(folder.resolve(text.getKey() + SUFFIX), text.getValue());
            }
        }
        prune(kept.symbolicName(), most);
    }

    /** Takes a version that is in force again out of the list; its settings of then stay until it is replaced. */
    void isInForce(String symbolicName, String hash) throws IOException {
        if (all.removeIf(
                kept -> kept.symbolicName().equals(symbolicName) && kept.hash().equals(hash))) {
            write();
        }
    }

    /** Forgets what is too much of a bundle's versions, the oldest first. */
    void prune(String symbolicName, int most) throws IOException {
        var kept = of(symbolicName);
        for (int i = 0; i < kept.size() - most; i++) {
            forget(kept.get(i));
        }
    }

    /** Deletes the bytes of what did not come in, or is out again, unless it was in force once. */
    void forgetUnlessKept(PluginJar jar) {
        try {
            if (of(jar.symbolicName()).stream().noneMatch(one -> one.hash().equals(jar.hash()))) {
                store.forget(jar.hash());
            }
        } catch (IOException e) {
            LOG.error("{} can't be deleted: {}", store.jar(jar.hash()), e.toString());
        }
    }

    /** Forgets one, its bytes and its settings. */
    void forget(Kept kept) throws IOException {
        all.remove(kept);
        write();
        SafeFiles.deleteFolder(folder(kept));
        if (!kept.isShipped() && all.stream().noneMatch(other -> other.hash().equals(kept.hash()))) {
            store.forget(kept.hash());
        }
    }

    /** Returns the texts of the settings that a version had. */
    Map<String, String> settings(Kept kept) {
        var texts = new HashMap<String, String>();
        var folder = folder(kept);
        if (Files.isDirectory(folder)) {
            try (var files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
                for (var one : files) {
                    var name = one.getFileName().toString();
                    texts.put(name.substring(0, name.length() - SUFFIX.length()), Files.readString(one));
                }
            } catch (IOException e) {
                LOG.error("the settings kept in {} can't be read: {}", folder, e.toString());
                return Map.of();
            }
        }
        return texts;
    }

    /** Tells whether the settings of a version were kept at all. */
    boolean hasSettings(Kept kept) {
        return Files.isDirectory(folder(kept));
    }

    private Path folder(Kept kept) {
        return settings.resolve(kept.symbolicName() + "@" + kept.hash());
    }

    private void readLine(String line) {
        var words = line.split(" ", 5);
        try {
            if (words.length == 5
                    && (words[1].equals(SHIPPED)
                            || PluginStore.HASH.matcher(words[1]).matches())) {
                all.add(new Kept(
                        words[0],
                        words[1],
                        Objects.requireNonNull(Version.parseVersion(words[2])),
                        Names.split(words[3]),
                        Instant.parse(words[4])));
                return;
            }
        } catch (DateTimeParseException | IllegalArgumentException e) {
            // told below, with all else that is no line
        }
        LOG.error("{}: a damaged line is left out, that version can't be gone back to: {}", file, Text.escaped(line));
    }

    private void write() throws IOException {
        var text = new StringBuilder();
        for (var kept : all) {
            text.append(kept.symbolicName())
                    .append(' ')
                    .append(kept.hash())
                    .append(' ')
                    .append(kept.version())
                    .append(' ')
                    .append(String.join(",", new TreeSet<>(kept.plugins())))
                    .append(' ')
                    .append(kept.until())
                    .append('\n');
        }
        SafeFiles.replace(file, text.toString());
    }
}
