package org.tarishi.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tarishi.core.scheduler.LimitRule.Scope;
import org.tarishi.core.scheduler.Pace.Sign;

/** Which mail is tried next: in simulated time, with next hops that are functions. */
final class DispatcherTest {

    private static final String FAST = "fast.example";

    private long now = 1_000_000_000_000L;
    private long number;
    private Dispatcher dispatcher = with();

    private Dispatcher with(Object... settings) {
        dispatcher = new Dispatcher(Sets.of(settings).policy(), () -> now);
        return dispatcher;
    }

    private long add(String domain) {
        return add(domain, 0, 0);
    }

    private long add(String domain, int sender, int priority) {
        dispatcher.add(new Agenda.Ready(++number, domain, sender, priority));
        return number;
    }

    private static long nanos(String duration) {
        return Duration.parse(duration).toNanos();
    }

    private Start next() {
        return Objects.requireNonNull(dispatcher.next(), "nothing may be tried");
    }

    private List<Start> all() {
        var all = new ArrayList<Start>();
        for (var start = dispatcher.next(); start != null; start = dispatcher.next()) {
            all.add(start);
        }
        return all;
    }

    private void end(Start start, Sign sign) {
        dispatcher.ended(start, new Dispatcher.Ending(sign, null, null, null));
    }

    private void defer(Start start, Sign sign, String wait) {
        dispatcher.ended(start, new Dispatcher.Ending(sign, null, null, null), nanos(wait), false, 0);
    }

    // ---- a world of next hops ----

    private record Running(Start start, long until) {}

    /** What a destination does: how long it takes, and what comes of it. */
    private record Behaviour(Duration takes, Sign sign) {}

    /** Lets time go by; returns when each mail was begun. */
    private Map<Long, Long> run(Duration time, Function<String, Behaviour> world, @Nullable Runnable each) {
        var begun = new HashMap<Long, Long>();
        var running = new PriorityQueue<Running>((a, b) -> Long.compare(a.until - b.until, 0));
        long end = now + time.toNanos();
        while (now < end) {
            for (var start : all()) {
                begun.putIfAbsent(start.mail().number(), now);
                var does = start.restReply() == null
                        ? world.apply(start.mail().domain())
                        : new Behaviour(Duration.ofMillis(1), Sign.NONE);
                running.add(new Running(start, now + does.takes().toNanos()));
            }
            now += 10_000_000;
            while (!running.isEmpty() && running.element().until - now <= 0) {
                var one = running.remove();
                var sign = one.start.restReply() != null
                        ? Sign.NONE
                        : world.apply(one.start.mail().domain()).sign();
                if (sign == Sign.GOOD) {
                    end(one.start, sign);
                } else {
                    defer(one.start, sign, "PT64S");
                }
            }
            if (each != null) {
                each.run();
            }
        }
        return begun;
    }

    // ---- rules ----

    @Test
    void mailForAFastDestinationLeavesWithinASecondWhileAHundredThousandWaitForSlowOnes() {
        with("limits", Sets.lines("domain * concurrency=20"));
        for (int i = 0; i < 100_000; i++) {
            add("slow" + i % 1000 + ".example", i % 7, 0);
        }
        var queued = new HashMap<Long, Long>();
        int[] turn = {0};
        // a mail to the fast one every 100 ms
        var begun = run(
                Duration.ofMinutes(5),
                domain -> domain.equals(FAST)
                        ? new Behaviour(Duration.ofMillis(50), Sign.GOOD)
                        : new Behaviour(Duration.ofSeconds(60), Sign.GOOD),
                () -> {
                    if (turn[0]++ % 10 == 0) {
                        queued.put(add(FAST, 99, 0), now);
                    }
                });
        var waits = queued.entrySet().stream()
                .filter(one -> begun.containsKey(one.getKey()))
                .map(one -> begun.getOrDefault(one.getKey(), 0L) - one.getValue())
                .sorted()
                .toList();
        assertThat(waits).hasSizeGreaterThan(2900);
        assertThat(Duration.ofNanos(waits.get(waits.size() * 99 / 100))).isLessThanOrEqualTo(Duration.ofSeconds(1));
        // and the slow ones are not forgotten for it
        assertThat(begun.keySet().stream().filter(n -> n <= 100_000).count()).isGreaterThan(2000);
    }

