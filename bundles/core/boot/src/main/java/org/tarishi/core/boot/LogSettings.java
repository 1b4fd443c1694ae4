package org.tarishi.core.boot;

import ch.qos.logback.classic.Level;
import ch.qos.logback.core.util.FileSize;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The checked form of PID {@code org.tarishi.logging}.
 *
 * @param level of every logger that has none of its own
 * @param levels by logger name
 * @param fileSize when the file is rolled within a day, in bytes
 * @param fileDays how many days of rolled files are kept
 * @param fileTotal how much all rolled files may take, in bytes
 */
record LogSettings(Level level, Map<String, Level> levels, long fileSize, int fileDays, long fileTotal) {

    static final String PID = "org.tarishi.logging";

    LogSettings {
        levels = Map.copyOf(levels);
    }

    /** Reads values; the exception's message begins with the key that is wrong. */
    static LogSettings from(Map<String, String> values) {
        var level = Level.INFO;
        var levels = new LinkedHashMap<String, Level>();
        var fileSize = 50L * FileSize.MB_COEFFICIENT;
        var fileDays = 14;
        var fileTotal = FileSize.GB_COEFFICIENT;
        for (var entry : values.entrySet()) {
            var key = entry.getKey();
            var value = entry.getValue();
            switch (key) {
                case "level" -> level = level(key, value);
                case "file.size" -> fileSize = bytes(key, value);
                case "file.days" -> fileDays = Values.wholeNumber(key, value, 1, 3650);
                case "file.total" -> fileTotal = bytes(key, value);
                default -> {
                    if (!key.startsWith("level.") || key.length() == "level.".length()) {
                        throw new IllegalArgumentException(
                                key + ": no such key; there are level, level.LOGGER, file.size, file.days, file.total");
                    }
                    levels.put(key.substring("level.".length()), level(key, value));
                }
            }
        }
        return new LogSettings(level, levels, fileSize, fileDays, fileTotal);
    }

    private static Level level(String key, String value) {
        return switch (value.toUpperCase(Locale.ROOT)) {
            case "OFF" -> Level.OFF;
            case "ERROR" -> Level.ERROR;
            case "WARN" -> Level.WARN;
            case "INFO" -> Level.INFO;
            case "DEBUG" -> Level.DEBUG;
            case "TRACE" -> Level.TRACE;
            default ->
                throw new IllegalArgumentException(
                        key + ": want OFF, ERROR, WARN, INFO, DEBUG or TRACE: '" + value + "'");
        };
    }

    private static long bytes(String key, String value) {
        try {
            var size = FileSize.valueOf(value).getSize();
            if (size >= 10_000) {
                return size;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new IllegalArgumentException(key + ": want a size of at least 10KB, such as 50MB: '" + value + "'");
    }
}
