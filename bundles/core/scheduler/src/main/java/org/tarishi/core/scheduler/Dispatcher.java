package org.tarishi.core.scheduler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.core.scheduler.LimitRule.Scope;

/**
 * Decides which mail is tried next. It tries none itself, and knows no store; any thread.
 *
 * <p><b>Where a mail is.</b> What waits for its time stands in an {@link Agenda}: one for mail that failed, one for mail whose sender
 * wants it to wait. What is due stands in the {@link Lane} of its destination. What is being tried stands in neither. Held mail is not
 * here at all.
 *
 * <p><b>Fairness.</b> Lanes take turns. One that has nothing under way, and was not slow, comes before others; and the last part of all
 * attempts, the reserve, is for such lanes alone. So a thousand slow destinations, however much waits for them, leave a place for the fast one that
 * comes next. Within a lane senders take turns. Lanes with urgent mail come first, but each eighth turn begins at the other end, so that
 * nothing waits for ever.
 *
 * <p><b>Limits.</b> A lane has its {@link Pace}; the table's {@link Gates} stand before all. Who finds one closed waits until somebody
 * leaves it, or its rate allows more.
 *
 * <p><b>Time</b> is monotonic here: nobody can set this clock back or forward.
 */
final class Dispatcher {

    private static final int BANDS = 3;
    private static final int EACH_LOW = 8;

    /** Lanes without mail that are kept for what was learned of their destination. */
    private static final int MOST_IDLE_LANES = 10_000;

    private static final long LATER_NANOS = 250_000_000L;

    /** An attempt that takes longer is slow. */
    private static final long SLOW_NANOS = 2_000_000_000L;

    /** Nobody takes longer to tell of a mail that he has put into the store. */
    private static final long LOADED_NANOS = 900_000_000_000L;

    private static final Reply RESTING = Reply.of(
            451, new EnhancedStatus(4, 4, 1), "the destination did not answer lately and is tried again later");

    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Agenda deferred = new Agenda();
    private final Agenda future = new Agenda();
    private final Agenda parked = new Agenda();
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private final List<LinkedHashSet<Lane>> turns = new ArrayList<>();
    private final PriorityQueue<Sleeper> sleepers = new PriorityQueue<>((a, b) -> Long.compare(a.until - b.until, 0));
    private final Map<Integer, Long> stalled = new HashMap<>();
    private final Map<Long, Start> active = new HashMap<>();
    private final Set<String> paused = new HashSet<>();
    private final Set<Long> loaded = new HashSet<>();
    private @Nullable Set<Long> added;
    private long loadedUntil;
    private final Gates gates;
    private Policy policy;
    private boolean isAllPaused;
    private boolean isReady = true;
    private boolean isClosed;
    private int picks;

    private record Sleeper(Lane lane, long until) {}

    /**
     * How an attempt ended, for the dispatcher.
     *
     * @param sign what it says of the destination
     * @param reply what the destination said, null for nothing of use
     * @param host the next hop that was reached or tried last, null for none
     * @param address its address
     */
    record Ending(
            Pace.Sign sign,
            @Nullable Reply reply,
            @Nullable String host,
            @Nullable String address) {
        static final Ending NONE = new Ending(Pace.Sign.NONE, null, null, null);
    }

    Dispatcher(Policy policy, LongSupplier nanos) {
        this.policy = policy;
        this.nanos = nanos;
        this.gates = new Gates(policy.limits());
        for (int i = 0; i < 2 * BANDS; i++) {
            turns.add(new LinkedHashSet<>());
        }
    }

    // ---- what comes in ----

