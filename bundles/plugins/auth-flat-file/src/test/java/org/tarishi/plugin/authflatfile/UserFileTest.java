package org.tarishi.plugin.authflatfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tarishi.plugin.authflatfile.Fixtures.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.service.LookupException;

class UserFileTest {

    private static final String HASH = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

    /** One that the test sets. */
    private static final class Hands extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private final Hands clock = new Hands();

    @TempDir
    Path folder;

    private Path path;
    private UserFile file;

    @BeforeEach
    void make() {
        path = folder.resolve("users");
        file = file(settings());
    }

    private UserFile file(Settings settings) {
        return new UserFile(path, settings, new AtomicWriter(clock), clock);
    }

    private void write(String mode, String... lines) throws IOException {
        Files.deleteIfExists(path);
        Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(path, List.of(lines));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private List<String> names() throws LookupException {
        return file.users().all().stream().map(User::name).toList();
    }

    @Test
    void aFileThatIsNotThereHasNoUsersAndOneThatComesIsRead() throws Exception {
        file.refresh();
        assertThat(names()).isEmpty();
        assertThat(file.kinds()).containsExactly("PASSWORD");

        write("rw-------", "ann:" + HASH);
        file.refresh();

        assertThat(names()).containsExactly("ann");
        assertThat(file.kinds()).containsExactly("PASSWORD");
    }

    @Test
    void beforeTheFirstReadingNobodyCanTell() {
        assertThatThrownBy(file::users).isInstanceOf(LookupException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-rw----", "rw-----w-", "rw------x"})
    void aFileThatOthersMayReadOrChangeIsRefused(String mode) throws Exception {
        write(mode, "ann:" + HASH);

        file.refresh();

        assertThatThrownBy(file::users)
                .isInstanceOf(LookupException.class)
                .hasMessageContaining("others may read or change it (" + mode + "): chmod 600 " + path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "r--------", "rw-r-----"})
    void aFileOfItsOwnerAndMaybeAGroupIsRead(String mode) throws Exception {
        write(mode, "ann:" + HASH);

        file.refresh();

        assertThat(names()).containsExactly("ann");
    }

    @Test
    void permissionsThatAreMendedAreSeenWithoutAnotherChange() throws Exception {
        write("rw-r--r--", "ann:" + HASH);
        file.refresh();
        Files.setLastModifiedTime(path, FileTime.from(clock.now.minus(Duration.ofHours(1))));
        file.refresh();

        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        file.refresh();

        assertThat(names()).containsExactly("ann");
    }

    @Test
    void whatWasReadStaysWhileTheFileIsBadOrGone() throws Exception {
        write("rw-------", "ann:" + HASH);
        file.refresh();

        write("rw-------", "ann:" + HASH, "bob:hunter2");
        file.refresh();
        assertThat(names()).containsExactly("ann");

        write("rw-r--r--", "cy:" + HASH);
        file.refresh();
        assertThat(names()).containsExactly("ann");

        Files.delete(path);
        file.refresh();
        assertThat(names()).containsExactly("ann");

        write("rw-------", "dan:" + HASH);
        file.refresh();
        assertThat(names()).containsExactly("dan");
    }

    @Test
    void aFileThatIsTooLargeOrNoUtf8OrAFolderIsRefused() throws Exception {
        file = file(settings("maxFileBytes", "70"));
        write("rw-------", "ann:" + HASH, "bob:" + HASH);
        file.refresh();
        assertThatThrownBy(file::users).hasMessageContaining("more than maxFileBytes = 70");

        file = file(settings());
        write("rw-------");
        Files.write(path, new byte[] {'a', (byte) 0xff});
        file.refresh();
        assertThatThrownBy(file::users).hasMessageContaining("not UTF-8");

        Files.delete(path);
        Files.createDirectory(path);
        file.refresh();
        assertThatThrownBy(file::users).hasMessageContaining("no file");
    }

    @Test
    void anEditKeepsWhatItDoesNotChangeAndIsInForceAtOnce() throws Exception {
        write("rw-r-----", "# the first", "", "ann:" + HASH, "  bob:" + HASH + "   ", "# the last");
        file.refresh();

        file.edit(lines -> {
            lines.set(2, "anna:" + HASH);
            return lines;
        });

        assertThat(Files.readAllLines(path))
                .containsExactly("# the first", "", "anna:" + HASH, "  bob:" + HASH + "   ", "# the last");
        assertThat(names()).containsExactly("anna", "bob");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-r-----");
        assertThat(folder).isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void theFirstEditMakesAFileOfItsOwnerAlone() throws Exception {
        file.refresh();

        file.edit(lines -> List.of("ann:" + HASH));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(names()).containsExactly("ann");
    }

    @Test
    void anEditOfABadFileOrToABadFileOrThatFailsChangesNothing() throws Exception {
        write("rw-------", "ann:" + HASH);
        file.refresh();

        assertThatThrownBy(() -> file.edit(lines -> List.of("ann:nonsense")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> file.edit(lines -> {
                    throw new IllegalArgumentException("no");
                }))
                .hasMessage("no");
        assertThat(Files.readAllLines(path)).containsExactly("ann:" + HASH);

        write("rw-------", "ann:" + HASH, "nonsense");
        assertThatThrownBy(() -> file.edit(UnaryOperator.identity()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("must be mended first: line 2:");
        write("rw-r--r--", "ann:" + HASH);
        assertThatThrownBy(() -> file.edit(lines -> List.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600");
        assertThat(Files.readAllLines(path)).containsExactly("ann:" + HASH);
        assertThat(folder).isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void anEditSeesWhatAnEditorWroteMeanwhile() throws Exception {
        write("rw-------", "ann:" + HASH);
        file.refresh();
        write("rw-------", "ann:" + HASH, "bob:" + HASH);

        file.edit(lines -> {
            lines.add("cy:" + HASH);
            return lines;
        });

        assertThat(names()).containsExactly("ann", "bob", "cy");
    }

    @Test
    void aSymbolicLinkStaysOneAndItsTargetIsChanged() throws Exception {
        var real = folder.resolve("elsewhere");
        write("rw-------", "ann:" + HASH);
        Files.move(path, real);
        Files.createSymbolicLink(path, real);
        file.refresh();

        file.edit(lines -> List.of("bob:" + HASH));

        assertThat(path).isSymbolicLink();
        assertThat(Files.readAllLines(real)).containsExactly("bob:" + HASH);
    }

    @Test
    void whatAnEditLeftWhenItsProcessDiedIsTakenAwayAndOneUnderWayIsNot() throws Exception {
        var beside = Files.createFile(folder.resolve(".users.new"));
        Files.setLastModifiedTime(beside, FileTime.from(clock.now));
        assertThatThrownBy(() -> file.edit(lines -> List.of("ann:" + HASH)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is being changed by another");
        assertThat(path).doesNotExist();

        clock.now = clock.now.plus(Duration.ofMinutes(1));
        file.edit(lines -> List.of("ann:" + HASH));

        assertThat(names()).containsExactly("ann");
        assertThat(beside).doesNotExist();
    }
}
