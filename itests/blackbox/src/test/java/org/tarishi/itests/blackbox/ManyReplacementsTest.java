package org.tarishi.itests.blackbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.Churn;

/** Replaced ten thousand times under some load, a server is as large as before. */
@Tag("alone")
@Timeout(value = 6, unit = TimeUnit.HOURS)
class ManyReplacementsTest {

    /** Enough that nothing is replaced in silence; more would only make it take longer. */
    private static final int CLIENTS = 1;

    /** How often each is replaced before memory is measured. */
    private static final int WARM = 200;

    @TempDir
    Path root;

    private final StringBuilder report = new StringBuilder();

    private record Size(long heap, long metaspace) {

        static Size of(Instance instance) throws Exception {
            return new Size(instance.heap(), instance.metaspace());
        }

        @Override
        public String toString() {
            return "heap " + heap / 1024 + " KiB, metaspace " + metaspace / 1024 + " KiB";
        }
    }

    @Test
    void nothingGrowsWithTheNumberOfReplacements() throws Exception {
        int wanted = Setup.replacements();
        var parts = new ArrayList<>(Replacements.BESIDE);
        parts.addAll(Replacements.IN_PLACE);
        try (var instance = Instance.in(root.resolve("base"))
                .withConsole()
                .withoutSoftReferencesAndProfiledEarly()
                .start()) {
            var replacements = new Replacements(instance, root);
            var warming = churn(instance);
            for (int i = 0; i < WARM; i++) {
                replacements.replaceEach(parts);
            }
            warming.stop();
            replacements.awaitDrained();
            var before = Size.of(instance);
            say("before: " + before);
            var churn = churn(instance);
            for (int done = 0; done < wanted; done++) {
                replacements.replace(parts.get(done % parts.size()));
                if (done % 500 == 499) {
                    say((done + 1) + ": " + Size.of(instance));
                    replacements.awaitDrained();
                    replacements.assertCollected();
                }
            }
            churn.stop();
            replacements.awaitDrained();
            var after = Size.of(instance);
            say("after " + wanted + ": " + after + ", " + churn.accepted() + " messages");

            // Whatever failed first, the rest is worth to be known of what took so long.
            var softly = new SoftAssertions();
            softly.assertThat(churn.troubles()).isEmpty();
            softly.assertThat(churn.refused() + churn.dropped() + churn.failed())
                    .isZero();
            softly.check(() -> say("versions loaded: " + replacements.assertCollected()));
            softly.assertThat(after.heap()).as("heap").isLessThan(before.heap() * 102 / 100);
            softly.assertThat(after.metaspace()).as("metaspace").isLessThan(before.metaspace() * 102 / 100);
            softly.assertThat(instance.log()).doesNotContain(" ERROR ");
            softly.assertAll();
        } finally {
            Files.createDirectories(Path.of("target"));
            Files.writeString(Path.of("target", "replacements.txt"), report);
        }
    }

    private static Churn churn(Instance instance) {
        return Churn.start(instance.smtpPort(), CLIENTS, List.of("user@example.com"), 10, 500);
    }

    private void say(String line) {
        report.append(line).append('\n');
        System.out.println(line);
    }
}
