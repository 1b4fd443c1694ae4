package org.tarishi.plugin.authflatfile;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Haraka's {@code auth_flat_file.ini}: names and passwords in the section {@code users}. */
final class HarakaUsers {

    private HarakaUsers() {}

    /**
     * Reads the users of a file, in its order. A value is all behind the equals sign, but for blanks at its ends; other sections say how
     * Haraka authenticates and are not read.
     *
     * @throws IOException when it can't be read, with a reason
     * @throws IllegalArgumentException when a line is wrong, with its number and nothing of a password
     */
    static Map<String, String> read(Path file, int maxBytes) throws IOException {
        String text;
        try {
            if (Files.size(file) > maxBytes) {
                throw new IOException(file + " has more than maxFileBytes = " + maxBytes);
            }
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no " + file, e);
        } catch (CharacterCodingException e) {
            throw new IOException(file + " is not UTF-8", e);
        }
        var users = new LinkedHashMap<String, String>();
        boolean isUsers = false;
        int number = 0;
        for (var raw : text.lines().toList()) {
            number++;
            var line = raw.strip();
            if (line.isEmpty() || line.startsWith(";") || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[") && line.endsWith("]")) {
                isUsers = line.substring(1, line.length() - 1).strip().equals("users");
            } else if (isUsers) {
                int equals = line.indexOf('=');
                var name = equals < 0 ? line : line.substring(0, equals).strip();
                var password = equals < 0 ? "" : line.substring(equals + 1).strip();
                if (name.isEmpty() || password.isEmpty()) {
                    throw new IllegalArgumentException("line " + number + ": want name=password");
                }
                if (users.put(name, password) != null) {
                    throw new IllegalArgumentException("line " + number + ": " + name + " is there twice");
                }
            }
        }
        if (users.isEmpty()) {
            throw new IllegalArgumentException(file + " has no user in a section [users]");
        }
        return users;
    }
}
