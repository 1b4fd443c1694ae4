package org.tarishi.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.core.spi.PluginRefusedException;

final class InboxTest {

    @TempDir
    Path folder;

    private final List<String> installed = new ArrayList<>();

    private Inbox inbox() {
        return new Inbox(
                folder,
                (jar, door) -> {
                    try {
                        var content = Files.readString(jar);
                        if (content.startsWith("stop")) {
                            Thread.currentThread().interrupt();
                            throw new PluginRefusedException("the server is stopping");
                        }
                        if (content.startsWith("crash")) {
                            throw new IllegalStateException("boom");
                        }
                        if (content.startsWith("bad")) {
                            throw new PluginRefusedException("it is bad");
                        }
                        installed.add(door + " " + content);
                        return "done";
                    } catch (java.io.IOException e) {
                        throw new PluginRefusedException(e.toString());
                    }
                },
                () -> true,
                Duration.ofHours(1));
    }

    @Test
    void aFileIsTakenWhenItStandsStill() throws Exception {
        try (var inbox = inbox()) {
            var file = folder.resolve("a.jar");
            Files.writeString(file, "half");
            inbox.look();
            assertThat(installed).as("it may still be growing").isEmpty();
            Files.writeString(file, "half and half");
            inbox.look();
            assertThat(installed).as("it has grown").isEmpty();

            inbox.look();

            assertThat(installed).containsExactly("deploy half and half");
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void aHiddenFileIsLeftAlone() throws Exception {
        try (var inbox = inbox()) {
            var hidden = folder.resolve("._a.jar");
            Files.writeString(hidden, "what a file manager notes");

            inbox.look();
            inbox.look();

            assertThat(installed).isEmpty();
            assertThat(hidden).exists();
        }
    }

    @Test
    void aRefusedFileIsSetAsideWithTheReason() throws Exception {
        try (var inbox = inbox()) {
            Files.writeString(folder.resolve("b.jar"), "bad one");

            inbox.look();
            inbox.look();
            inbox.look();

            assertThat(folder.resolve("b.jar")).doesNotExist();
            assertThat(folder.resolve("b.jar.refused")).hasContent("bad one");
            assertThat(folder.resolve("b.jar.refused.txt")).hasContent("it is bad\n");
        }
    }

    @Test
    void otherFilesAreLeftAlone() throws Exception {
        try (var inbox = inbox()) {
            Files.writeString(folder.resolve("c.jar.part"), "x");
            inbox.look();
            inbox.look();
            assertThat(folder.resolve("c.jar.part")).exists();
            assertThat(installed).isEmpty();
        }
    }

    /** As one does that is renamed between being listed and being looked at: a link to nothing is listed, and is not there either. */
    @Test
    void filesThatAreGoneWhenTheyAreLookedAtHoldNoOtherUp() throws Exception {
        try (var inbox = inbox()) {
            for (int i = 0; i < 20; i++) {
                Files.createSymbolicLink(folder.resolve("gone" + i + ".jar"), folder.resolve("nowhere"));
            }
            Files.writeString(folder.resolve("here.jar"), "good");
            inbox.look();
            inbox.look();
            assertThat(installed).containsExactly("deploy good");
        }
    }

    @Test
    void aStopOfTheServerRefusesNothing() throws Exception {
        try (var inbox = inbox()) {
            Files.writeString(folder.resolve("d.jar"), "stop");
            inbox.look();
            inbox.look();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(folder.resolve("d.jar")).exists();
        }
    }

    @Test
    void aFileThatFailsInAnUnforeseenWayHoldsNoOtherUp() throws Exception {
        try (var inbox = inbox()) {
            Files.writeString(folder.resolve("a.jar"), "crash");
            Files.writeString(folder.resolve("b.jar"), "good");
            inbox.look();
            inbox.look();
            assertThat(installed).containsExactly("deploy good");
            assertThat(folder.resolve("a.jar.refused")).exists();
        }
    }
}