    @Test
    void noMoreIsTriedAtOnceThanMayBeInAllAndForEachDestination() {
        with("maxAttempts", 50, "limits", Sets.lines("domain * concurrency=8"), "reserve", 0);
        for (int i = 0; i < 2000; i++) {
            add("d" + i % 20 + ".example");
        }
        int[] most = {0, 0};
        var active = new HashMap<String, Integer>();
        var running = new ArrayList<Start>();
        for (int round = 0; round < 200; round++) {
            for (var start : all()) {
                running.add(start);
                most[1] = Math.max(most[1], active.merge(start.mail().domain(), 1, Integer::sum));
            }
            most[0] = Math.max(most[0], running.size());
            now += 1_000_000;
            for (var start : List.copyOf(running).subList(0, running.size() / 2)) {
                running.remove(start);
                active.merge(start.mail().domain(), -1, Integer::sum);
                end(start, Sign.GOOD);
            }
        }
        assertThat(most[0]).isEqualTo(50);
        assertThat(most[1]).isBetween(2, 8);
    }

    @Test
    void aDestinationBeginsSlowlyAndGrowsWithEachSuccess() {
        with("slowStart", 2);
        for (int i = 0; i < 100; i++) {
            add("a.example");
        }
        var first = all();
        assertThat(first).hasSize(2);
        first.forEach(start -> end(start, Sign.GOOD));
        assertThat(all()).hasSize(4);
    }

    @Test
    void aDestinationThatIsBusyIsGivenHalf() {
        with("slowStart", 8, "restAfter", 100);
        for (int i = 0; i < 100; i++) {
            add("a.example");
        }
        var first = all();
        assertThat(first).hasSize(8);
        end(first.get(0), Sign.DOWN);
        assertThat(all()).isEmpty();
        first.subList(1, 8).forEach(start -> end(start, Sign.NONE));
        assertThat(all()).hasSize(4);
    }

    @Test
    void aDestinationThatDefersEverythingIsTriedWithOneProbeAndNotWithAThousand() {
        with("restAfter", 5, "rest", "PT1M", "longestRest", "PT30M");
        for (int i = 0; i < 1000; i++) {
            add("down.example");
        }
        int tried = 0;
        int suppressed = 0;
        for (int second = 0; second < 600; second++) {
            for (var start : all()) {
                if (start.restReply() == null) {
                    tried++;
                    defer(start, Sign.DOWN, "PT64S");
                } else {
                    suppressed++;
                    defer(start, Sign.NONE, "PT64S");
                }
            }
            now += nanos("PT1S");
        }
        // a few until it is known, then one after 1, 2, 4 minutes
        assertThat(tried).isBetween(6, 12);
        assertThat(suppressed).isGreaterThan(5000);
    }

    @Test
    void whileAProbeIsUnderWayNothingElseIsTriedAndItsSuccessEndsTheRest() {
        with("restAfter", 1, "rest", "PT1M");
        for (int i = 0; i < 10; i++) {
            add("down.example");
        }
        var first = all();
        first.forEach(start -> defer(start, Sign.DOWN, "PT1H"));
        all().forEach(start -> defer(start, Sign.NONE, "PT2M"));
        now += nanos("PT2M");
        var probe = all();
        assertThat(probe).hasSize(1);
        assertThat(probe.getFirst().restReply()).isNull();
        end(probe.getFirst(), Sign.GOOD);
        assertThat(all()).hasSize(2).allMatch(start -> start.restReply() == null);
    }

