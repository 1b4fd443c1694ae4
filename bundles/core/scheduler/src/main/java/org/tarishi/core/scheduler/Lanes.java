package org.tarishi.core.scheduler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The lanes of all destinations, and whose turn it is. One thread at a time.
 *
 * <p>Lanes take turns. One that has nothing under way, and was not slow, comes before others. Lanes with urgent mail come first, but each
 * eighth turn begins at the other end, so that nothing waits for ever.
 */
final class Lanes {

    private static final int BANDS = 3;
    private static final int EACH_LOW = 8;

    /** Lanes without mail that are kept for what was learned of their destination. */
    private static final int MOST_IDLE = 10_000;

    private final Map<String, Lane> byDomain = new LinkedHashMap<>();

    /** For each band of priority those that come first, then the others. */
    private final List<LinkedHashSet<Lane>> turns = new ArrayList<>();

    private final PriorityQueue<Sleeper> sleepers = new PriorityQueue<>((a, b) -> Long.compare(a.until - b.until, 0));
    private int slowStart;
    private int picks;

    private record Sleeper(Lane lane, long until) {}

    Lanes(int slowStart) {
        this.slowStart = slowStart;
        for (int i = 0; i < 2 * BANDS; i++) {
            turns.add(new LinkedHashSet<>());
        }
    }

    /** Puts another rule in force, and looks at all lanes again. */
    void configure(int otherSlowStart) {
        slowStart = otherSlowStart;
        all().forEach(this::turn);
    }

    List<Lane> all() {
        return List.copyOf(byDomain.values());
    }

    /** Returns the lane of a destination, if there is one; all of them for null. */
    List<Lane> known(@Nullable String domain) {
        if (domain == null) {
            return all();
        }
        var lane = byDomain.get(domain);
        return lane == null ? List.of() : List.of(lane);
    }

    /** Returns the lane of a destination. */
    Lane of(String domain) {
        return byDomain.computeIfAbsent(domain, name -> new Lane(name, new Pace(slowStart)));
    }

    /** Takes a mail that is due. */
    void add(Agenda.Ready mail) {
        var lane = of(mail.domain());
        lane.add(mail.number(), mail.sender(), mail.priority());
        boolean isAtRest = lane.place == Lane.Place.ASLEEP && lane.pace().isResting();
        if (lane.place == Lane.Place.EMPTY || lane.place == Lane.Place.TURN || isAtRest) {
            turn(lane);
        }
    }

    /** Takes a mail back, in front of its sender's. Where its lane stands is the caller's to say. */
    Lane putBack(Agenda.Ready mail) {
        var lane = of(mail.domain());
        lane.putBack(mail.number(), mail.sender(), mail.priority());
        return lane;
    }

    /**
     * Takes the lane out whose turn it is; null when there is none.
     *
     * @param isForAll whether those have a turn, too, that have something under way or were slow
     */
    @Nullable Lane next(boolean isForAll) {
        boolean fromLow = ++picks % EACH_LOW == 0;
        for (int i = 0; i < BANDS; i++) {
            int band = fromLow ? BANDS - 1 - i : i;
            var idle = turns.get(2 * band);
            var busy = turns.get(2 * band + 1);
            var from = !idle.isEmpty() ? idle : isForAll && !busy.isEmpty() ? busy : null;
            if (from != null) {
                var lane = from.removeFirst();
                lane.turns = -1;
                return lane;
            }
        }
        return null;
    }

    /** Has a lane wait for its turn, where it has anything to wait for. */
    void turn(Lane lane) {
        withdraw(lane);
        if (lane.size() == 0) {
            lane.place = Lane.Place.EMPTY;
            forget(lane);
            return;
        }
        int priority = lane.priority();
        int band = priority > 0 ? 0 : priority == 0 ? 1 : 2;
        lane.turns = 2 * band + (lane.active() == 0 && !lane.isSlow() ? 0 : 1);
        lane.place = Lane.Place.TURN;
        turns.get(lane.turns).add(lane);
    }

    private void withdraw(Lane lane) {
        if (lane.turns >= 0) {
            turns.get(lane.turns).remove(lane);
            lane.turns = -1;
        }
    }

    /** Gives a lane its turn whose place in the way was the one that is free now. */
    void unblock(Lane lane) {
        switch (lane.place) {
            case BLOCKED, TURN, EMPTY -> turn(lane);
            case ASLEEP, PAUSED -> {}
        }
    }

    /** Has a lane wait for a time. */
    void sleep(Lane lane, long until) {
        withdraw(lane);
        lane.place = Lane.Place.ASLEEP;
        lane.wakeAt = until;
        if (!lane.isToWake || lane.toWakeAt != until) {
            sleepers.add(new Sleeper(lane, until));
            lane.isToWake = true;
            lane.toWakeAt = until;
        }
    }

    /** Gives those their turn whose time has come. */
    void wake(long now) {
        for (var first = sleepers.peek(); first != null && first.until - now <= 0; first = sleepers.peek()) {
            sleepers.poll();
            if (first.lane.toWakeAt == first.until) {
                first.lane.isToWake = false;
            }
            if (first.lane.place == Lane.Place.ASLEEP && first.lane.wakeAt == first.until) {
                turn(first.lane);
            }
        }
    }

    /** Returns in how many nanoseconds the next one wakes; the most there are when none sleeps. */
    long untilWake(long now) {
        var first = sleepers.peek();
        return first == null ? Long.MAX_VALUE : Math.max(0, first.until - now);
    }

    /** Forgets a lane that has no mail, where nothing about it is worth keeping. */
    void forget(Lane lane) {
        if (lane.size() == 0
                && lane.active() == 0
                && (lane.pace().isNew(slowStart)
                        || (byDomain.size() > MOST_IDLE && !lane.pace().isResting()))) {
            byDomain.remove(lane.domain(), lane);
        }
    }

    /** Removes mails. */
    void removeIf(LongPredicate wanted) {
        for (var lane : all()) {
            if (lane.removeIf(wanted) > 0 && lane.size() == 0) {
                turn(lane);
            }
        }
    }

    /** Returns how many mails are due. */
    int size() {
        int count = 0;
        for (var lane : byDomain.values()) {
            count += lane.size();
        }
        return count;
    }

    /** Shows the numbers of all that are due. */
    void numbers(LongConsumer looker) {
        byDomain.values().forEach(lane -> lane.numbers(looker));
    }
}
