package org.tarishi.core.scheduler;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.core.scheduler.LimitRule.Scope;

/**
 * Says whether a lane may make an attempt now: by an operator's word, by its {@link Pace}, by the limits that its sender has come to, and by the table's
 * {@link Gates}. Who finds one closed waits until somebody leaves it, or its rate allows more. One thread at a time.
 */
final class Permits {

    /** When to look again where nothing says when. */
    private static final long LATER_NANOS = 250_000_000L;

    private static final Reply RESTING = Reply.of(
            451, new EnhancedStatus(4, 4, 1), "the destination did not answer lately and is tried again later");

    private final Lanes lanes;
    private final Gates gates;
    private final Map<Integer, Long> stalled = new HashMap<>();
    private final Set<String> paused = new HashSet<>();

    Permits(Lanes lanes, List<LimitRule> limits) {
        this.lanes = lanes;
        this.gates = new Gates(limits);
    }

    /** Puts another table in force. */
    void configure(List<LimitRule> limits) {
        gates.configure(limits);
    }

    /** Lets the lane whose turn it is make an attempt; else puts it where it belongs, and returns null. */
    @Nullable Start ask(Lane lane, long now) {
        if (lane.size() == 0) {
            lane.place = Lane.Place.EMPTY;
            return null;
        }
        if (paused.contains(lane.domain())) {
            lane.place = Lane.Place.PAUSED;
            return null;
        }
        return switch (lane.pace().leave(lane.active(), now)) {
            case FULL -> {
                lane.place = Lane.Place.BLOCKED;
                yield null;
            }
            case RESTING -> {
                var taken = lane.pollOther(sender -> true);
                if (taken == null) {
                    // What it has put off itself waits here, to be the probe.
                    lanes.sleep(lane, lane.pace().restUntil());
                    yield null;
                }
                var said = lane.lastReply();
                yield new Start(ready(taken, lane), lane, said == null ? RESTING : said, false, now);
            }
            case GO -> go(lane, now);
        };
    }

    private @Nullable Start go(Lane lane, long now) {
        var taken = lane.poll(sender -> !stalled.containsKey(sender));
        if (taken == null) {
            lanes.sleep(
                    lane,
                    stalled.values().stream()
                            .reduce((a, b) -> a - b < 0 ? a : b)
                            .orElse(now + LATER_NANOS));
            return null;
        }
        var mail = ready(taken, lane);
        var answer = gates.enter(
                Arrays.asList(
                        gates.gate(Scope.TOTAL, ""),
                        gates.gate(Scope.DOMAIN, lane.domain()),
                        gates.gate(Scope.HOST, lane.host()),
                        gates.gate(Scope.ADDRESS, lane.address())),
                now);
        return switch (answer) {
            case Gates.Answer.Entered(var entered) -> {
                var start = new Start(mail, lane, null, taken.wasPutOff(), now);
                start.gates.addAll(entered);
                lane.pace().started();
                lane.started();
                yield start;
            }
            case Gates.Answer.Full(var gate) -> {
                lanes.putBack(mail).place = Lane.Place.BLOCKED;
                gates.await(gate, lane);
                yield null;
            }
            case Gates.Answer.Later(var wait) -> {
                lanes.sleep(lanes.putBack(mail), now + wait);
                yield null;
            }
        };
    }

    private static Agenda.Ready ready(Lane.Taken taken, Lane lane) {
        return new Agenda.Ready(taken.number(), lane.domain(), taken.sender(), taken.priority());
    }

    /**
     * Asks for leave by a limit that is known only when the attempt is under way.
     *
     * @return 0 when it was given, else how long to wait, in nanoseconds
     */
    long enter(Start start, Scope scope, String value, long now) {
        var gate = gates.gate(scope, value);
        if (gate == null || start.gates.contains(gate)) {
            return 0;
        }
        return switch (gates.enter(List.of(gate), now)) {
            case Gates.Answer.Entered(var entered) -> {
                start.gates.addAll(entered);
                yield 0L;
            }
            case Gates.Answer.Later(var wait) -> wait;
            case Gates.Answer.Full _ -> LATER_NANOS;
        };
    }

    /** An attempt has ended: others may come where it was counted. */
    void leave(Start start, long now) {
        for (var gate : start.gates) {
            gates.leave(gate, now).forEach(lanes::unblock);
        }
        start.gates.clear();
        lanes.unblock(start.lane());
    }

    /** Tells whether there are limits of a kind. */
    boolean has(Scope scope) {
        return gates.has(scope);
    }

    /** Returns the most attempts at once to a destination. */
    int most(String domain) {
        return gates.concurrency(Scope.DOMAIN, domain);
    }

    /** Has a sender's mails wait. */
    void stall(int sender, long until) {
        stalled.put(sender, until);
    }

    /** Forgets what is over. */
    void expire(long now) {
        if (!stalled.isEmpty()) {
            stalled.values().removeIf(until -> until - now <= 0);
        }
    }

    void pause(String domain) {
        paused.add(domain);
    }

    void resume(String domain) {
        if (paused.remove(domain)) {
            lanes.known(domain).forEach(lanes::turn);
        }
    }

    boolean isPaused(String domain) {
        return paused.contains(domain);
    }
}
