package org.tarishi.core.tlsrpt;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tarishi.core.spi.TlsResults.Problem;

/** How often all was well, and how often what was wrong, under one policy. Guarded by its {@link Tally}. */
final class Counts {

    private long good;
    private final Map<Problem, Long> bad = new LinkedHashMap<>();

    Counts() {}

    Counts(Counts other) {
        good = other.good;
        bad.putAll(other.bad);
    }

    void addGood(long more) {
        good += more;
    }

    void addBad(Problem problem, long more) {
        bad.merge(problem, more, Long::sum);
    }

    boolean has(Problem problem) {
        return bad.containsKey(problem);
    }

    long good() {
        return good;
    }

    Map<Problem, Long> bad() {
        return bad;
    }

    long allBad() {
        return bad.values().stream().mapToLong(Long::longValue).sum();
    }
}
