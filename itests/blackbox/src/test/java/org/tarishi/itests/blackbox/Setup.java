package org.tarishi.itests.blackbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;

/** What the build tells the tests. */
final class Setup {

    private Setup() {}

    /** The assembled folder. */
    static Path distribution() {
        return Path.of(text("tarishi.distribution")).normalize();
    }

    /** How often the server is killed. */
    static int kills() {
        return Integer.parseInt(text("tarishi.kills"));
    }

    /** How often it is killed while it delivers from its queue. */
    static int queueKills() {
        return Integer.parseInt(text("tarishi.queueKills"));
    }

    /** How often a plugin is replaced through each door. */
    static int swaps() {
        return Integer.parseInt(text("tarishi.swaps"));
    }

    /** How long each client waits between two messages while a plugin is replaced. */
    static Duration swapPause() {
        return Duration.parse(text("tarishi.swapPause"));
    }

    /** How often something is replaced, one after the other. */
    static int replacements() {
        return Integer.parseInt(text("tarishi.replacements"));
    }

    /** How long something is replaced every second. */
    static Duration soak() {
        return Duration.parse(text("tarishi.soak"));
    }

    /** How many sessions are held open. */
    static int idle() {
        return Integer.parseInt(text("tarishi.idle"));
    }

    /** How many random dialogues are held. */
    static long dialogues() {
        return Long.parseLong(text("tarishi.dialogues"));
    }

    /** How many wrong passwords are tried. */
    static int wrong() {
        return Integer.parseInt(text("tarishi.wrong"));
    }

    /** By which hash wrong passwords are found to be wrong, as auth-flat-file names it. */
    static String wrongHash() {
        return text("tarishi.wrongHash");
    }

    /** What random dialogues come from; the same seed gives the same again. */
    static long seed() {
        return Long.parseLong(text("tarishi.seed"));
    }

    /** The bundle of a test plugin. */
    static Path plugin(String name) throws IOException {
        var folder = Path.of(text("tarishi.plugins"), name, "target");
        try (var files = Files.newDirectoryStream(folder, "org.tarishi.itests." + name + "-*.jar")) {
            for (var file : files) {
                return file.normalize();
            }
        }
        throw new IOException("no bundle in " + folder + ": build itests/plugins/" + name + " first");
    }

    /** A shipped bundle, by its artifact. */
    static Path shipped(String artifact) throws IOException {
        try (var files = Files.walk(distribution().resolve("repository"))) {
            return files.filter(file -> {
                        var name = file.getFileName().toString();
                        return name.startsWith(artifact + "-") && name.endsWith(".jar");
                    })
                    .findFirst()
                    .orElseThrow(() -> new IOException("no " + artifact + " in " + distribution()));
        }
    }

    /** Something that {@code itests/verify} puts aside for tests. */
    static Path tool(String name) {
        var tool = Path.of(text("tarishi.tools"), name).toAbsolutePath().normalize();
        if (!Files.exists(tool)) {
            throw new IllegalStateException(
                    tool + " is missing: run itests/verify, which makes it from Debian's packages");
        }
        return tool;
    }

    /** A program that Debian has a package of. */
    static Path program(String name, String debian) {
        return Arrays.stream(Objects.requireNonNullElse(System.getenv("PATH"), "/usr/bin:/bin")
                        .split(":"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        name + " is missing: run itests/verify, or: apt-get install " + debian));
    }

    private static String text(String property) {
        return Objects.requireNonNull(System.getProperty(property), () -> property + ": the build has to set it");
    }
}
