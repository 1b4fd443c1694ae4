package org.tarishi.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.core.queue.RamQueueStore;

/** What is told of mail. */
final class EventsTest {

    @TempDir
    private Path folder;

    @Test
    void eachStepIsAnObjectInALine() throws Exception {
        var world = new World(new RamQueueStore(), new World.Time(), folder, new ArrayList<>(), "jitter", 0);
        world.next = (mail, recipient) -> mail.failures() == 0
                ? Reply.of(451, new EnhancedStatus(4, 2, 0), "say \"later\" \\ ü")
                : Reply.of(250, "taken");
        world.submit("C1.1", "<a@one.example>", "<x@d.example>");
        world.run();
        world.runAfter("PT64S");
        world.file.close();
        var lines = Files.readAllLines(folder.resolve("delivery.jsonl"));
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0))
                .startsWith("{\"time\":\"2026-11-28T12:00:00Z\",\"event\":\"queued\",\"id\":\"C1.1.1\","
                        + "\"submission\":\"C1.1\",\"sender\":\"a@one.example\",\"domain\":\"d.example\","
                        + "\"recipients\":[\"x@d.example\"]");
        assertThat(lines.get(1))
                .contains("\"event\":\"deferred\"")
                .contains("\"attempt\":1")
                .contains("\"host\":\"mx.example\"")
                .contains("\"againMillis\":64000")
                .contains("\"reply\":{\"code\":451,\"status\":\"4.2.0\",\"text\":\"say \\\"later\\\" \\\\ ü\"}");
        assertThat(lines.get(2)).contains("\"event\":\"delivered\"").contains("\"attempt\":2");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("delivery.jsonl"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aFileThatIsLargeIsPutAsideAndTheOldestGoes() throws Exception {
        var file = new EventFile(folder, () -> new EventFile.Where("e", 100, 2));
        for (int i = 0; i < 10; i++) {
            var line = "line " + i + " ".repeat(80);
            file.add(line);
            Awaitility.await()
                    .ignoreExceptions()
                    .until(() -> Files.readString(folder.resolve("e")).startsWith(line));
        }
        file.close();
        assertThat(folder.resolve("e")).content().startsWith("line 9");
        assertThat(folder.resolve("e.1")).content().startsWith("line 8");
        assertThat(folder.resolve("e.2")).content().startsWith("line 7");
        assertThat(folder.resolve("e.3")).doesNotExist();
    }

    @Test
    void controlCharactersAndHalvesOfPairsAreEscaped() {
        assertThat(new JsonLine().with("a", "x\r\n\u0085\ud800").toString())
                .isEqualTo("{\"a\":\"x\\u000d\\u000a\\u0085\\ud800\"}");
    }
}