    /** Returns a mail that its destination has put off, and that is due five minutes before the end of the destination's rest. */
    private long putOffAndDueWhileAtRest() {
        with("restAfter", 1, "rest", "PT10M", "slowStart", 1);
        long grey = add("grey.example");
        defer(next(), Sign.DEFERS, "PT5M");
        add("grey.example");
        defer(next(), Sign.DOWN, "PT1H");
        now += nanos("PT5M");
        return grey;
    }

    @Test
    void theProbeIsAMailThatWasPutOffBeforeAndNewOnesArePutOffMeanwhile() {
        long grey = putOffAndDueWhileAtRest();
        long fresh = add("grey.example");

        // What was put off waits for the end of the rest; what was not does not.
        var other = next();
        assertThat(other.mail().number()).isEqualTo(fresh);
        assertThat(other.restReply()).isNotNull();
        defer(other, Sign.NONE, "PT5M");
        assertThat(all()).isEmpty();

        now += nanos("PT5M");
        var probe = all();
        assertThat(probe).hasSize(1);
        assertThat(probe.getFirst().mail().number()).isEqualTo(grey);
        assertThat(probe.getFirst().restReply()).isNull();
        end(probe.getFirst(), Sign.GOOD);
        assertThat(next().mail().number()).isEqualTo(fresh);
    }

    @Test
    void whoPutsOffEachMailOnceIsNotDown() {
        with("restAfter", 5, "slowStart", 1);
        for (int i = 0; i < 49; i++) {
            add("grey.example");
            defer(next(), Sign.DEFERS, "PT1H");
        }
        add("grey.example");
        var last = next();
        assertThat(last.restReply()).isNull();
        defer(last, Sign.DEFERS, "PT1H");
        add("grey.example");
        assertThat(next().restReply()).isNotNull();
    }

    @Test
    void aMailThatWaitsForTheProbeCanBeTakenOutAndAskedToGo() {
        long grey = putOffAndDueWhileAtRest();
        assertThat(all()).isEmpty();
        assertThat(dispatcher.waiting()).isEqualTo(2);

        var _ = dispatcher.retry((String) null);
        var asked = next();
        assertThat(asked.mail().number()).isEqualTo(grey);
        // Put off again: at rest, and due at once, as the probe.
        defer(asked, Sign.DEFERS, "PT0S");
        assertThat(dispatcher.take(grey, Start.Afterwards.DROP)).isTrue();
        assertThat(dispatcher.waiting()).isEqualTo(1);
    }

    @Test
    void sendersTakeTurnsSoThatABatchDoesNotStarveTheRest() {
        with("slowStart", 1);
        for (int i = 0; i < 1000; i++) {
            add("a.example", 1, 0);
        }
        long other = add("a.example", 2, 0);
        var order = new ArrayList<Long>();
        for (int i = 0; i < 3; i++) {
            var start = next();
            order.add(start.mail().number());
            end(start, Sign.NONE);
        }
        assertThat(order).contains(other);
    }

    @Test
    void urgentMailComesFirstAndIdleMailIsNotForgotten() {
        with("maxAttempts", 1, "reserve", 0);
        for (int i = 0; i < 100; i++) {
            add("idle" + i + ".example", 0, -5);
            add("urgent" + i + ".example", 0, 5);
        }
        var bands = new ArrayList<Integer>();
        for (int i = 0; i < 40; i++) {
            var start = next();
            bands.add(start.mail().priority());
            end(start, Sign.GOOD);
        }
        assertThat(bands.subList(0, 5)).containsOnly(5);
        assertThat(bands.stream().filter(p -> p == -5).count()).isBetween(4L, 6L);
    }

    @Test
    void withinADestinationUrgentMailComesFirst() {
        add("a.example", 1, 0);
        long urgent = add("a.example", 2, 3);
        assertThat(next().mail().number()).isEqualTo(urgent);
    }

