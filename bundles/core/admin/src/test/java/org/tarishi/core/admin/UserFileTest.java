package org.tarishi.core.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserFileTest {
    private static final PasswordHash HASH = PasswordHash.of("correct horse", new SecureRandom());

    @TempDir
    Path data;

    private Path path = Path.of("");
    private UserFile file = new UserFile(path);

    @BeforeEach
    void place() {
        path = data.resolve("admin").resolve("users");
        file = new UserFile(path);
    }

    private static Map<String, PasswordHash> users(String... names) {
        var users = new TreeMap<String, PasswordHash>();
        for (var name : names) {
            users.put(name, HASH);
        }
        return users;
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        file.write(users("admin", "ops"));

        var read = new UserFile(path).read();

        assertThat(read.keySet()).containsExactly("admin", "ops");
        assertThat(read.get("ops")).satisfies(hash -> {
            assertThat(hash.matches("correct horse")).isTrue();
            assertThat(hash.matches("correct horsf")).isFalse();
            assertThat(hash.matches("")).isFalse();
        });
        assertThat(Files.readString(path)).doesNotContain("correct", "horse");
    }

    @Test
    void nobodysHashCostsWhatEveryHashCosts() {
        var nobody = PasswordHash.ofNobody(new SecureRandom());

        assertThat(nobody.matches("")).isFalse();
        assertThat(nobody.text()).startsWith("pbkdf2-sha512$210000$").hasSameSizeAs(HASH.text());
    }

    @Test
    void noFileMeansNoUsers() throws IOException {
        assertThat(file.read()).isEmpty();
    }

    @Test
    void onlyTheOwnerReadsIt() throws IOException {
        file.write(users("admin"));
        file.write(users("admin", "ops"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("admin"))))
                .isEqualTo("rwx------");
        assertThat(data.resolve("admin")).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void whatACrashLeftIsNotInTheWay() throws IOException {
        file.write(users("admin"));
        Files.writeString(data.resolve("admin").resolve("users.new"), "half a li");

        file.write(users("ops"));

        assertThat(file.read().keySet()).containsExactly("ops");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-"})
    void aFileThatOthersReadOrWriteIsRefused(String permissions) throws IOException {
        file.write(users("admin"));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));

        assertThatThrownBy(file::read)
                .hasMessage(path + ": others may read or write the accounts; run chmod 600 on it");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        admin                                | want a user name, a blank and a password hash
        ../x pbkdf2-sha512$210000$A$B        | want a user name, a blank and a password hash
        admin secret                         | not a password hash of the form pbkdf2-sha512$iterations$salt$hash
        admin pbkdf2-sha512$1000$AAAA$AAAA   | iterations must be from 210000 to 10000000
        admin pbkdf2-sha512$99999999$AA$AA   | iterations must be from 210000 to 10000000
        admin pbkdf2-sha512$210000$AAAA$AAAA | salt must have 16 octets, hash 32
        """)
    void aDamagedLineIsNamedAndNeverQuoted(String line, String why) throws IOException {
        file.write(users("admin"));
        Files.writeString(path, Files.readString(path) + line + "\n");

        assertThatThrownBy(file::read).hasMessage(path + ": line 2: " + why);
    }
}
