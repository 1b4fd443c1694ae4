package org.tarishi.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.core.config.History.Change;

/** What is kept of changes. */
class HistoryTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    @TempDir
    Path folder;

    private History history() {
        return new History(folder.resolve("history"), Clock.fixed(NOW, ZoneOffset.UTC), () -> 3);
    }

    @Test
    void aChangeIsReadAsItWasKept() throws Exception {
        history().add("a.b", Author.START, null, "k = \"ü\nbefore: 3\n\n");
        history().add("a.b", Author.COMMAND, "k = \"ü\nbefore: 3\n\n", "");
        history().add("a.b", Author.FILE, "", null);

        assertThat(history().of("a.b"))
                .containsExactly(
                        new Change(1, NOW, "start", null, "k = \"ü\nbefore: 3\n\n"),
                        new Change(2, NOW, "command", "k = \"ü\nbefore: 3\n\n", ""),
                        new Change(3, NOW, "file", "", null));
        assertThat(history().of("other")).isEmpty();
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(folder.resolve("history/a.b/000001.change"))))
                .isEqualTo("rw-------");
    }

    @Test
    void theOldestGoesFirst() throws Exception {
        for (var i = 0; i < 6; i++) {
            history().add("a", Author.FILE, null, "v = " + i);
        }

        assertThat(history().of("a")).extracting(Change::number).containsExactly(4, 5, 6);
    }

    @Test
    void aDamagedChangeIsLeftOutAndTheOthersAreRead() throws Exception {
        history().add("a", Author.FILE, null, "v = 1");
        history().add("a", Author.FILE, null, "v = 2");
        Files.writeString(
                folder.resolve("history/a/000001.change"), "time: now\nauthor: x\nbefore: 9\nafter: none\n\n");

        assertThat(history().of("a")).extracting(Change::number).containsExactly(2);
        assertThat(history().add("a", Author.FILE, null, "v = 3").number()).isEqualTo(3);
    }
}
