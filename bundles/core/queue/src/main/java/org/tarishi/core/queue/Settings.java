package org.tarishi.core.queue;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param folder where the queue lies; below the data folder when it is no whole path
 * @param segmentBytes when a segment has so many bytes, the next begins
 * @param bodyBytes the most bytes of a body in the journal
 * @param isDurable whether anything is forced to disk
 * @param freeBytes the least bytes that are to be free for new mail to be taken
 * @param maxMails the most mails
 * @param maxBytes the most bytes of messages; 0 for as many as the disk has room for
 * @param cleanBytesPerSecond how fast the cleaner works
 */
@SettingsFor(Settings.PID)
record Settings(
        Path folder,
        int segmentBytes,
        int bodyBytes,
        boolean isDurable,
        long freeBytes,
        int maxMails,
        long maxBytes,
        int cleanBytesPerSecond) {

    static final String PID = "org.tarishi.core.queue";

    Settings(Config config) {
        this(
                folder(config.folder()),
                config.segmentBytes(),
                config.bodyBytes(),
                isDurable(config.sync()),
                config.freeBytes(),
                config.maxMails(),
                config.maxBytes(),
                config.cleanBytesPerSecond());
    }

    Settings {
        range("segmentBytes", segmentBytes, 1 << 20, 1 << 30);
        range("bodyBytes", bodyBytes, 0, 1 << 20);
        range("freeBytes", freeBytes, 0, Long.MAX_VALUE);
        range("maxMails", maxMails, 1, 100_000_000);
        range("maxBytes", maxBytes, 0, Long.MAX_VALUE);
        range("cleanBytesPerSecond", cleanBytesPerSecond, 64 << 10, 1 << 30);
    }

    private static void range(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new InvalidSettingException(key, "must be " + least + " to " + most + ": " + value);
        }
    }

    private static boolean isDurable(String value) {
        return switch (value) {
            case "durable" -> true;
            case "none" -> false;
            default -> throw new InvalidSettingException("sync", "must be durable or none: " + value);
        };
    }

    private static Path folder(String text) {
        if (text.isBlank()) {
            throw new InvalidSettingException("folder", "want a folder, such as queue or /var/spool/tarishi");
        }
        try {
            return Path.of(text).normalize();
        } catch (InvalidPathException e) {
            throw new InvalidSettingException("folder", "not a folder's name: " + text);
        }
    }
}
