package org.tarishi.plugin.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrivateFilesTest {

    @TempDir
    private Path root;

    @Test
    void aFileIsItsOwnersAloneAlsoWhenItTakesThePlaceOfAnOpenOne() throws IOException {
        var file = root.resolve("file");
        Files.writeString(file, "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));

        PrivateFiles.replace(file, "new");

        assertThat(file).hasContent("new");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var all = Files.list(root)) {
            assertThat(all).containsExactly(file);
        }
    }

    @Test
    void aFileThatCantBeReplacedIsLeftAsItIsAndNothingBesideIt() throws IOException {
        var folder = Files.createDirectories(root.resolve("taken/by/a/folder"));

        assertThatThrownBy(() -> PrivateFiles.replace(root.resolve("taken"), "new"))
                .isInstanceOf(IOException.class);

        assertThat(folder).exists();
        try (var all = Files.list(root)) {
            assertThat(all).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw----r--", "rw-----w-"})
    void aSecretThatOthersMayReadOrWriteIsRefusedWithWhatToDo(String mode) throws IOException {
        var file = Files.writeString(root.resolve("secret"), "x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

        assertThatThrownBy(() -> PrivateFiles.readSecret(file)).hasMessageContaining("chmod o= " + file);
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void aKeyPairIsReadAsItWasWritten(KeyType type) throws IOException {
        var pair = type.generate();
        var read = Pem.keyPair(Pem.keyPair(pair));

        assertThat(read.getPublic()).isEqualTo(pair.getPublic());
        assertThat(read.getPrivate()).isEqualTo(pair.getPrivate());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
                "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n-----BEGIN PUBLIC KEY-----\nA\n-----END PUBLIC KEY-----"
            })
    void whatIsNoKeyPairIsRefusedWithoutBeingShown(String text) {
        assertThatThrownBy(() -> Pem.keyPair(text))
                .isInstanceOf(IOException.class)
                .message()
                .doesNotContain("c2VjcmV0");
    }

    @Test
    void progressIsReadAsItWasWritten() throws IOException {
        var file = root.resolve("a/b/progress.properties");
        for (var progress : List.of(
                Progress.NONE,
                Progress.NONE
                        .forOrder("abc")
                        .issued("https://ca.example/", "7f", Instant.EPOCH)
                        .failed("reason = \u00fc\\u000a: #", Instant.parse("2026-12-01T00:00:00.123456789Z")))) {
            progress.write(file);
            assertThat(Progress.read(file)).isEqualTo(progress);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"failures=many", "notBefore=soon", "order=\\u00"})
    void progressThatCantBeReadIsBegunAnew(String text) throws IOException {
        var file = Files.writeString(root.resolve("progress"), text);

        assertThat(Progress.read(file)).isEqualTo(Progress.NONE);
    }

    @Test
    void failuresAreForgottenWhenSomethingElseIsAskedForAndWhatIsInForceIsNot() {
        var progress =
                Progress.NONE.forOrder("one").issued("ca", "7f", Instant.EPOCH).failed("no", Instant.MAX);

        assertThat(progress.forOrder("one")).isSameAs(progress);
        assertThat(progress.forOrder("two"))
                .isEqualTo(new Progress("two", "ca", "7f", Optional.of(Instant.EPOCH), "", 0, Optional.empty(), ""));
    }
}
