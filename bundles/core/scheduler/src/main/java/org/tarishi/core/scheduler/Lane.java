package org.tarishi.core.scheduler;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;

/**
 * The mails for one destination that are due. One thread at a time.
 *
 * <p>Those of the highest priority come first; among those, senders take turns, so that ten thousand mails of one don't keep the one
 * mail of another waiting.
 *
 * <p>Mails that the destination itself has put off, the last few, come before others of their priority, and are the first to be a probe: where
 * each mail is put off once, as greylisting does, a new one would tell again and again that nothing can be delivered.
 */
final class Lane {

    /** Where a lane stands among the others. */
    enum Place {
        /** Nothing waits. */
        EMPTY,
        /** It waits for its turn. */
        TURN,
        /** It waits for an attempt of its own, or for somebody who shares a limit with it. */
        BLOCKED,
        /** It waits for a time. */
        ASLEEP,
        /** An operator has stopped it. */
        PAUSED
    }

    /** How many mails that were put off are known by number. */
    private static final int MOST_PUT_OFF = 32;

    private final String domain;

    /** The mails that were put off last, due or not. */
    private final LinkedHashSet<Long> putOff = new LinkedHashSet<>();

    /** Those of them that are due. */
    private final LinkedHashMap<Long, Taken> again = new LinkedHashMap<>();

    /** By priority, the highest first; in each the senders, in the order of their turns. */
    private final TreeMap<Integer, LinkedHashMap<Integer, Numbers>> waiting = new TreeMap<>((a, b) -> b - a);

    private int size;
    private int active;
    private boolean isSlow;
    private final Pace pace;
    private @Nullable String host;
    private @Nullable String address;
    private @Nullable Reply lastReply;

    Place place = Place.EMPTY;
    long wakeAt;
    /** Whether somebody will look at it at a time, and when; it may be awake by then. */
    boolean isToWake;

    long toWakeAt;
    int turns = -1;

    Lane(String domain, Pace pace) {
        this.domain = domain;
        this.pace = pace;
    }

    /**
     * What is taken out of a lane.
     *
     * @param wasPutOff whether the destination is known to have put it off before
     */
    record Taken(long number, int sender, int priority, boolean wasPutOff) {}

    String domain() {
        return domain;
    }

    Pace pace() {
        return pace;
    }

    int size() {
        return size;
    }

    int active() {
        return active;
    }

    void started() {
        active++;
    }

    void ended() {
        active--;
    }

    /** Tells whether its last attempt took long. */
    boolean isSlow() {
        return isSlow;
    }

    void slow(boolean was) {
        isSlow = was;
    }

    /** Returns the next hop that was reached or tried last, by name. */
    @Nullable String host() {
        return host;
    }

    /** Returns its address. */
    @Nullable String address() {
        return address;
    }

    void reached(@Nullable String itsHost, @Nullable String itsAddress) {
        host = itsHost;
        address = itsAddress;
    }

    /** Returns what the destination said last when it took nothing. */
    @Nullable Reply lastReply() {
        return lastReply;
    }

    void said(Reply reply) {
        lastReply = reply;
    }

    /** Takes note that the destination put a mail off. */
    void putOff(long number) {
        putOff.remove(number);
        putOff.add(number);
        if (putOff.size() > MOST_PUT_OFF) {
            putOff.removeFirst();
        }
    }

    /** Returns the highest priority that waits; 0 when nothing does. */
    int priority() {
        if (size == 0) {
            return 0;
        }
        int highest = highestOther();
        for (var one : again.values()) {
            highest = Math.max(highest, one.priority);
        }
        return highest;
    }

    /** Returns the highest priority of those that the destination has not put off. */
    private int highestOther() {
        return waiting.isEmpty() ? Integer.MIN_VALUE : waiting.firstKey();
    }

    void add(long number, int sender, int priority) {
        if (putOff.remove(number) && again.size() < MOST_PUT_OFF) {
            again.put(number, new Taken(number, sender, priority, true));
        } else {
            row(sender, priority).addLast(number);
        }
        size++;
    }

    /** Puts a mail back in front of its sender's. */
    void putBack(long number, int sender, int priority) {
        row(sender, priority).addFirst(number);
        size++;
    }

    private Numbers row(int sender, int priority) {
        return waiting.computeIfAbsent(priority, p -> new LinkedHashMap<>(2))
                .computeIfAbsent(sender, s -> new Numbers());
    }

    /**
     * Takes the next mail whose sender may send.
     *
     * @return null when none may
     */
    @Nullable Taken poll(IntPredicate maySend) {
        var first = again(maySend, pace.isResting() ? Integer.MIN_VALUE : highestOther());
        return first == null ? pollOther(maySend) : first;
    }

    private @Nullable Taken again(IntPredicate maySend, int leastPriority) {
        for (var one : again.values()) {
            if (one.priority >= leastPriority && maySend.test(one.sender)) {
                again.remove(one.number);
                size--;
                return one;
            }
        }
        return null;
    }

    /**
     * Takes the next mail whose sender may send, of those that the destination has not put off.
     *
     * @return null when none may
     */
    @Nullable Taken pollOther(IntPredicate maySend) {
        for (var band : waiting.entrySet()) {
            var senders = band.getValue();
            for (var one : senders.entrySet()) {
                if (maySend.test(one.getKey())) {
                    return taken(band.getKey(), senders, one.getKey(), one.getValue());
                }
            }
        }
        return null;
    }

    private Taken taken(int priority, Map<Integer, Numbers> senders, int sender, Numbers row) {
        long number = row.poll();
        senders.remove(sender);
        if (!row.isEmpty()) {
            // behind the others
            senders.put(sender, row);
        }
        if (senders.isEmpty()) {
            waiting.remove(priority);
        }
        size--;
        return new Taken(number, sender, priority, false);
    }

    /** Removes mails; returns how many. */
    int removeIf(LongPredicate wanted) {
        int before = again.size();
        again.keySet().removeIf(wanted::test);
        int removed = before - again.size();
        for (var bands = waiting.values().iterator(); bands.hasNext(); ) {
            var senders = bands.next();
            for (var rows = senders.values().iterator(); rows.hasNext(); ) {
                var row = rows.next();
                removed += row.removeIf(wanted);
                if (row.isEmpty()) {
                    rows.remove();
                }
            }
            if (senders.isEmpty()) {
                bands.remove();
            }
        }
        size -= removed;
        return removed;
    }

    /** Shows the numbers of all that wait. */
    void numbers(LongConsumer looker) {
        again.keySet().forEach(looker::accept);
        waiting.values().forEach(senders -> senders.values().forEach(row -> row.forEach(looker)));
    }

    /** Returns how many mails wait, by sender; for tests and people. */
    Map<Integer, Integer> bySender() {
        var all = new HashMap<Integer, Integer>();
        again.values().forEach(one -> all.merge(one.sender, 1, Integer::sum));
        waiting.values().forEach(senders -> senders.forEach((s, row) -> all.merge(s, row.size(), Integer::sum)));
        return all;
    }
}
