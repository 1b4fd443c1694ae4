package org.tarishi.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;
import org.tarishi.core.boot.Features;
import org.tarishi.core.boot.Platform;
import org.tarishi.core.boot.Repository;

/**
 * Assembles the distribution from what {@code features/} lists and Maven has collected, and proves that the set resolves.
 *
 * <p>The features decide. A bundle that they name and Maven did not bring, and one that Maven brought and they do not name, fail the
 * build with one line that says so. The proof resolves every bundle in the framework that ships, as the launcher configures it: what
 * it says cannot differ from what an instance will find.
 */
public final class Assemble {

    private final Path sources;
    private final Path target;
    private final String version;
    private final Path place;
    private final Path into;

    private Assemble(Path sources, Path target, String version) {
        this.sources = sources;
        this.target = target;
        this.version = version;
        this.place = target.resolve("tarishi-" + version);
        this.into = target.resolve("assembling");
    }

    /**
     * Runs the step; exits with 1 and one line where something does not agree.
     *
     * @param arguments the workspace's root, this module's target folder, the version
     */
    public static void main(String[] arguments) throws IOException {
        try {
            new Assemble(Path.of(arguments[0]).normalize(), Path.of(arguments[1]), arguments[2]).assemble();
        } catch (Mismatch e) {
            say("The distribution does not fit together: " + e.getMessage());
            System.exit(1);
        }
        // The framework's threads must not keep a finished build.
        System.exit(0);
    }

    /** Tells what does not fit together. */
    private static final class Mismatch extends Exception {
        private static final long serialVersionUID = 1L;

        Mismatch(String message) {
            super(message);
        }
    }

    private void assemble() throws IOException, Mismatch {
        var features = Features.read(sources.resolve("features"));
        var collected = collected();
        var ids = new LinkedHashMap<String, String>();
        for (var id : features.classPath()) {
            ids.put(id, versioned(id, collected));
        }
        for (var bundle : features.bundles()) {
            ids.put(bundle.id(), versioned(bundle.id(), collected));
        }
        for (var id : collected.keySet()) {
            if (!ids.containsKey(id)) {
                throw new Mismatch(id + " stands in distribution/pom.xml, and in no file of features/");
            }
        }

        delete(into);
        Files.createDirectories(into);
        copy(sources.resolve("distribution/src/main/dist"), into);
        copy(sources.resolve("config"), into.resolve("config"));
        for (var id : features.classPath()) {
            var place = Repository.place(found(ids, id));
            copyFile(target.resolve("repository").resolve(place), into.resolve("lib/boot"), name(place));
        }
        var sums = new StringBuilder();
        for (var bundle : features.bundles()) {
            var place = Repository.place(found(ids, bundle.id()));
            var file = into.resolve("repository").resolve(place);
            copyFile(target.resolve("repository").resolve(place), folderOf(file), name(place));
            sums.append(sha256(file)).append("  ").append(place).append('\n');
        }
        Files.writeString(into.resolve("repository/SHA256SUMS"), sums);
        features(ids);
        copyFile(sources.resolve("LICENSE"), into, "LICENSE");
        if (Files.exists(target.resolve("sbom.json"))) {
            copyFile(target.resolve("sbom.json"), into, "sbom.json");
        } else {
            say("No sbom.json: its plugin works online only.");
        }
        Files.writeString(into.resolve("lib/version"), version + "\n");
        Files.setPosixFilePermissions(into.resolve("bin/tarishi"), PosixFilePermissions.fromString("rwxr-xr-x"));
        prove(features, ids);
        // Only what was proved comes to its place, and an instance that somebody runs there stays.
        for (var own : List.of("conf", "data", "deploy", "logs")) {
            if (Files.exists(place.resolve(own))) {
                Files.move(place.resolve(own), into.resolve(own));
            }
        }
        delete(place);
        Files.move(into, place);
        say(place + ": " + features.bundles().size() + " bundles, and all of them resolve");
    }

    /** Returns what Maven brought: group:artifact, and its version. */
    private Map<String, String> collected() throws IOException {
        var root = target.resolve("repository");
        var collected = new TreeMap<String, String>();
        try (var files = Files.walk(root)) {
            for (var jar :
                    files.filter(file -> file.toString().endsWith(".jar")).toList()) {
                var place = root.relativize(jar);
                var depth = place.getNameCount();
                var group = place.subpath(0, depth - 3).toString().replace('/', '.');
                collected.put(
                        group + ':' + place.getName(depth - 3),
                        place.getName(depth - 2).toString());
            }
        }
        return collected;
    }

    private static String versioned(String id, Map<String, String> collected) throws Mismatch {
        var found = collected.get(id);
        if (found == null) {
            throw new Mismatch(id + " stands in features/, and not in distribution/pom.xml");
        }
        return id + ':' + found;
    }

    private static String found(Map<String, String> ids, String id) {
        var found = ids.get(id);
        if (found == null) {
            throw new IllegalStateException(id);
        }
        return found;
    }

    /** Writes the feature files with the versions filled in; they stay as readable as their sources. */
    private void features(Map<String, String> ids) throws IOException {
        var to = into.resolve("features");
        Files.createDirectories(to);
        try (var files = Files.list(sources.resolve("features"))) {
            for (var file :
                    files.filter(each -> each.toString().endsWith(".json")).toList()) {
                var text = Files.readString(file);
                for (var id : ids.entrySet()) {
                    text = text.replace('"' + id.getKey() + '"', '"' + id.getValue() + '"');
                }
                Files.writeString(to.resolve(file.getFileName()), text);
            }
        }
    }

    private void prove(Features features, Map<String, String> ids) throws IOException, Mismatch {
        var storage = target.resolve("proof");
        delete(storage);
        var framework = Platform.framework(Map.of(Constants.FRAMEWORK_STORAGE, storage.toString()), () -> {});
        try {
            framework.init();
            var bundles = new ArrayList<Bundle>();
            for (var bundle : features.bundles()) {
                var file = into.resolve("repository").resolve(Repository.place(found(ids, bundle.id())));
                bundles.add(
                        framework.getBundleContext().installBundle(file.toUri().toString()));
            }
            for (var bundle : bundles) {
                if (bundle.getSymbolicName() == null) {
                    throw new Mismatch(bundle.getLocation() + " is no bundle");
                }
            }
            if (!framework.adapt(FrameworkWiring.class).resolveBundles(bundles)) {
                throw new Mismatch(unresolved(bundles));
            }
            framework.stop();
            framework.waitForStop(10_000);
        } catch (BundleException e) {
            throw new Mismatch(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        delete(storage);
    }

    /** Returns why bundles did not resolve: a start says what a resolve keeps to itself. */
    private static String unresolved(List<Bundle> bundles) {
        var reasons = new ArrayList<String>();
        for (var bundle : bundles) {
            if (bundle.getState() == Bundle.INSTALLED) {
                try {
                    bundle.start();
                } catch (BundleException e) {
                    reasons.add(String.valueOf(e.getMessage()));
                }
            }
        }
        return String.join("\n  ", reasons);
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.sorted().toList()) {
                var place = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(place);
                } else {
                    Files.copy(file, place, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private static void copyFile(Path from, Path folder, String name) throws IOException, Mismatch {
        if (!Files.isRegularFile(from)) {
            throw new Mismatch(from + " is missing");
        }
        Files.createDirectories(folder);
        Files.copy(from, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path folderOf(Path file) {
        return file.resolveSibling(".").normalize();
    }

    private static String name(String place) {
        return place.substring(place.lastIndexOf('/') + 1);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    // The build's log is where this step speaks.
    private static void say(String line) {
        System.out.println(line);
    }
}
