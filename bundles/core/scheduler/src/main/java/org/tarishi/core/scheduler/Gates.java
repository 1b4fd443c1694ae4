package org.tarishi.core.scheduler;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tarishi.core.scheduler.LimitRule.Scope;

/**
 * The limits on attempts, and how much of each is used. One thread at a time.
 *
 * <p>Of the lines of one scope the one that fits closest holds, alone. A rate is spread evenly over its time, as by a leaky bucket, with
 * a tenth of it as a burst, so that no next hop sees all of an hour's mail in its first minute.
 */
final class Gates {

    /** Below this number, gates that nobody uses are not looked for. */
    private static final int SWEEP_FROM = 10_000;

    private record Key(LimitRule rule, String owner) {}

    /** One limit of one owner. */
    static final class Gate {
        private final Key key;
        private int active;
        private long next;
        private boolean isUsed;
        private final Set<Lane> waiting = new LinkedHashSet<>();

        private Gate(Key key) {
            this.key = key;
        }

        /** Returns how long the rate lets nobody through; 0 or less when it does. */
        private long delay(long now) {
            return key.rule().stepNanos() == 0 || !isUsed
                    ? 0
                    : next - key.rule().burstNanos() - now;
        }

        private void enter(long now) {
            active++;
            long step = key.rule().stepNanos();
            if (step > 0) {
                next = (isUsed && next - now > 0 ? next : now) + step;
                isUsed = true;
            }
        }

        private boolean isIdle(long now) {
            return active == 0 && waiting.isEmpty() && (!isUsed || next - now <= 0);
        }
    }

    /** What stands in the way. */
    sealed interface Answer {

        /** Nothing did; what was entered is to be left. */
        record Entered(List<Gate> gates) implements Answer {}

        /** A rate. */
        record Later(long nanos) implements Answer {}

        /** As many as may be are under way. */
        record Full(Gate gate) implements Answer {}
    }

    private Map<Scope, List<LimitRule>> rules = Map.of();
    private final Map<Key, Gate> gates = new HashMap<>();

    Gates(List<LimitRule> table) {
        configure(table);
    }

    /** Puts another table in force; what is under way by lines that stay is still counted. */
    void configure(List<LimitRule> table) {
        var byScope = new EnumMap<Scope, List<LimitRule>>(Scope.class);
        for (var rule : table) {
            byScope.computeIfAbsent(rule.scope(), s -> new ArrayList<>()).add(rule);
        }
        rules = byScope;
        gates.values().removeIf(gate -> gate.active == 0 && gate.waiting.isEmpty());
    }

    /** Tells whether there are limits of a kind. */
    boolean has(Scope scope) {
        return rules.containsKey(scope);
    }

    /** Returns the line that holds for a value, null for none. */
    @Nullable LimitRule rule(Scope scope, String value) {
        LimitRule best = null;
        int closest = -1;
        for (var rule : rules.getOrDefault(scope, List.of())) {
            int fit = rule.fit(value).orElse(-1);
            if (fit > closest) {
                closest = fit;
                best = rule;
            }
        }
        return best;
    }

    /** Returns the most attempts at once for a value. */
    int concurrency(Scope scope, String value) {
        var rule = rule(scope, value);
        return rule == null ? Integer.MAX_VALUE : rule.concurrency();
    }

    /** Returns the gate for a value, null where nothing limits it. */
    @Nullable Gate gate(Scope scope, @Nullable String value) {
        if (value == null || !rules.containsKey(scope)) {
            return null;
        }
        var rule = rule(scope, value);
        return rule == null ? null : gates.computeIfAbsent(new Key(rule, rule.owner(value)), Gate::new);
    }

    /** Enters all of some gates, or none. */
    Answer enter(List<@Nullable Gate> all, long now) {
        long later = 0;
        for (var gate : all) {
            if (gate == null) {
                continue;
            }
            if (gate.active >= gate.key.rule().concurrency()) {
                return new Answer.Full(gate);
            }
            later = Math.max(later, gate.delay(now));
        }
        if (later > 0) {
            return new Answer.Later(later);
        }
        var entered = new ArrayList<Gate>(all.size());
        for (var gate : all) {
            if (gate != null && !entered.contains(gate)) {
                gate.enter(now);
                entered.add(gate);
            }
        }
        return new Answer.Entered(entered);
    }

    /** Leaves a gate; returns the lanes that may be let in now. */
    List<Lane> leave(Gate gate, long now) {
        gate.active--;
        var woken = List.copyOf(gate.waiting);
        gate.waiting.clear();
        if (gates.size() > SWEEP_FROM && gate.isIdle(now)) {
            gates.remove(gate.key);
        }
        return woken;
    }

    /** Has a lane told when somebody leaves a gate. */
    void await(Gate gate, Lane lane) {
        gate.waiting.add(lane);
    }

    /** Looks for gates that nobody uses; now and then. */
    void sweep(long now) {
        if (gates.size() > SWEEP_FROM) {
            gates.values().removeIf(gate -> gate.isIdle(now));
        }
    }

    /** Returns how many attempts of an owner are under way; for tests and people. */
    int active(Scope scope, String value) {
        var gate = gate(scope, value);
        return gate == null ? 0 : gate.active;
    }
}
