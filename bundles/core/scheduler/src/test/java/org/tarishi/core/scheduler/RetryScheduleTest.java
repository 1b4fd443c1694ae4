package org.tarishi.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long mail waits. */
final class RetryScheduleTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', textBlock = """
            1m, 5m*2, 1h*3 | PT1M PT5M PT5M PT1H PT1H PT1H
            1m,5m*2,1h*3   | PT1M PT5M PT5M PT1H PT1H PT1H
            5s             | PT5S
            2d * 2         | PT48H PT48H
            none           | ''
            """)
    void aScheduleIsAListOfTimesThatMayBeRepeated(String text, String waits) {
        assertThat(String.join(
                        " ",
                        RetrySchedule.parse("retrySchedule", text).waits().stream()
                                .map(Duration::toString)
                                .toList()))
                .isEqualTo(waits);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            ''        | retrySchedule: want none, or times such as 1m, 5m*2, 1h*3:
            1m,       | retrySchedule: want none, or times such as 1m, 5m*2, 1h*3: 1m,
            1 minute  | retrySchedule: want none, or times such as 1m, 5m*2, 1h*3: 1 minute
            4s        | retrySchedule: a time must be 5s to 30d: 4s
            31d       | retrySchedule: a time must be 5s to 30d: 31d
            1m*0      | retrySchedule: must have 1 to 1000 times: 1m*0
            1m*1001   | retrySchedule: must have 1 to 1000 times: 1m*1001
            -1m       | retrySchedule: want none, or times such as 1m, 5m*2, 1h*3: -1m
            """)
    void aBadScheduleIsRefusedByName(String text, String message) {
        assertThatThrownBy(() -> RetrySchedule.parse("retrySchedule", text)).hasMessageStartingWith(message.strip());
    }

    @Test
    void theShippedScheduleIsHarakas() {
        var settings = Sets.of();
        var waits = settings.retries().waits();
        assertThat(waits).hasSize(12);
        for (int i = 0; i < 12; i++) {
            assertThat(waits.get(i)).isEqualTo(Duration.ofSeconds(64L << i));
        }
        // the thirteenth failure is the last
        assertThat(settings.retries().after(12, 0, new Random(1))).contains(Duration.ofSeconds(131_072));
        assertThat(settings.retries().after(13, 0, new Random(1))).isEmpty();
    }

    @Test
    void jitterStaysWithinItsPercentAndUsesAllOfIt() {
        var schedule = new RetrySchedule(List.of(Duration.ofSeconds(100)));
        var random = new Random(7);
        var least = Duration.ofDays(1);
        var most = Duration.ZERO;
        for (int i = 0; i < 10_000; i++) {
            var wait = schedule.after(1, 10, random).orElseThrow();
            least = wait.compareTo(least) < 0 ? wait : least;
            most = wait.compareTo(most) > 0 ? wait : most;
        }
        assertThat(least).isBetween(Duration.ofSeconds(90), Duration.ofMillis(90_100));
        assertThat(most).isBetween(Duration.ofMillis(109_900), Duration.ofSeconds(110));
        assertThat(schedule.after(1, 0, random)).contains(Duration.ofSeconds(100));
    }

    @ParameterizedTest(name = "within {0}: {1}")
    @CsvSource({"PT0S, 1", "PT59S, 1", "PT1M, 2", "PT5M, 2", "PT6M, 3", "P1D, 4"})
    void attemptsWithinATimeAreThoseThatTheScheduleHas(Duration time, int attempts) {
        var schedule = RetrySchedule.parse("x", "1m, 5m, 1h");
        assertThat(schedule.attemptsWithin(time)).isEqualTo(attempts);
    }
}
