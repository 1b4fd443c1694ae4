package org.tarishi.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class OfflineCommandTest {

    @TempDir
    Path folder;

    private final StringBuilder out = new StringBuilder();

    private int run(String... words) {
        out.setLength(0);
        var all = new ArrayList<>(List.of(folder.toString()));
        all.addAll(List.of(words));
        return new OfflineCommand(folder.resolve("data"), folder.resolve("conf")).apply(all, out);
    }

    @Test
    void mailGoesInAndOutWithoutAServer() throws Exception {
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(folder.resolve("in.eml"), "Subject: x\n\n.dot\nlast");

        assertThat(run("import", "in.eml", "--from", "<>", "--to", "you@a.example", "--to", "they@a.example"))
                .as(out.toString())
                .isZero();
        var id = out.toString().strip().replace("queued as ", "");
        assertThat(run("list")).isZero();
        assertThat(out).contains(id, "scheduled", "from <>", "to <you@a.example> and 1 more");
        assertThat(run("show", id)).isZero();
        assertThat(out).contains("domain     a.example", "recipient  <they@a.example> pending");
        assertThat(run("export", id, "out.eml")).isZero();
        assertThat(folder.resolve("out.eml")).hasContent("Subject: x\r\n\r\n.dot\r\nlast\r\n");
        assertThat(run("export", id, "out.eml")).isEqualTo(1);
        assertThat(run("verify")).isZero();
        assertThat(out).asString().isEqualTo("all is well\n");
    }

    @Test
    void whatIsAskedWronglyIsToldWithTheUsage() {
        assertThat(run()).isEqualTo(64);
        assertThat(run("import", "in.eml")).isEqualTo(64);
        assertThat(out).contains("want --to ADDRESS", "usage");
        assertThat(run("list")).isEqualTo(1);
        assertThat(out).contains("no queue in");
    }

    @Test
    void theFolderOfTheSettingsIsUsed() throws Exception {
        Files.createDirectories(folder.resolve("data"));
        Files.createDirectories(folder.resolve("conf"));
        Files.writeString(folder.resolve("conf").resolve(Settings.PID + ".cfg"), "# here\nfolder = elsewhere\n");
        Files.writeString(folder.resolve("in.eml"), "\nx\n");
        assertThat(run("import", "in.eml", "--to", "you@a.example"))
                .as(out.toString())
                .isZero();
        assertThat(folder.resolve("data/elsewhere/journal")).isDirectory();
    }
}
