package org.tarishi.plugin.maildir;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param root the folder above all Maildirs; below the data folder when it is no whole path
 * @param path the steps from the root to a mailbox
 * @param subaddress what ends the user's name; empty for nothing
 * @param foldsCase whether letter case of local parts is ignored
 * @param modeFile the permissions of files
 * @param modeFolder the permissions of folders
 * @param lf whether lines end with LF
 */
@SettingsFor(Settings.PID)
record Settings(
        Path root,
        List<String> path,
        String subaddress,
        boolean foldsCase,
        Set<PosixFilePermission> modeFile,
        Set<PosixFilePermission> modeFolder,
        boolean lf) {

    static final String PID = "org.tarishi.plugin.maildir";
    static final String DOMAIN = "{domain}";
    static final String USER = "{user}";

    private static final Pattern STEP = Pattern.compile("\\{domain}|\\{user}|[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}");

    Settings(Config config) {
        this(
                folder(config.root()),
                List.of(config.path().split("/", -1)),
                config.subaddress(),
                isFirst("letterCase", config.letterCase(), "fold", "keep"),
                mode("modeFile", config.modeFile(), "0600", "0640", "0660"),
                mode("modeFolder", config.modeFolder(), "0700", "0750", "0770"),
                !isFirst("lineEnds", config.lineEnds(), "crlf", "lf"));
    }

    Settings {
        path = List.copyOf(path);
        modeFile = Set.copyOf(modeFile);
        modeFolder = Set.copyOf(modeFolder);
        for (var step : path) {
            if (!STEP.matcher(step).matches()) {
                throw new InvalidSettingException(
                        "path", "want names of letters, digits, . _ -, or {domain} or {user}, with / between: " + step);
            }
        }
        if (!path.contains(USER)) {
            throw new InvalidSettingException("path", "must hold {user}: " + String.join("/", path));
        }
        if (subaddress.length() > 1 || (!subaddress.isEmpty() && "+-=_#.".indexOf(subaddress.charAt(0)) < 0)) {
            throw new InvalidSettingException("subaddress", "must be one of + - = _ # . or empty: " + subaddress);
        }
    }

    private static Path folder(String text) {
        if (text.isBlank()) {
            throw new InvalidSettingException("root", "want a folder, such as maildir or /var/mail");
        }
        try {
            return Path.of(text).normalize();
        } catch (InvalidPathException e) {
            throw new InvalidSettingException("root", "not a folder's name: " + text);
        }
    }

    private static boolean isFirst(String key, String value, String first, String second) {
        if (!value.equals(first) && !value.equals(second)) {
            throw new InvalidSettingException(key, "must be " + first + " or " + second + ": " + value);
        }
        return value.equals(first);
    }

    private static Set<PosixFilePermission> mode(String key, String value, String first, String second, String third) {
        if (!value.equals(first) && !value.equals(second) && !value.equals(third)) {
            throw new InvalidSettingException(key, "must be " + first + ", " + second + " or " + third + ": " + value);
        }
        return PosixFilePermissions.fromString(rights(value.charAt(1)) + rights(value.charAt(2)) + "---");
    }

    private static String rights(char octal) {
        int bits = octal - '0';
        return ((bits & 4) != 0 ? "r" : "-") + ((bits & 2) != 0 ? "w" : "-") + ((bits & 1) != 0 ? "x" : "-");
    }
}
