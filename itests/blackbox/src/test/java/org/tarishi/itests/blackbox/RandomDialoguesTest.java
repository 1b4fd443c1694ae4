package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.RandomDialogues;
import org.tarishi.itests.harness.SmtpDialog;

/** Dialogues that nobody should hold: the server ends each, says nothing but replies, and is as it was before. */
class RandomDialoguesTest {

    private static final int AT_A_TIME = 64;
    private static final int MOST_SESSIONS = 400;

    @Test
    @Timeout(24 * 3600)
    void itEndsEachDialogueAndIsAsBefore(@TempDir Path folder) throws Exception {
        long dialogues = Setup.dialogues();
        long seed = Setup.seed();
        try (var instance = Instance.in(folder.resolve("instance"))
                .set(Instance.CHAIN, "plugins", "[ \"in-host-list\", \"discard\" ]")
                .set("org.tarishi.plugin.discard", "all", "true")
                .set("org.tarishi.core.server", "maxSessions", Integer.toString(MOST_SESSIONS))
                // A heap of one size, so that what grows is seen.
                .java("-Xms256m -Xmx256m -XX:+AlwaysPreTouch")
                .start()) {
            var random = new RandomDialogues(instance.smtpPort(), seed);
            random.hold(dialogues / 3, AT_A_TIME);
            long before = residentKilobytes(instance);
            long began = System.nanoTime();
            var tally = random.hold(dialogues - dialogues / 3, AT_A_TIME);
            double seconds = (System.nanoTime() - began) / 1e9;
            long after = residentKilobytes(instance);
            System.out.printf(
                    "%s: %.0f a second, resident %d and %d MB%n",
                    tally, (dialogues - dialogues / 3) / seconds, before >> 10, after >> 10);

            assertThat(instance.isAlive()).isTrue();
            assertThat(tally.troubles()).isEmpty();
            assertThat(tally.unconnected()).isZero();
            assertThat(tally.accepted()).as("messages that were well formed").isPositive();
            assertThat(instance.logged(0, " ERROR ")).as("seed " + seed).isEmpty();
            assertThat(after).as("resident kB, %d before", before).isBetween(before * 8 / 10, before * 12 / 10);
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> exactlyAsManySessionsAsAllowed(instance));
        }
    }

    /** None is counted that is not there, and none is missing: so many are greeted, and one more is not. */
    private static void exactlyAsManySessionsAsAllowed(Instance instance) throws IOException {
        var open = new ArrayList<SmtpDialog>();
        try {
            for (int i = 0; i < MOST_SESSIONS; i++) {
                var dialog = new SmtpDialog(instance.smtpPort());
                open.add(dialog);
                dialog.expect("220 ");
            }
            try (var oneMore = new SmtpDialog(instance.smtpPort())) {
                oneMore.expect("421 ");
            }
        } finally {
            for (var dialog : open) {
                dialog.close();
            }
        }
    }

    private static long residentKilobytes(Instance instance) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(instance.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
