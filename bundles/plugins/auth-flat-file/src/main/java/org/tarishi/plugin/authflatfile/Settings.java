package org.tarishi.plugin.authflatfile;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param file the file; below the conf folder when it is no whole path
 * @param letters whether letter case of names counts
 * @param recipe how new passwords are hashed
 * @param scram the mechanisms that verifiers are made for
 * @param scramIterations their iterations
 * @param rehash whether old hashes are made anew
 * @param minLength the fewest characters of a new password
 * @param ceiling what a hash of the file may cost
 * @param hashThreads how many hashes are computed at once
 * @param hashQueue how many may wait
 * @param hashWait how long one may wait and take
 * @param checkEvery how often the file is looked at
 * @param maxFileBytes how large it may be
 */
@SettingsFor(Settings.PID)
record Settings(
        Path file,
        Users.Letters letters,
        Recipe recipe,
        List<String> scram,
        int scramIterations,
        boolean rehash,
        int minLength,
        Ceiling ceiling,
        int hashThreads,
        int hashQueue,
        Duration hashWait,
        Duration checkEvery,
        int maxFileBytes) {

    static final String PID = "org.tarishi.plugin.auth-flat-file";

    private static final List<String> MECHANISMS = List.of(ScramVerifier.SHA_256, ScramVerifier.SHA_1);

    Settings(Config config) {
        this(
                file(config.file()),
                letters(config.letterCase()),
                recipe(config.hash()),
                List.of(config.scram()),
                between("scramIterations", config.scramIterations(), ScramVerifier.LEAST_ITERATIONS, 10_000_000),
                config.rehash(),
                between("minLength", config.minLength(), 1, 64),
                new Ceiling(
                        between("maxMemory", config.maxMemory(), 1024, 4_194_304),
                        between("maxCost", config.maxCost(), 1, 1000)),
                threads(between("hashThreads", config.hashThreads(), 0, 256)),
                between("hashQueue", config.hashQueue(), 1, 10_000),
                duration("hashWait", config.hashWait(), Duration.ofSeconds(25)),
                duration("checkEvery", config.checkEvery(), Duration.ofHours(1)),
                between("maxFileBytes", config.maxFileBytes(), 1, 1 << 30));
    }

    Settings {
        scram = List.copyOf(scram);
        for (var mechanism : scram) {
            if (!MECHANISMS.contains(mechanism)) {
                throw new InvalidSettingException("scram", "want SCRAM-SHA-256 and SCRAM-SHA-1: " + mechanism);
            }
        }
        if (scram.stream().distinct().count() < scram.size()) {
            throw new InvalidSettingException("scram", "want each once");
        }
        try {
            ceiling.check(recipe);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("hash", String.valueOf(e.getMessage()));
        }
        try {
            ceiling.checkIterations(scramIterations);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("scramIterations", String.valueOf(e.getMessage()));
        }
    }

    private static Path file(String text) {
        try {
            var path = Path.of(text).normalize();
            if (!text.isBlank() && !path.toString().isEmpty() && !text.endsWith("/") && !text.endsWith(".cfg")) {
                return path;
            }
        } catch (InvalidPathException e) {
            // said below
        }
        throw new InvalidSettingException("file", "want a file, such as users, that is none of the settings: " + text);
    }

    private static Users.Letters letters(String text) {
        return switch (text) {
            case "fold" -> Users.Letters.FOLD;
            case "keep" -> Users.Letters.KEEP;
            default -> throw new InvalidSettingException("letterCase", "must be fold or keep: " + text);
        };
    }

    private static Recipe recipe(String text) {
        try {
            return RecipeText.parse(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("hash", String.valueOf(e.getMessage()));
        }
    }

    private static int threads(int setting) {
        return setting > 0 ? setting : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }

    private static int between(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidSettingException(key, "must be " + least + " to " + most + ": " + value);
        }
        return value;
    }

    private static Duration duration(String key, String text, Duration most) {
        try {
            var duration = Duration.parse(text);
            if (duration.compareTo(Duration.ofMillis(100)) >= 0 && duration.compareTo(most) <= 0) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            // said below
        }
        throw new InvalidSettingException(key, "must be PT0.1S to " + most + ": " + text);
    }

    /** Tells whether a hash should be made anew. */
    boolean isOutdated(Recipe old) {
        return !old.scheme().equals(recipe.scheme()) || old.cost() < recipe.cost();
    }
}
