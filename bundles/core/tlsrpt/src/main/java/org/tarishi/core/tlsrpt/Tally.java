package org.tarishi.core.tlsrpt;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tarishi.core.spi.TlsResults.Policy;
import org.tarishi.core.spi.TlsResults.Problem;
import org.tarishi.core.spi.TlsResults.Result;

/**
 * What was told, counted by day (UTC), domain and policy. Bounded: of a day with too many kinds of results those that come last are counted
 * as lost. Any thread.
 */
final class Tally {

    /** How many domains, policies and kinds of problems are counted a day, all together. */
    static final int MOST = 50_000;

    private final Map<LocalDate, Day> days = new TreeMap<>();
    private final Set<LocalDate> changed = new HashSet<>();

    /** What was counted on a day. */
    private static final class Day {
        private final Map<String, Map<Policy, Counts>> domains = new LinkedHashMap<>();
        private int entries;
        private long lost;

        private boolean hasRoom(int more) {
            return entries + more <= MOST;
        }

        void add(String domain, Policy policy, long good, Map<Problem, Long> bad) {
            var policies = domains.get(domain);
            var counts = policies == null ? null : policies.get(policy);
            if (counts == null) {
                if (!hasRoom(2)) {
                    lost++;
                    return;
                }
                if (policies == null) {
                    policies = new LinkedHashMap<>();
                    domains.put(domain, policies);
                    entries++;
                }
                counts = new Counts();
                policies.put(policy, counts);
                entries++;
            }
            counts.addGood(good);
            for (var problem : bad.entrySet()) {
                if (!counts.has(problem.getKey())) {
                    if (!hasRoom(1)) {
                        lost++;
                        continue;
                    }
                    entries++;
                }
                counts.addBad(problem.getKey(), problem.getValue());
            }
        }
    }

    /** Counts a result. */
    synchronized void add(LocalDate day, Result result) {
        var bad = result.failure().map(problem -> Map.of(problem, 1L)).orElse(Map.of());
        add(day, result.domain(), result.policy(), bad.isEmpty() ? 1 : 0, bad);
    }

    /** Counts results that were counted before, such as those of a file. */
    synchronized void add(LocalDate day, String domain, Policy policy, long good, Map<Problem, Long> bad) {
        days.computeIfAbsent(day, _ -> new Day()).add(domain, policy, good, bad);
        changed.add(day);
    }

    /** Returns the days before one of which anything is left. */
    synchronized List<LocalDate> before(LocalDate day) {
        return days.keySet().stream().filter(each -> each.isBefore(day)).toList();
    }

    /** Returns the domains of a day. */
    synchronized List<String> domains(LocalDate day) {
        var known = days.get(day);
        return known == null ? List.of() : new ArrayList<>(known.domains.keySet());
    }

    /** Returns a copy of what was counted for a domain. */
    synchronized Map<Policy, Counts> of(LocalDate day, String domain) {
        var known = days.get(day);
        var copy = new LinkedHashMap<Policy, Counts>();
        if (known != null) {
            known.domains
                    .getOrDefault(domain, Map.of())
                    .forEach((policy, counts) -> copy.put(policy, new Counts(counts)));
        }
        return copy;
    }

    /** Forgets a domain of a day that is over. */
    synchronized void remove(LocalDate day, String domain) {
        var known = days.get(day);
        if (known != null && known.domains.remove(domain) != null) {
            changed.add(day);
        }
    }

    /** Forgets a day, and returns how many results of it found no room. */
    synchronized long remove(LocalDate day) {
        var known = days.remove(day);
        changed.add(day);
        return known == null ? 0 : known.lost;
    }

    /** Returns the days that have changed since it was asked last. */
    synchronized List<LocalDate> takeChanged() {
        var all = List.copyOf(changed);
        changed.clear();
        return all;
    }

    /** Says that a day has to be written once more. */
    synchronized void touch(LocalDate day) {
        changed.add(day);
    }
}
