package org.tarishi.core.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a new instance begins with, where {@code tarishi aot} has left it beside the distribution: the bundles, installed, and the shipped
 * settings, checked and stored. Its first start then is one like any other. Nothing in it is believed more than what the instance wrote
 * itself: {@link Installer} compares the bundles with the features, the configuration gate each setting with its file.
 */
final class Seed {

    private Seed() {}

    /**
     * Copies a seed into an instance that has never started; all of it or nothing that counts, also where the process ends meanwhile.
     *
     * @param from the seed; there may be none
     * @param folders the instance, with its settings files
     * @throws IOException where it can't be copied; the instance then makes its own
     */
    static void plant(@Nullable Path from, Folders folders) throws IOException {
        if (from == null
                || !Files.isDirectory(from)
                // Another user's, who shares nothing with this one.
                || !Files.isReadable(from)
                || Files.exists(folders.cache())
                || Files.exists(folders.config())) {
            return;
        }
        var config = folders.data().resolve("config.new");
        var cache = folders.data().resolve("cache.new");
        delete(config);
        delete(cache);
        try {
            copy(from.resolve("config"), config, file -> isWanted(file, folders.conf()));
            copy(from.resolve("cache"), cache, file -> true);
            Files.move(config, folders.config(), StandardCopyOption.ATOMIC_MOVE);
            // Last: this is what tells that there is nothing to be done.
            Files.move(cache, folders.cache(), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(config);
            delete(cache);
        }
    }

    /** A good text of other settings than this instance's would be told as a change, and there has been none; nor is there a history. */
    private static boolean isWanted(Path file, Path conf) {
        var name = file.getFileName().toString();
        if (name.equals("history")) {
            return false;
        }
        try {
            return !name.endsWith(".cfg") || Files.mismatch(file, conf.resolve(name)) < 0;
        } catch (IOException e) {
            // The instance has no such file, or one that can't be read, which is told in its place.
            return false;
        }
    }

    private static void copy(Path from, Path to, Predicate<Path> isWanted) throws IOException {
        Files.createDirectory(to);
        try (var entries = Files.newDirectoryStream(from)) {
            for (var entry : entries) {
                if (isWanted.test(entry)) {
                    var copy = to.resolve(entry.getFileName());
                    if (Files.isDirectory(entry)) {
                        copy(entry, copy, isWanted);
                    } else if (!couldLink(entry, copy)) {
                        Files.copy(entry, copy);
                    }
                }
            }
        }
    }

    /** The framework writes a jar once, and where it is from, and never into them; so all instances may have the same, where the file system lets them. */
    private static boolean couldLink(Path from, Path to) {
        var name = from.toString();
        if (!name.endsWith(".jar") && !name.endsWith("revision.location")) {
            return false;
        }
        try {
            Files.createLink(to, from);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (var files = Files.walk(tree)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
