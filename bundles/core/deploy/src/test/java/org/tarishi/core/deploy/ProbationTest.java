package org.tarishi.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Version;
import org.tarishi.core.deploy.KeptVersions.Kept;
import org.tarishi.core.spi.PluginSwitch.Tally;

/** When a new version is good enough. */
final class ProbationTest {

    private static final Kept BEFORE = new Kept("p", "0".repeat(64), new Version(1, 0, 0), Set.of("p"), Instant.EPOCH);

    private static Probation.Watch watch(Tally old) {
        return new Probation.Watch("p", 7, "1".repeat(64), "2.0.0", BEFORE, old, new Tally(0, 0, 0), 200, 3);
    }

    private static String verdict(Tally old, Tally now) {
        var judgement = Probation.judge(watch(old), now, "probation");
        return judgement == null ? "on" : judgement.isPassed() ? "passed" : "failed";
    }

    @ParameterizedTest
    @CsvSource({
        // transactions and faults before; transactions and faults on probation
        "1000, 0,   199, 0, on",
        "1000, 0,   200, 0, passed",
        "1000, 0,   200, 2, passed",
        "1000, 0,     3, 3, failed",
        // one in a hundred before: four in two hundred are just twice as often
        "1000, 10,  200, 4, passed",
        "1000, 10,  200, 5, failed",
        "1000, 10,    5, 4, on",
        "1000, 10,    5, 5, failed",
        // whoever looked late judges all that there was
        "1000, 10,  400, 8, passed",
        "1000, 10,  400, 9, failed",
        // nothing is known of the old one
        "0, 0,        5, 2, on",
        "0, 0,        5, 3, failed"
    })
    void aVersionFailsWhenItFaultsMoreThanTwiceAsOftenAsTheOneBefore(
            long oldTransactions, long oldFaults, long transactions, long faults, String verdict) {
        assertThat(verdict(new Tally(oldTransactions, oldFaults, 0), new Tally(transactions, faults, 0)))
                .isEqualTo(verdict);
    }

    @Test
    void timeOutsAreWeighedAloneToo() {
        var old = new Tally(1000, 100, 0);
        assertThat(verdict(old, new Tally(200, 20, 2))).isEqualTo("passed");
        assertThat(verdict(old, new Tally(200, 20, 3))).isEqualTo("failed");
    }

    @Test
    void whatIsUnderWayIsReadAsItWasWrittenAndADamagedLineEndsNoOther(@TempDir Path folder) throws Exception {
        var file = new ProbationFile(folder);
        assertThat(file.read()).isEmpty();
        var saved = new ProbationFile.Saved(
                "p", "1".repeat(64), KeptVersions.SHIPPED, new Tally(1000, 2, 1), new Tally(50, 1, 0));
        file.write(List.of(saved));
        Files.writeString(folder.resolve("probation"), "p half a line\n", StandardOpenOption.APPEND);

        assertThat(file.read()).containsExactly(saved);
    }

    @Test
    void theReasonTellsBothSides() {
        var judgement = Probation.judge(watch(new Tally(1000, 1, 0)), new Tally(45, 7, 0), "probation");
        assertThat(judgement)
                .isNotNull()
                .satisfies(one -> assertThat(one.reason())
                        .isEqualTo("faults 7 in 45 transactions of its probation, against 1 in 1000 of 1.0.0"));
    }
}
