package org.tarishi.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a file is read. */
class ConfFolderTest {

    @TempDir
    Path folder;

    private ConfFolder conf;

    @BeforeEach
    void begin() throws Exception {
        Files.writeString(folder.resolve("a.cfg"), "k = v\n");
        conf = new ConfFolder(folder);
        assertThat(conf.begin()).containsExactly("a");
    }

    @Test
    void aFileThatStillGrowsIsLeftAlone() throws Exception {
        Files.writeString(folder.resolve("b.cfg"), "k = [ \"a\",");
        assertThat(conf.scan()).isEmpty();
        Files.writeString(folder.resolve("b.cfg"), " \"b\" ]\n", StandardOpenOption.APPEND);
        assertThat(conf.scan()).isEmpty();
        assertThat(conf.scan()).containsExactly("b");
        assertThat(conf.scan()).isEmpty();
    }

    @Test
    void aFileThatIsReplacedIsNeverGone() throws Exception {
        Files.delete(folder.resolve("a.cfg"));
        assertThat(conf.scan()).isEmpty();
        Files.writeString(folder.resolve("a.cfg"), "k = other\n");
        assertThat(conf.scan()).isEmpty();
        assertThat(conf.scan()).containsExactly("a");
    }

    @Test
    void aFileThatStaysAwayIsToldOnce() throws Exception {
        Files.delete(folder.resolve("a.cfg"));
        assertThat(conf.scan()).isEmpty();
        assertThat(conf.scan()).containsExactly("a");
        assertThat(conf.scan()).isEmpty();
    }

    @Test
    void aFolderThatIsGoneChangesNothing() throws Exception {
        Files.move(folder.resolve("a.cfg"), folder.resolveSibling("a.kept"));
        Files.delete(folder);
        assertThat(conf.scan()).isEmpty();
        assertThat(conf.scan()).isEmpty();
        Files.createDirectory(folder);
        Files.move(folder.resolveSibling("a.kept"), folder.resolve("a.cfg"));
        assertThat(conf.scan()).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = """
        org.tarishi.a.cfg,        org.tarishi.a
        org.tarishi.a~b-1.cfg,    org.tarishi.a~b-1
        org.tarishi.a.cfg~,
        .org.tarishi.a.cfg.swp,
        .org.tarishi.a.cfg,
        a~b~c.cfg,
        a b.cfg,
        .cfg,
        """)
    void aFileIsNamedLikeItsPid(String name, String pid) {
        assertThat(ConfFolder.pid(Path.of(name))).isEqualTo(pid);
    }
}