    @Test
    void aRateIsSpreadOverItsTime() {
        with("limits", Sets.lines("domain * rate=60/1m"), "slowStart", 1000);
        for (int i = 0; i < 1000; i++) {
            add("a.example");
        }
        int[] counts = new int[5];
        for (int minute = 0; minute < 5; minute++) {
            for (int tick = 0; tick < 600; tick++) {
                for (var start : all()) {
                    counts[minute]++;
                    end(start, Sign.GOOD);
                }
                now += nanos("PT0.1S");
            }
        }
        assertThat(counts[0]).isBetween(60, 67);
        assertThat(counts[1]).isBetween(59, 61);
        assertThat(counts[4]).isBetween(59, 61);
    }

    @Test
    void destinationsThatShareANextHopShareItsLimitOnceItIsKnown() {
        with("limits", Sets.lines("host *.mx.example concurrency=3 shared"), "slowStart", 10);
        for (int i = 0; i < 10; i++) {
            add("a.example");
            add("b.example");
        }
        for (var start : all()) {
            dispatcher.ended(start, new Dispatcher.Ending(Sign.GOOD, null, "in.mx.example", "192.0.2.1"));
        }
        for (int i = 0; i < 10; i++) {
            add("a.example");
            add("b.example");
        }
        var first = all();
        assertThat(first).hasSize(3);
        dispatcher.ended(first.getFirst(), new Dispatcher.Ending(Sign.GOOD, null, "in.mx.example", null));
        assertThat(all()).hasSize(1);
    }

    @Test
    void aSenderOverItsLimitWaitsAndOthersDoNot() {
        with("limits", Sets.lines("sender bulk@x.example rate=1/1m"), "slowStart", 100);
        for (int i = 0; i < 5; i++) {
            add("a.example", 1, 0);
        }
        add("a.example", 2, 0);
        var through = new ArrayList<Integer>();
        for (var start = dispatcher.next(); start != null; start = dispatcher.next()) {
            var name = start.mail().sender() == 1 ? "bulk@x.example" : "b@x.example";
            long wait = dispatcher.enter(start, Scope.SENDER, name);
            if (wait > 0) {
                dispatcher.back(start, Scope.SENDER, wait);
            } else {
                through.add(start.mail().sender());
                end(start, Sign.GOOD);
            }
        }
        assertThat(through).containsExactlyInAnyOrder(1, 2);
        now += nanos("PT61S");
        assertThat(next().mail().sender()).isEqualTo(1);
    }

    @Test
    void retryMakesDeferredMailDueOnceEachAndLeavesWhatSendersWantHeld() {
        with("slowStart", 1000, "limits", Sets.lines());
        for (int i = 0; i < 100; i++) {
            add("d" + i + ".example");
        }
        all().forEach(start -> defer(start, Sign.NONE, "PT1H"));
        dispatcher.add(new Agenda.Ready(7777, "later.example", 0, 0), nanos("PT1H"), true);
        assertThat(all()).isEmpty();

        assertThat(dispatcher.retry((String) null)).isEqualTo(100);
        assertThat(dispatcher.retry((String) null)).isZero();

        var tried = all();
        assertThat(tried).hasSize(100);
        var numbers = new HashSet<Long>();
        tried.forEach(start -> assertThat(numbers.add(start.mail().number())).isTrue());
        // while they are being tried nothing makes them due again
        assertThat(dispatcher.retry((String) null)).isZero();
        assertThat(all()).isEmpty();
    }

    @Test
    void retryOfOneDestinationLeavesTheOthers() {
        add("a.example");
        add("b.example");
        all().forEach(start -> defer(start, Sign.NONE, "PT1H"));
        assertThat(dispatcher.retry("a.example")).isEqualTo(1);
        assertThat(next().mail().domain()).isEqualTo("a.example");
        assertThat(all()).isEmpty();
    }

