package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeedTest {

    @TempDir
    Path root;

    private Path seed;
    private Path data;
    private Folders folders;

    @BeforeEach
    void make() throws Exception {
        seed = root.resolve("seed");
        folders = new Folders(root, root.resolve("base"));
        folders.make();
        data = folders.data();
        write(seed.resolve("cache/bundle1/version0.0/bundle.jar"), "jar");
        write(seed.resolve("cache/tarishi.installed"), "all");
        write(seed.resolve("config/org/example.config"), "stored");
        write(seed.resolve("config/good/org.same.cfg"), "port = 25\n");
        write(seed.resolve("config/good/org.same.mark"), "mark");
        write(seed.resolve("config/good/org.other.cfg"), "port = 0\n");
        write(seed.resolve("config/good/org.gone.cfg"), "port = 25\n");
        write(seed.resolve("config/history/org.same/1.change"), "created");
        write(folders.conf().resolve("org.same.cfg"), "port = 25\n");
        write(folders.conf().resolve("org.other.cfg"), "port = 25\n");
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void aNewInstanceHasACopyOfItsOwn() throws IOException {
        Seed.plant(seed, folders);

        assertThat(data.resolve("cache/bundle1/version0.0/bundle.jar")).hasContent("jar");
        assertThat(data.resolve("cache/tarishi.installed")).hasContent("all");
        assertThat(data.resolve("config/org/example.config")).hasContent("stored");
        assertThat(data).isDirectoryNotContaining("glob:**.new");
        Files.writeString(data.resolve("cache/tarishi.installed"), "other");
        assertThat(seed.resolve("cache/tarishi.installed")).hasContent("all");
    }

    @Test
    void onlySettingsLikeItsOwnWereGoodOnesAndNothingHasHappened() throws IOException {
        Seed.plant(seed, folders);

        assertThat(data.resolve("config/good"))
                .isDirectoryContaining("glob:**org.same.cfg")
                .isDirectoryContaining("glob:**org.same.mark")
                .isDirectoryNotContaining("glob:**org.other.cfg")
                .isDirectoryNotContaining("glob:**org.gone.cfg");
        assertThat(data.resolve("config/history")).doesNotExist();
    }

    @Test
    void whatAnInstanceHasStays() throws IOException {
        Files.createDirectory(data.resolve("cache"));

        Seed.plant(seed, folders);

        assertThat(data.resolve("cache")).isEmptyDirectory();
        assertThat(data.resolve("config")).doesNotExist();
    }

    @Test
    void whatAnEarlierTryLeftIsNotBelieved() throws IOException {
        write(data.resolve("cache.new/bundle2"), "half");
        write(data.resolve("config.new/org/half"), "half");

        Seed.plant(seed, folders);

        assertThat(data.resolve("cache/bundle1/version0.0/bundle.jar")).hasContent("jar");
        assertThat(data.resolve("cache/bundle2")).doesNotExist();
        assertThat(data.resolve("config/org/half")).doesNotExist();
    }

    @Test
    void oneThatIsNotWholeLeavesNothing() throws IOException {
        Files.delete(seed.resolve("cache/tarishi.installed"));
        Files.delete(seed.resolve("cache/bundle1/version0.0/bundle.jar"));
        Files.delete(seed.resolve("cache/bundle1/version0.0"));
        Files.delete(seed.resolve("cache/bundle1"));
        Files.delete(seed.resolve("cache"));

        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> Seed.plant(seed, folders));

        try (var left = Files.list(data)) {
            assertThat(left).containsExactly(folders.run());
        }
    }

    @Test
    void withoutOneThereIsNothing() throws IOException {
        Seed.plant(null, folders);
        Seed.plant(root.resolve("absent"), folders);

        assertThat(data.resolve("cache")).doesNotExist();
    }
}
