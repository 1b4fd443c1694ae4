package org.tarishi.core.spi;

import java.time.Duration;
import java.util.Map;

/**
 * How the two versions of a trial have done since it began.
 *
 * @param isOn whether the version on trial is asked; not when one of its components has left, or a call is stuck in it
 * @param before the version in force
 * @param candidate the version on trial
 */
public record TrialReport(boolean isOn, Side before, Side candidate) {

    /**
     * One version.
     *
     * @param verdicts how often it answered what, by moment and verdict: {@code rcpt denysoft}
     * @param timedCalls how many calls are in the times
     * @param median half of the calls took no longer; to an eighth
     * @param slowest all but a hundredth took no longer; to an eighth
     * @param dropped calls of a shadow that were left out, because too many were under way or the transaction had ended
     * @param agreed calls of a shadow that answered what the version in force did
     * @param differed those that answered something else
     */
    public record Side(
            Map<String, Long> verdicts,
            long timedCalls,
            Duration median,
            Duration slowest,
            long dropped,
            long agreed,
            long differed) {

        /** Copies the map. */
        public Side {
            verdicts = Map.copyOf(verdicts);
        }
    }
}
