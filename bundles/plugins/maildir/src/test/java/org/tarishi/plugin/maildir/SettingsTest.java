package org.tarishi.plugin.maildir;

import static java.nio.file.attribute.PosixFilePermission.OWNER_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.testing.FakeConfiguration;

class SettingsTest {

    static Settings with(String... keysAndValues) {
        var values = new HashMap<String, String>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return new Settings(FakeConfiguration.of(Config.class, values));
    }

    @Test
    void theShippedSettingsHold() {
        assertThat(with())
                .isEqualTo(new Settings(
                        Path.of("maildir"),
                        List.of("{domain}", "{user}"),
                        "",
                        true,
                        Set.of(OWNER_READ, OWNER_WRITE),
                        Set.of(OWNER_READ, OWNER_WRITE, OWNER_EXECUTE),
                        false));
    }

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        root       | ''              | root: want a folder, such as maildir or /var/mail
        root       | a\\0b            | root: not a folder's name: a\\u0000b
        path       | {domain}        | path: must hold {user}: {domain}
        path       | {user}/..       | path: want names of letters, digits, . _ -, or {domain} or {user}, with / between: ..
        path       | /{user}         | path: want names of letters, digits, . _ -, or {domain} or {user}, with / between: ''
        path       | {user}/.hidden  | path: want names of letters, digits, . _ -, or {domain} or {user}, with / between: .hidden
        path       | x{user}         | path: want names of letters, digits, . _ -, or {domain} or {user}, with / between: x{user}
        subaddress | ++              | subaddress: must be one of + - = _ # . or empty: ++
        subaddress | a               | subaddress: must be one of + - = _ # . or empty: a
        letterCase | none            | letterCase: must be fold or keep: none
        modeFile   | 0644            | modeFile: must be 0600, 0640 or 0660: 0644
        modeFile   | 600             | modeFile: must be 0600, 0640 or 0660: 600
        modeFolder | 0755            | modeFolder: must be 0700, 0750 or 0770: 0755
        lineEnds   | cr              | lineEnds: must be crlf or lf: cr
        """)
    void aBadValueIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> with(key, value.replace("\\0", "\0")))
                .hasMessage(message.replace("between: ''", "between: "));
    }
}
