package org.tarishi.plugin.acme;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {

    private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");

    @ParameterizedTest
    @CsvSource({"P90D, P60D, P61DT12H", "P6D, P4D, P4DT2H24M"})
    void aCertificateIsRenewedAtTwoThirdsOfItsLifeAndALittleLater(Duration life, Duration from, Duration to) {
        for (int seed = 0; seed < 100; seed++) {
            assertThat(Schedule.renewal(NOW, NOW.plus(life), new Random(seed))).isBetween(NOW.plus(from), NOW.plus(to));
        }
    }

    @Test
    void aCertificateWithoutALifeIsRenewedAtOnce() {
        assertThat(Schedule.renewal(NOW, NOW, new Random(1))).isEqualTo(NOW);
    }

    @Test
    void aProposalIsTakenSomewhereWithinIt() {
        var end = NOW.plus(Duration.ofDays(2));
        for (int seed = 0; seed < 100; seed++) {
            assertThat(Schedule.within(NOW.minusSeconds(60), end, NOW, new Random(seed)))
                    .isBetween(NOW, end);
        }
        assertThat(Schedule.within(NOW.minusSeconds(60), NOW.minusSeconds(30), NOW, new Random(1)))
                .isEqualTo(NOW);
    }

    @ParameterizedTest
    @CsvSource({"1, PT15M", "2, PT30M", "5, PT4H", "8, P1D", "1000, P1D", "2147483647, P1D"})
    void pausesDoubleUpToADay(int failures, Duration pause) {
        for (int seed = 0; seed < 100; seed++) {
            var wait = Duration.between(NOW, Schedule.retry(failures, NOW, Optional.empty(), new Random(seed)));
            assertThat(wait)
                    .isBetween(
                            pause.multipliedBy(9).dividedBy(10),
                            pause.multipliedBy(11).dividedBy(10));
        }
    }

    @Test
    void whatTheAuthorityAsksForIsTheLeastAndHasAnEnd() {
        var week = NOW.plus(Duration.ofDays(7));
        assertThat(Schedule.retry(1, NOW, Optional.of(NOW.plus(Duration.ofDays(2))), new Random(1)))
                .isEqualTo(NOW.plus(Duration.ofDays(2)));
        assertThat(Schedule.retry(1, NOW, Optional.of(NOW), new Random(1))).isAfter(NOW.plus(Duration.ofMinutes(13)));
        assertThat(Schedule.retry(1, NOW, Optional.of(Instant.MAX), new Random(1)))
                .isEqualTo(week);
    }
}