    /** Puts other rules in force, at once. */
    void configure(Policy other) {
        lock.lock();
        try {
            if (!other.limits().equals(policy.limits())) {
                gates.configure(other.limits());
            }
            policy = other;
            List.copyOf(lanes.values()).forEach(this::turn);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes a mail that is due. */
    void add(Agenda.Ready mail) {
        add(mail, 0, false);
    }

    /**
     * Takes a mail that is due later.
     *
     * @param isFuture whether its sender wants it so: then nothing but time makes it due
     */
    void add(Agenda.Ready mail, long waitNanos, boolean isFuture) {
        lock.lock();
        try {
            if (isNew(mail.number())) {
                put(mail, waitNanos, isFuture);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** While the store is looked through, a mail may come from there and from who has put it there: it counts once. */
    private boolean isNew(long number) {
        if (loaded.remove(number)) {
            return false;
        }
        if (added != null) {
            added.add(number);
        }
        return true;
    }

    /** Begins to be told what the store has; returns the numbers of all mails that are known, in order. */
    long[] beginLoad() {
        lock.lock();
        try {
            added = new HashSet<>();
            loaded.clear();
            return numbers();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a mail that the store has.
     *
     * @param isFresh whether it was never tried, so that who has put it there may not have told of it yet
     */
    void load(Agenda.Ready mail, long waitNanos, boolean isFuture, boolean isFresh) {
        lock.lock();
        try {
            if (added == null || !added.contains(mail.number())) {
                if (isFresh) {
                    loaded.add(mail.number());
                }
                put(mail, waitNanos, isFuture);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends it: who has put a mail there before may still be about to tell of it. */
    void endLoad() {
        lock.lock();
        try {
            added = null;
            loadedUntil = nanos.getAsLong() + LOADED_NANOS;
        } finally {
            lock.unlock();
        }
    }

    private long[] numbers() {
        var all = new long[size() + active.size()];
        int[] count = {0};
        LongConsumer keep = number -> all[count[0]++] = number;
        deferred.numbers(keep);
        future.numbers(keep);
        parked.numbers(keep);
        lanes.values().forEach(lane -> lane.numbers(keep));
        active.keySet().forEach(keep::accept);
        Arrays.sort(all);
        return all;
    }

    private int size() {
        int count = deferred.size() + future.size() + parked.size();
        for (var lane : lanes.values()) {
            count += lane.size();
        }
        return count;
    }

    private void put(Agenda.Ready mail, long waitNanos, boolean isFuture) {
        if (waitNanos <= 0) {
            enqueue(mail);
        } else {
            (isFuture ? future : deferred).add(nanos.getAsLong() + waitNanos, mail);
        }
    }

    private void enqueue(Agenda.Ready mail) {
        var lane = lane(mail.domain());
        lane.add(mail.number(), mail.sender(), mail.priority());
        if (lane.place == Lane.Place.EMPTY || lane.place == Lane.Place.TURN) {
            turn(lane);
        }
    }

    private Lane lane(String domain) {
        return lanes.computeIfAbsent(domain, name -> new Lane(name, new Pace(policy.slowStart())));
    }

    // ---- what goes out ----

    /** Waits for the next attempt to be made; null when it is closed. */
    @Nullable Start await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!isClosed) {
                var start = next();
                if (start != null) {
                    return start;
                }
                long wait = untilNext();
                if (wait == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    var _ = changed.awaitNanos(wait);
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the next attempt to be made now; null when there is none. */
    @Nullable Start next() {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            wake(now);
            while (policy.isDelivering() && isReady && !isAllPaused && active.size() < policy.maxAttempts()) {
                var lane = pick();
                if (lane == null) {
                    return null;
                }
                var start = start(lane, now);
                if (start != null) {
                    active.put(start.mail().number(), start);
                    turn(lane);
                    return start;
                }
                forget(lane);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void wake(long now) {
        while (!deferred.isEmpty() && deferred.nextDue() - now <= 0) {
            enqueue(deferred.poll());
        }
        while (!future.isEmpty() && future.nextDue() - now <= 0) {
            enqueue(future.poll());
        }
        for (var first = sleepers.peek(); first != null && first.until - now <= 0; first = sleepers.peek()) {
            sleepers.poll();
            if (first.lane.place == Lane.Place.ASLEEP && first.lane.wakeAt == first.until) {
                turn(first.lane);
            }
        }
        if (!loaded.isEmpty() && added == null && loadedUntil - now <= 0) {
            loaded.clear();
        }
        if (!stalled.isEmpty()) {
            stalled.values().removeIf(until -> until - now <= 0);
        }
    }

    /** Returns how long {@link #next()} has nothing unless something happens. */
    long untilNext() {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            long wait = Long.MAX_VALUE;
            if (!deferred.isEmpty()) {
                wait = Math.min(wait, Math.max(0, deferred.nextDue() - now));
            }
            if (!future.isEmpty()) {
                wait = Math.min(wait, Math.max(0, future.nextDue() - now));
            }
            var first = sleepers.peek();
            return first == null ? wait : Math.min(wait, Math.max(0, first.until - now));
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Lane pick() {
        boolean hasRoom = policy.maxAttempts() - active.size() > policy.reserve();
        boolean fromLow = ++picks % EACH_LOW == 0;
        for (int i = 0; i < BANDS; i++) {
            int band = fromLow ? BANDS - 1 - i : i;
            var idle = turns.get(2 * band);
            var busy = turns.get(2 * band + 1);
            var from = !idle.isEmpty() ? idle : hasRoom && !busy.isEmpty() ? busy : null;
            if (from != null) {
                var lane = from.removeFirst();
                lane.turns = -1;
                return lane;
            }
        }
        return null;
    }

    /** Gives the lane its turn, or puts it where it belongs. */
    private @Nullable Start start(Lane lane, long now) {
        if (lane.size() == 0) {
            lane.place = Lane.Place.EMPTY;
            return null;
        }
        if (paused.contains(lane.domain())) {
            lane.place = Lane.Place.PAUSED;
            return null;
        }
        switch (lane.pace().leave(lane.active(), now)) {
            case FULL -> {
                lane.place = Lane.Place.BLOCKED;
                return null;
            }
            case RESTING -> {
                var taken = lane.poll(sender -> true);
                var said = lane.lastReply();
                return taken == null ? null : new Start(ready(taken, lane), lane, said == null ? RESTING : said, now);
            }
            case GO -> {}
        }
        var taken = lane.poll(sender -> !stalled.containsKey(sender));
        if (taken == null) {
            sleep(
                    lane,
                    stalled.values().stream()
                            .reduce((a, b) -> a - b < 0 ? a : b)
                            .orElse(now + LATER_NANOS));
            return null;
        }
        var answer = gates.enter(
                Arrays.asList(
                        gates.gate(Scope.TOTAL, ""),
                        gates.gate(Scope.DOMAIN, lane.domain()),
                        gates.gate(Scope.HOST, lane.host()),
                        gates.gate(Scope.ADDRESS, lane.address())),
                now);
        switch (answer) {
            case Gates.Answer.Entered(var entered) -> {
                var start = new Start(ready(taken, lane), lane, null, now);
                start.gates.addAll(entered);
                lane.pace().started();
                lane.started();
                return start;
            }
            case Gates.Answer.Full(var gate) -> {
                lane.putBack(taken.number(), taken.sender(), taken.priority());
                lane.place = Lane.Place.BLOCKED;
                gates.await(gate, lane);
            }
            case Gates.Answer.Later(var wait) -> {
                lane.putBack(taken.number(), taken.sender(), taken.priority());
                sleep(lane, now + wait);
            }
        }
        return null;
    }

    private static Agenda.Ready ready(Lane.Taken taken, Lane lane) {
        return new Agenda.Ready(taken.number(), lane.domain(), taken.sender(), taken.priority());
    }

    private void sleep(Lane lane, long until) {
        lane.place = Lane.Place.ASLEEP;
        lane.wakeAt = until;
        sleepers.add(new Sleeper(lane, until));
    }

    /** Has a lane wait for its turn, where it has anything to wait for. */
    private void turn(Lane lane) {
        if (lane.turns >= 0) {
            turns.get(lane.turns).remove(lane);
            lane.turns = -1;
        }
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

    private void forget(Lane lane) {
        if (lane.size() == 0
                && lane.active() == 0
                && (lane.pace().isNew(policy.slowStart())
                        || (lanes.size() > MOST_IDLE_LANES && !lane.pace().isResting()))) {
            lanes.remove(lane.domain(), lane);
        }
    }

    // ---- what comes back ----

    /**
     * Asks for leave by a limit that is known only now.
     *
     * @return 0 when it was given, else how long to wait, in nanoseconds
     */
    long enter(Start start, Scope scope, String value) {
        lock.lock();
        try {
            var gate = gates.gate(scope, value);
            if (gate == null || start.gates.contains(gate)) {
                return 0;
            }
            return switch (gates.enter(List.of(gate), nanos.getAsLong())) {
                case Gates.Answer.Entered(var entered) -> {
                    start.gates.addAll(entered);
                    yield 0L;
                }
                case Gates.Answer.Later(var wait) -> wait;
                case Gates.Answer.Full _ -> LATER_NANOS;
            };
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether there are limits of a kind. */
    boolean has(Scope scope) {
        lock.lock();
        try {
            return gates.has(scope);
        } finally {
            lock.unlock();
        }
    }

    /** Takes a mail back that was not tried, because of a limit; the sender's other mails wait with it, or the lane's. */
    void back(Start start, Scope scope, long waitNanos) {
        lock.lock();
        try {
            long until = nanos.getAsLong() + waitNanos;
            var mail = start.mail();
            end(start, Ending.NONE);
            lane(mail.domain()).putBack(mail.number(), mail.sender(), mail.priority());
            if (scope == Scope.SENDER || scope == Scope.USER) {
                stalled.put(mail.sender(), until);
                turn(lane(mail.domain()));
            } else {
                var lane = lane(mail.domain());
                if (lane.turns >= 0) {
                    turns.get(lane.turns).remove(lane);
                    lane.turns = -1;
                }
                sleep(lane, until);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes note of an attempt whose mail is gone, or held. */
    void ended(Start start, Ending ending) {
        lock.lock();
        try {
            end(start, ending);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes note of an attempt whose mail is to be tried again. */
    void ended(Start start, Ending ending, long waitNanos, boolean isFuture, int priority) {
        lock.lock();
        try {
            end(start, ending);
            var mail = start.mail();
            put(new Agenda.Ready(mail.number(), mail.domain(), mail.sender(), priority), waitNanos, isFuture);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes a mail back that a pause stops; it comes again when a pause ends. */
    void parked(Start start) {
        lock.lock();
        try {
            end(start, Ending.NONE);
            parked.add(0, start.mail());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets all mail that pauses have stopped be looked at again. */
    void unpark() {
        lock.lock();
        try {
            parked.takeDomain(null, this::enqueue);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void end(Start start, Ending ending) {
        long now = nanos.getAsLong();
        var lane = start.lane();
        if (!active.remove(start.mail().number(), start)) {
            throw new IllegalStateException("has ended already: " + start.mail().number());
        }
        if (ending.host() != null || ending.address() != null) {
            lane.reached(ending.host(), ending.address());
        }
        if (start.restReply() == null) {
            lane.ended();
            lane.slow(now - start.startedAt() >= SLOW_NANOS);
            var reply = ending.reply();
            if (reply != null && ending.sign() != Pace.Sign.GOOD) {
                lane.said(reply);
            }
            lane.pace()
                    .ended(
                            ending.sign(),
                            now,
                            policy.slowStart(),
                            gates.concurrency(Scope.DOMAIN, lane.domain()),
                            policy.restAfter(),
                            policy.rest(),
                            policy.longestRest());
        }
        for (var gate : start.gates) {
            gates.leave(gate, now).forEach(this::unblock);
        }
        start.gates.clear();
        unblock(lane);
    }

    private void unblock(Lane lane) {
        switch (lane.place) {
            case BLOCKED, TURN, EMPTY -> turn(lane);
            case ASLEEP, PAUSED -> {}
        }
    }

    // ---- what people do ----

    /** Makes deferred mails due now, of one destination or of all; returns how many. */
    int retry(@Nullable String domain) {
        lock.lock();
        try {
            int count = deferred.takeDomain(domain, this::enqueue);
            for (var lane : domain == null ? List.copyOf(lanes.values()) : known(domain)) {
                lane.pace().wake(policy.slowStart());
                if (lane.place == Lane.Place.BLOCKED) {
                    turn(lane);
                }
            }
            changed.signalAll();
            return count;
        } finally {
            lock.unlock();
        }
    }

    private List<Lane> known(String domain) {
        var lane = lanes.get(domain);
        return lane == null ? List.of() : List.of(lane);
    }

    /** Makes those deferred mails due now whose numbers match; returns how many. */
    int retry(LongPredicate wanted) {
        lock.lock();
        try {
            int count = deferred.take(wanted, mail -> {
                lane(mail.domain()).pace().wake(policy.slowStart());
                enqueue(mail);
            });
            changed.signalAll();
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a mail out; false when it is being tried, and then {@code afterwards} becomes of it. */
    boolean take(long number, Start.Afterwards afterwards) {
        return take(Set.of(number), afterwards).isEmpty();
    }

    /** Takes mails out; returns those that are being tried, of which {@code afterwards} becomes. */
    Set<Long> take(Set<Long> numbers, Start.Afterwards afterwards) {
        lock.lock();
        try {
            var busy = new HashSet<Long>();
            for (var number : numbers) {
                var start = active.get(number);
                if (start != null) {
                    start.afterwards(afterwards);
                    busy.add(number);
                }
            }
            if (busy.size() < numbers.size()) {
                deferred.take(numbers::contains, mail -> {});
                future.take(numbers::contains, mail -> {});
                parked.take(numbers::contains, mail -> {});
                for (var lane : List.copyOf(lanes.values())) {
                    if (lane.removeIf(numbers::contains) > 0 && lane.size() == 0) {
                        turn(lane);
                    }
                }
            }
            return busy;
        } finally {
            lock.unlock();
        }
    }

    /** Stops a destination, or all. */
    void pause(@Nullable String domain) {
        lock.lock();
        try {
            if (domain == null) {
                isAllPaused = true;
            } else {
                paused.add(domain);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets a destination, or all, go on. */
    void resume(@Nullable String domain) {
        lock.lock();
        try {
            if (domain == null) {
                isAllPaused = false;
            } else if (paused.remove(domain)) {
                known(domain).forEach(this::turn);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Says whether what attempts need is there; while it is not, no leave is given. */
    void ready(boolean is) {
        lock.lock();
        try {
            isReady = is;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Gives no leave any more. */
    void close() {
        lock.lock();
        try {
            isClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- what people see ----

    /** Tells whether a mail is being tried. */
    boolean isActive(long number) {
        lock.lock();
        try {
            return active.containsKey(number);
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many attempts are under way. */
    int active() {
        lock.lock();
        try {
            return active.size();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many mails wait, due or not. */
    int waiting() {
        lock.lock();
        try {
            return size();
        } finally {
            lock.unlock();
        }
    }

    /** Describes the destinations with mail that is due, those with the most first; for people. */
    List<Destination> destinations(int most) {
        lock.lock();
        try {
            return lanes.values().stream()
                    .filter(lane ->
                            lane.size() > 0 || lane.active() > 0 || lane.pace().isResting())
                    .sorted((a, b) -> Integer.compare(b.size() + b.active(), a.size() + a.active()))
                    .limit(most)
                    .map(lane -> new Destination(
                            lane.domain(),
                            lane.size(),
                            lane.active(),
                            lane.pace().window(),
                            lane.pace().isResting(),
                            paused.contains(lane.domain()),
                            lane.host(),
                            lane.lastReply()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A destination as people see it.
     *
     * @param due how many mails are due
     * @param active how many are being tried
     * @param window how many may be
     * @param isResting whether it is left at rest
     * @param isPaused whether an operator has stopped it
     * @param host the next hop that was reached last
     * @param lastReply what it said last when it took nothing
     */
    record Destination(
            String domain,
            int due,
            int active,
            int window,
            boolean isResting,
            boolean isPaused,
            @Nullable String host,
            @Nullable Reply lastReply) {}
}
