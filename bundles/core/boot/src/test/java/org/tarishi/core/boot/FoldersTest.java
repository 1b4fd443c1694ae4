package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {

    @TempDir
    Path root;

    private Folders folders = new Folders(Path.of("/"), Path.of("/"));

    @BeforeEach
    void aDistributionWithOneDefault() throws IOException {
        folders = new Folders(root.resolve("home"), root.resolve("a/base"));
        Files.createDirectories(folders.home().resolve("config"));
        shipped("one.cfg", "host = @hostname@\n");
    }

    @Test
    void theFoldersAreTheOwnersAlone() throws Refusal, IOException {
        folders.make();

        for (var folder : new Path[] {
            folders.base(), folders.conf(), folders.data(), folders.deploy(), folders.logs(), folders.run()
        }) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .as(folder.toString())
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void defaultsAreFilledInOnceAndNeverOverwrite() throws Refusal, IOException {
        folders.make();
        Files.writeString(folders.conf().resolve("mine.cfg"), "mine = 1\n");
        shipped("mine.cfg", "mine = 2\n");

        folders.fillDefaults();

        assertThat(folders.conf().resolve("mine.cfg")).hasContent("mine = 1\n");
        assertThat(folders.conf().resolve("one.cfg")).content().matches("host = [a-z0-9.-]+\n");
    }

    @Test
    void whatTheOperatorDeletedStaysAwayAndWhatAReleaseAddsComes() throws Refusal, IOException {
        folders.make();
        folders.fillDefaults();
        Files.delete(folders.conf().resolve("one.cfg"));
        shipped("two.cfg", "two = 2\n");

        folders.fillDefaults();

        assertThat(folders.conf().resolve("one.cfg")).doesNotExist();
        assertThat(folders.conf().resolve("two.cfg")).hasContent("two = 2\n");
    }

    @Test
    void aFileInPlaceOfAFolderIsTold() throws IOException {
        Files.createDirectories(folders.base());
        Files.writeString(folders.base().resolve("data"), "");

        assertThatThrownBy(folders::make)
                .hasMessage("cannot make the folder " + folders.data() + ": " + folders.data()
                        + ": is there and is no folder");
    }

    private void shipped(String name, String text) throws IOException {
        Files.writeString(folders.home().resolve("config").resolve(name), text);
    }
}
