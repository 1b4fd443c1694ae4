package org.tarishi.core.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Pattern;

/**
 * One {@code --set PID:key=value} of the command line.
 *
 * @param pid the configuration's PID; that of a factory's instance is {@code factoryPid~name}
 * @param key the key to set
 * @param value its value, as it would stand in the file
 */
record Setting(String pid, String key, String value) {

    private static final Pattern PID = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*+(~[A-Za-z0-9_.-]++)?");
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*+");

    /** Reads an argument; the refusal says what is wrong with it. */
    static Setting parse(String argument) throws Refusal {
        var colon = argument.indexOf(':');
        var equals = argument.indexOf('=', colon + 1);
        if (colon < 1 || equals < colon + 2) {
            throw refused(argument, "want PID:key=value");
        }
        var setting = new Setting(
                argument.substring(0, colon),
                argument.substring(colon + 1, equals),
                argument.substring(equals + 1).strip());
        if (!PID.matcher(setting.pid).matches()) {
            throw refused(argument, "not a PID: '" + setting.pid + "'");
        }
        if (!KEY.matcher(setting.key).matches()) {
            throw refused(argument, "not a key: '" + setting.key + "'");
        }
        if (setting.value.chars().anyMatch(Character::isISOControl)) {
            throw refused(argument, "the value holds a control character");
        }
        if (CfgFile.isOpenList(setting.value)) {
            throw refused(argument, "the list has no ]");
        }
        return setting;
    }

    private static Refusal refused(String argument, String why) {
        return new Refusal(Refusal.USAGE, "--set " + Escaping.escape(argument) + ": " + why);
    }

    /** Writes the key into the PID's file: whole or not at all. */
    void write(Path conf) throws Refusal {
        var file = conf.resolve(pid + ".cfg");
        try {
            var changed = CfgFile.parse(read(file)).with(key, value);
            var temporary = conf.resolve("." + pid + ".cfg.new");
            Files.writeString(temporary, changed);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IllegalArgumentException e) {
            throw new Refusal(Refusal.FILES, file + ": " + e.getMessage());
        } catch (IOException e) {
            throw new Refusal(Refusal.FILES, "cannot write " + file + ": " + e.getMessage());
        }
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return "";
        }
    }
}
