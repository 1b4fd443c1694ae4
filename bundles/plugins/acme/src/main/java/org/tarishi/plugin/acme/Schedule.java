package org.tarishi.plugin.acme;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** When to ask an authority for something: pure arithmetic, with chance as a parameter. */
final class Schedule {

    /** The first pause after a failure; each next one is twice as long. Let's Encrypt allows five failures a host and hour. */
    static final Duration FIRST_PAUSE = Duration.ofMinutes(15);

    static final Duration LONGEST_PAUSE = Duration.ofDays(1);

    /** What an authority may ask for at most: it must not put off a renewal for ever. */
    static final Duration LONGEST_HOLD = Duration.ofDays(7);

    private Schedule() {}

    /** Returns when to renew: at two thirds of the lifetime, and up to a sixtieth of it later, so that not all come at once. */
    static Instant renewal(Instant notBefore, Instant notAfter, RandomGenerator random) {
        var life = Duration.between(notBefore, notAfter);
        if (!life.isPositive()) {
            return notBefore;
        }
        return notBefore.plus(life.multipliedBy(2).dividedBy(3)).plusMillis(random.nextLong(life.toMillis() / 60 + 1));
    }

    /** Returns a moment in a window that the authority proposes (RFC 9773 section 4.2), the present one when it is over. */
    static Instant within(Instant start, Instant end, Instant now, RandomGenerator random) {
        var first = start.isBefore(now) ? now : start;
        if (!end.isAfter(first)) {
            return first;
        }
        return first.plusMillis(random.nextLong(Duration.between(first, end).toMillis() + 1));
    }

    /**
     * Returns when to try again.
     *
     * @param failures how many attempts have failed, 1 for the first
     * @param asked until when the authority wants to be left alone
     */
    static Instant retry(int failures, Instant now, Optional<Instant> asked, RandomGenerator random) {
        var pause = FIRST_PAUSE;
        for (int i = 1; i < failures && pause.compareTo(LONGEST_PAUSE) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        if (pause.compareTo(LONGEST_PAUSE) > 0) {
            pause = LONGEST_PAUSE;
        }
        // A tenth more or less: servers that failed together come back apart.
        var own = now.plusMillis(pause.toMillis() * 9 / 10 + random.nextLong(pause.toMillis() / 5 + 1));
        var held = asked.map(when -> when.isAfter(now.plus(LONGEST_HOLD)) ? now.plus(LONGEST_HOLD) : when);
        return held.filter(when -> when.isAfter(own)).orElse(own);
    }
}
