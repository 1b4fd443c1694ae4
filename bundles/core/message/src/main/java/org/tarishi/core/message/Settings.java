package org.tarishi.core.message;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param bodyMemory bytes of a message that are kept in memory before it goes to disk
 * @param totalMemory bytes of all messages in memory; never 0
 * @param folder the folder of temporary files; empty for the default
 * @param maxParts parts of a message
 * @param maxDepth parts within parts
 * @param maxPartHeaderBytes bytes of the headers of all parts together
 */
@SettingsFor(Settings.PID)
record Settings(int bodyMemory, long totalMemory, String folder, int maxParts, int maxDepth, int maxPartHeaderBytes) {

    static final String PID = "org.tarishi.core.message";

    private static final long LEAST_TOTAL = 1024 * 1024;

    Settings(Config config) {
        this(
                config.bodyMemory(),
                config.totalMemory() == 0 ? Runtime.getRuntime().maxMemory() / 4 : config.totalMemory(),
                config.folder(),
                config.maxParts(),
                config.maxDepth(),
                config.maxPartHeaderBytes());
    }

    Settings {
        atLeast("bodyMemory", bodyMemory, 0);
        if (totalMemory < LEAST_TOTAL) {
            throw new InvalidSettingException(
                    "totalMemory",
                    "must be 0 for a quarter of the heap, or at least " + LEAST_TOTAL + ": " + totalMemory);
        }
        if (bodyMemory > totalMemory) {
            throw new InvalidSettingException(
                    "bodyMemory", "must not be more than totalMemory, " + totalMemory + ": " + bodyMemory);
        }
        try {
            if (!folder.isEmpty() && !Path.of(folder).isAbsolute()) {
                throw new InvalidSettingException("folder", "must be an absolute path, or empty: " + folder);
            }
        } catch (InvalidPathException e) {
            throw new InvalidSettingException("folder", "not a path: " + folder);
        }
        atLeast("maxParts", maxParts, 1);
        atLeast("maxDepth", maxDepth, 1);
        if (maxDepth > 1000) {
            throw new InvalidSettingException("maxDepth", "must be at most 1000: " + maxDepth);
        }
        atLeast("maxPartHeaderBytes", maxPartHeaderBytes, 1024);
    }

    private static void atLeast(String key, int value, int least) {
        if (value < least) {
            throw new InvalidSettingException(key, "must be at least " + least + ": " + value);
        }
    }
}