    @Test
    void retryStaysWithinTheLimitsAndEndsARest() {
        with("restAfter", 1, "slowStart", 2);
        for (int i = 0; i < 50; i++) {
            add("down.example");
        }
        all().forEach(start -> defer(start, Sign.DOWN, "PT1H"));
        all().forEach(start -> defer(start, Sign.NONE, "PT1H"));
        assertThat(dispatcher.retry((String) null)).isEqualTo(50);
        assertThat(all()).hasSize(2).allMatch(start -> start.restReply() == null);
    }

    @Test
    void nothingIsTriedWhileDeliveryIsOffAndAllGoesOnAfterwards() {
        add("a.example");
        dispatcher.configure(Sets.of("deliver", false).policy());
        assertThat(all()).isEmpty();
        add("b.example");
        assertThat(dispatcher.waiting()).isEqualTo(2);
        dispatcher.configure(Sets.of().policy());
        assertThat(all()).hasSize(2);
    }

    @Test
    void aPausedDestinationWaitsAndOthersGo() {
        dispatcher.pause("a.example");
        add("a.example");
        add("b.example");
        assertThat(all()).hasSize(1).allMatch(start -> start.mail().domain().equals("b.example"));
        dispatcher.resume("a.example");
        assertThat(next().mail().domain()).isEqualTo("a.example");
    }

    @Test
    void aMailThatIsTakenOutIsNotTriedAndOneBeingTriedIsMarked() {
        long waiting = add("a.example");
        long later = add("b.example");
        var start = next();
        long busy = start.mail().number();
        long idle = busy == waiting ? later : waiting;
        assertThat(dispatcher.take(Set.of(busy, idle), Start.Afterwards.HOLD)).containsExactly(busy);
        assertThat(start.afterwards()).isEqualTo(Start.Afterwards.HOLD);
        assertThat(all()).isEmpty();
        end(start, Sign.GOOD);
        assertThat(dispatcher.waiting()).isZero();
    }

    @Test
    void mailThatComesWhileTheStoreIsLookedThroughCountsOnce() {
        var known = dispatcher.beginLoad();
        assertThat(known).isEmpty();
        var both = new Agenda.Ready(1, "a.example", 0, 0);
        var late = new Agenda.Ready(2, "a.example", 0, 0);
        dispatcher.add(both);
        dispatcher.load(both, 0, true, true);
        dispatcher.load(late, 0, true, true);
        dispatcher.endLoad();
        dispatcher.add(late);
        assertThat(dispatcher.waiting()).isEqualTo(2);
    }

    @Test
    void aSettingThatRaisesALimitHoldsAtOnce() {
        with("limits", Sets.lines("domain * concurrency=1"), "slowStart", 10);
        for (int i = 0; i < 10; i++) {
            add("a.example");
        }
        assertThat(all()).hasSize(1);
        dispatcher.configure(Sets.of("limits", Sets.lines("domain * concurrency=5"), "slowStart", 10)
                .policy());
        assertThat(all()).hasSize(5);
    }

    @Test
    void aMillionMailsCostLittleAndAreSortedByTheirTimes() {
        var agenda = new Agenda();
        var domains = new String[1000];
        for (int i = 0; i < domains.length; i++) {
            domains[i] = "d" + i + ".example";
        }
        var random = new java.util.Random(3);
        for (int i = 0; i < 1_000_000; i++) {
            agenda.add(random.nextLong(1_000_000_000L), new Agenda.Ready(i, domains[i % 1000], i % 10, 0));
        }
        assertThat(agenda.size()).isEqualTo(1_000_000);
        long last = Long.MIN_VALUE;
        for (int i = 0; i < 100_000; i++) {
            assertThat(agenda.nextDue()).isGreaterThanOrEqualTo(last);
            last = agenda.nextDue();
            agenda.poll();
        }
        assertThat(agenda.take(n -> n % 2 == 0, mail -> {})).isBetween(440_000, 460_000);
        for (last = Long.MIN_VALUE; !agenda.isEmpty(); agenda.poll()) {
            assertThat(agenda.nextDue()).isGreaterThanOrEqualTo(last);
            last = agenda.nextDue();
        }
    }
}
