package org.tarishi.core.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One PID that belongs to the launcher: read from its file before there is a ConfigAdmin, changed live by whoever owns the files later.
 *
 * <p>A bad value never comes into force: at start the last good ones do, live the old ones stay.
 */
final class OwnPid<S> implements Consumer<Map<String, ?>> {

    private final Path lastGood;
    private final Function<Map<String, String>, S> checked;
    private final Consumer<S> user;
    private volatile S current;

    /** What was wrong with the file at start, as a line for the log; until the owner of the files has offered values of its own. */
    private volatile @Nullable String complaint;

    private OwnPid(
            Path lastGood,
            Function<Map<String, String>, S> checked,
            Consumer<S> user,
            S current,
            @Nullable String complaint) {
        this.lastGood = lastGood;
        this.checked = checked;
        this.user = user;
        this.current = current;
        this.complaint = complaint;
    }

    /** Reads the file, else the last good values, else the defaults. */
    static <S> OwnPid<S> read(Folders folders, String pid, Function<Map<String, String>, S> checked, Consumer<S> user) {
        var file = folders.conf().resolve(pid + ".cfg");
        var lastGood = folders.data().resolve("boot").resolve(pid + ".cfg");
        try {
            var values = values(file);
            var settings = checked.apply(values);
            keep(lastGood, values);
            return new OwnPid<>(lastGood, checked, user, settings, null);
        } catch (IOException | IllegalArgumentException e) {
            S settings;
            try {
                settings = checked.apply(values(lastGood));
            } catch (IOException | IllegalArgumentException worse) {
                settings = checked.apply(Map.of());
            }
            return new OwnPid<>(
                    lastGood,
                    checked,
                    user,
                    settings,
                    file + ": " + (e instanceof IOException io ? Folders.reason(io) : e.getMessage())
                            + "; the last good settings are in force");
        }
    }

    S current() {
        return current;
    }

    /** Returns what was wrong with the file at start, if nobody else has looked at the file since and says so. */
    @Nullable String complaint() {
        return complaint;
    }

    /** Puts new values in force, or throws IllegalArgumentException that begins with the wrong key and changes nothing. */
    @Override
    public synchronized void accept(Map<String, ?> values) {
        complaint = null;
        var texts = new HashMap<String, String>();
        values.forEach((key, value) -> texts.put(key, text(key, value)));
        var settings = checked.apply(texts);
        current = settings;
        user.accept(settings);
        keep(lastGood, texts);
    }

    private static Map<String, String> values(Path file) throws IOException {
        try {
            var values = CfgFile.parse(Files.readString(file)).values();
            values.replaceAll(OwnPid::unquoted);
            return values;
        } catch (NoSuchFileException e) {
            return Map.of();
        }
    }

    /** A value as ConfigAdmin may hold it; none of ours is a list. */
    private static String text(String key, Object value) {
        return switch (value) {
            case String text -> text;
            case Number number -> number.toString();
            case Boolean bool -> bool.toString();
            default -> throw isList(key);
        };
    }

    /** A value as it stands in a file. Where an escape is needed no value of ours is good, so none is undone. */
    private static String unquoted(String key, String value) {
        if (value.startsWith("[")) {
            throw isList(key);
        }
        var isQuoted = value.length() > 1 && value.startsWith("\"") && value.indexOf('"', 1) == value.length() - 1;
        return isQuoted ? value.substring(1, value.length() - 1) : value;
    }

    private static IllegalArgumentException isList(String key) {
        return new IllegalArgumentException(key + ": want one value, not a list");
    }

    private static void keep(Path lastGood, Map<String, String> values) {
        var text = new StringBuilder();
        values.forEach(
                (key, value) -> text.append(key).append(" = ").append(value).append('\n'));
        try {
            if (Files.exists(lastGood) && Files.readString(lastGood).contentEquals(text)) {
                return;
            }
            Files.createDirectories(lastGood.resolveSibling("."));
            var temporary = lastGood.resolveSibling(lastGood.getFileName() + ".new");
            Files.writeString(temporary, text);
            Files.move(temporary, lastGood, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            org.slf4j.LoggerFactory.getLogger(OwnPid.class)
                    .warn("cannot keep the good settings in {}: {}", lastGood, Folders.reason(e));
        }
    }
}
