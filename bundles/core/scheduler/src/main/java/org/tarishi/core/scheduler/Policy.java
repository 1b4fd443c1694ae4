package org.tarishi.core.scheduler;

import java.time.Duration;
import java.util.List;

/**
 * What the dispatcher goes by.
 *
 * @param isDelivering whether anything is tried at all
 * @param maxAttempts the most attempts at once
 * @param reserve how many of them only destinations get that have none
 * @param slowStart how many attempts a destination begins with
 * @param restAfter how many attempts in a row fail before a destination is left at rest
 * @param rest how long the first rest is
 * @param longestRest how long a rest becomes at most
 * @param limits the table of limits
 */
record Policy(
        boolean isDelivering,
        int maxAttempts,
        int reserve,
        int slowStart,
        int restAfter,
        Duration rest,
        Duration longestRest,
        List<LimitRule> limits) {

    Policy {
        limits = List.copyOf(limits);
    }
}
