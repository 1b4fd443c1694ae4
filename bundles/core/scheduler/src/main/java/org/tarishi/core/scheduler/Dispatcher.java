package org.tarishi.core.scheduler;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;
import org.tarishi.core.scheduler.LimitRule.Scope;

/**
 * Decides which mail is tried next. It tries none itself, and knows no store; any thread.
 *
 * <p><b>Where a mail is.</b> What waits for its time stands in an {@link Agenda}: one for mail that failed, one for mail whose sender
 * wants it to wait. What is due stands in the {@link Lane} of its destination. What is being tried stands in neither. Held mail is not
 * here at all.
 *
 * <p><b>Fairness.</b> {@link Lanes} take turns; and the last part of all attempts, the reserve, is for those alone that have nothing under way. So
 * a thousand slow destinations, however much waits for them, leave a place for the fast one that comes next. Within a lane senders take turns.
 *
 * <p><b>Limits.</b> {@link Permits} says whether a lane whose turn it is may make an attempt.
 *
 * <p><b>Time</b> is monotonic here: nobody can set this clock back or forward.
 */
final class Dispatcher {

    /** An attempt that takes longer is slow. */
    private static final long SLOW_NANOS = 2_000_000_000L;

    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Agenda deferred = new Agenda();
    private final Agenda future = new Agenda();
    private final Agenda parked = new Agenda();
    private final Arrivals arrivals = new Arrivals();
    private final Lanes lanes;
    private final Permits permits;
    private final Map<Long, Start> active = new HashMap<>();
    private Policy policy;
    private boolean isAllPaused;
    private boolean isReady = true;
    private boolean isClosed;

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
        this.lanes = new Lanes(policy.slowStart());
        this.permits = new Permits(lanes, policy.limits());
    }

    private <T extends @Nullable Object> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /** Does something after which there may be an attempt to make. */
    private void change(Runnable action) {
        lock.lock();
        try {
            action.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- what comes in ----

    /** Puts other rules in force, at once. */
    void configure(Policy other) {
        change(() -> {
            if (!other.limits().equals(policy.limits())) {
                permits.configure(other.limits());
            }
            policy = other;
            lanes.configure(policy.slowStart());
        });
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
        change(() -> {
            if (arrivals.tell(mail.number())) {
                put(mail, waitNanos, isFuture);
            }
        });
    }

    /** Begins to be told what the store has; returns the numbers of all mails that are known, in order. */
    long[] beginLoad() {
        return locked(() -> {
            arrivals.beginLoad();
            return numbers();
        });
    }

    /**
     * Takes a mail that the store has.
     *
     * @param isFresh whether it was never tried, so that who has put it there may not have told of it yet
     */
    void load(Agenda.Ready mail, long waitNanos, boolean isFuture, boolean isFresh) {
        change(() -> {
            if (arrivals.load(mail.number(), isFresh)) {
                put(mail, waitNanos, isFuture);
            }
        });
    }

    /** Ends it: who has put a mail there before may still be about to tell of it. */
    void endLoad() {
        change(() -> {
            arrivals.endLoad(nanos.getAsLong());
        });
    }

    private long[] numbers() {
        var all = new long[size() + active.size()];
        int[] count = {0};
        LongConsumer keep = number -> all[count[0]++] = number;
        deferred.numbers(keep);
        future.numbers(keep);
        parked.numbers(keep);
        lanes.numbers(keep);
        active.keySet().forEach(keep::accept);
        Arrays.sort(all);
        return all;
    }

    private int size() {
        return deferred.size() + future.size() + parked.size() + lanes.size();
    }

    private void put(Agenda.Ready mail, long waitNanos, boolean isFuture) {
        if (waitNanos <= 0) {
            lanes.add(mail);
        } else {
            (isFuture ? future : deferred).add(nanos.getAsLong() + waitNanos, mail);
        }
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
        return locked(() -> {
            long now = nanos.getAsLong();
            wake(now);
            while (policy.isDelivering() && isReady && !isAllPaused && active.size() < policy.maxAttempts()) {
                var lane = lanes.next(policy.maxAttempts() - active.size() > policy.reserve());
                if (lane == null) {
                    return null;
                }
                var start = permits.ask(lane, now);
                if (start != null) {
                    active.put(start.mail().number(), start);
                    lanes.turn(lane);
                    return start;
                }
                lanes.forget(lane);
            }
            return null;
        });
    }

    private void wake(long now) {
        while (!deferred.isEmpty() && deferred.nextDue() - now <= 0) {
            lanes.add(deferred.poll());
        }
        while (!future.isEmpty() && future.nextDue() - now <= 0) {
            lanes.add(future.poll());
        }
        lanes.wake(now);
        arrivals.expire(now);
        permits.expire(now);
    }

    /** Returns how long {@link #next()} has nothing unless something happens. */
    long untilNext() {
        return locked(() -> {
            long now = nanos.getAsLong();
            long wait = lanes.untilWake(now);
            if (!deferred.isEmpty()) {
                wait = Math.min(wait, Math.max(0, deferred.nextDue() - now));
            }
            if (!future.isEmpty()) {
                wait = Math.min(wait, Math.max(0, future.nextDue() - now));
            }
            return wait;
        });
    }

    // ---- what comes back ----

    /**
     * Asks for leave by a limit that is known only now.
     *
     * @return 0 when it was given, else how long to wait, in nanoseconds
     */
    long enter(Start start, Scope scope, String value) {
        return locked(() -> permits.enter(start, scope, value, nanos.getAsLong()));
    }

    /** Tells whether there are limits of a kind. */
    boolean has(Scope scope) {
        return locked(() -> permits.has(scope));
    }

    /** Takes a mail back that was not tried, because of a limit; the sender's other mails wait with it, or the lane's. */
    void back(Start start, Scope scope, long waitNanos) {
        change(() -> {
            long until = nanos.getAsLong() + waitNanos;
            var mail = start.mail();
            end(start, Ending.NONE);
            var lane = lanes.putBack(mail);
            if (scope == Scope.SENDER || scope == Scope.USER) {
                permits.stall(mail.sender(), until);
                lanes.turn(lane);
            } else {
                lanes.sleep(lane, until);
            }
        });
    }

    /** Takes note of an attempt whose mail is gone, or held. */
    void ended(Start start, Ending ending) {
        change(() -> end(start, ending));
    }

    /** Takes note of an attempt whose mail is to be tried again. */
    void ended(Start start, Ending ending, long waitNanos, boolean isFuture, int priority) {
        change(() -> {
            end(start, ending);
            var mail = start.mail();
            put(new Agenda.Ready(mail.number(), mail.domain(), mail.sender(), priority), waitNanos, isFuture);
        });
    }

    /** Takes a mail back that a pause stops; it comes again when a pause ends. */
    void parked(Start start) {
        change(() -> {
            end(start, Ending.NONE);
            parked.add(0, start.mail());
        });
    }

    /** Lets all mail that pauses have stopped be looked at again. */
    void unpark() {
        change(() -> parked.takeDomain(null, lanes::add));
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
            if (ending.sign() == Pace.Sign.DEFERS) {
                lane.putOff(start.mail().number());
            }
            lane.pace()
                    .ended(
                            ending.sign(),
                            start.wasPutOff(),
                            now,
                            policy.slowStart(),
                            permits.most(lane.domain()),
                            policy.restAfter(),
                            policy.rest(),
                            policy.longestRest());
        }
        permits.leave(start, now);
    }

    // ---- what people do ----

    /** Makes deferred mails due now, of one destination or of all; returns how many. */
    int retry(@Nullable String domain) {
        return locked(() -> {
            int count = deferred.takeDomain(domain, lanes::add);
            lanes.known(domain).forEach(this::rouse);
            changed.signalAll();
            return count;
        });
    }

    /** Ends a destination's rest. */
    private void rouse(Lane lane) {
        boolean wasAtRest = lane.pace().isResting() && lane.place == Lane.Place.ASLEEP;
        lane.pace().wake(policy.slowStart());
        if (wasAtRest || lane.place == Lane.Place.BLOCKED) {
            lanes.turn(lane);
        }
    }

    /** Makes those deferred mails due now whose numbers match; returns how many. */
    int retry(LongPredicate wanted) {
        return locked(() -> {
            int count = deferred.take(wanted, mail -> {
                rouse(lanes.of(mail.domain()));
                lanes.add(mail);
            });
            changed.signalAll();
            return count;
        });
    }

    /** Takes a mail out; false when it is being tried, and then {@code afterwards} becomes of it. */
    boolean take(long number, Start.Afterwards afterwards) {
        return take(Set.of(number), afterwards).isEmpty();
    }

    /** Takes mails out; returns those that are being tried, of which {@code afterwards} becomes. */
    Set<Long> take(Set<Long> numbers, Start.Afterwards afterwards) {
        return locked(() -> {
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
                lanes.removeIf(numbers::contains);
            }
            return busy;
        });
    }

    /** Stops a destination, or all. */
    void pause(@Nullable String domain) {
        change(() -> {
            if (domain == null) {
                isAllPaused = true;
            } else {
                permits.pause(domain);
            }
        });
    }

    /** Lets a destination, or all, go on. */
    void resume(@Nullable String domain) {
        change(() -> {
            if (domain == null) {
                isAllPaused = false;
            } else {
                permits.resume(domain);
            }
        });
    }

    /** Says whether what attempts need is there; while it is not, no leave is given. */
    void ready(boolean is) {
        change(() -> isReady = is);
    }

    /** Gives no leave any more. */
    void close() {
        change(() -> isClosed = true);
    }

    // ---- what people see ----

    /** Tells whether a mail is being tried. */
    boolean isActive(long number) {
        return locked(() -> active.containsKey(number));
    }

    /** Returns how many attempts are under way. */
    int active() {
        return locked(() -> active.size());
    }

    /** Returns how many mails wait, due or not. */
    int waiting() {
        return locked(() -> size());
    }

    /** Describes the destinations with mail that is due, those with the most first; for people. */
    List<Destination> destinations(int most) {
        return locked(() -> {
            return lanes.all().stream()
                    .filter(lane ->
                            lane.size() > 0 || lane.active() > 0 || lane.pace().isResting())
                    .sorted((a, b) -> Integer.compare(b.size() + b.active(), a.size() + a.active()))
                    .limit(most)
                    .map(lane -> Destination.of(lane, permits.isPaused(lane.domain())))
                    .toList();
        });
    }
}
