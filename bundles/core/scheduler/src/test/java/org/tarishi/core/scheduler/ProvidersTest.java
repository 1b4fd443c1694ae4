package org.tarishi.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tarishi.core.scheduler.Pace.Sign;
import org.tarishi.core.scheduler.Providers.End;

/**
 * Mail for {@link Providers} in simulated time, some hours of it, or as many as the property {@code providers.hours} says: with a line of
 * {@code limits} for each that wants one, next to nothing is refused for having come too fast.
 */
@Timeout(300)
class ProvidersTest {

    private static final Duration TIME = Duration.ofHours(Integer.getInteger("providers.hours", 4));

    /** How long the last mails may take. */
    private static final Duration DRAIN = Duration.ofHours(8);

    private static final long BEGIN = 1_000_000_000_000L;

    private final Random random = new Random(11);
    private final Map<String, Providers.Kind> providers = new Providers().all();
    private long now = BEGIN;

    private record Running(Start start, Providers.Session session, long until) {}

    private record Arrival(long at, String domain) {}

    /** What became of the mails of one provider. */
    private static final class Count {
        private int attempts;
        private int limited;
        private int taken;
    }

    private Map<String, Count> run(String... limits) {
        var dispatcher = new Dispatcher(Sets.of("limits", limits).policy(), () -> now);
        var counts = new HashMap<String, Count>();
        var failures = new HashMap<Long, Integer>();
        var open = new HashMap<Providers.Provider, Integer>();
        var arrivals = new PriorityQueue<Arrival>((a, b) -> Long.compare(a.at, b.at));
        var running = new PriorityQueue<Running>((a, b) -> Long.compare(a.until, b.until));
        providers.forEach((domain, kind) -> arrive(arrivals, domain, kind.hourly()));
        long number = 0;
        long end = BEGIN + TIME.plus(DRAIN).toNanos();
        while (now < end && !(arrivals.isEmpty() && running.isEmpty() && dispatcher.untilNext() == Long.MAX_VALUE)) {
            while (!arrivals.isEmpty() && arrivals.element().at <= now) {
                dispatcher.add(new Agenda.Ready(++number, arrivals.remove().domain, 0, 0));
            }
            while (!running.isEmpty() && running.element().until <= now) {
                var one = running.remove();
                end(dispatcher, one, failures);
                if (one.start.restReply() == null) {
                    var domain = one.start.mail().domain();
                    open.merge(provider(domain), -1, Integer::sum);
                    count(counts, domain, one.session.end());
                }
            }
            for (var start = dispatcher.next(); start != null; start = dispatcher.next()) {
                var session = new Providers.Session(End.LATER, Duration.ofMillis(1));
                if (start.restReply() == null) {
                    var provider = provider(start.mail().domain());
                    session = provider.begin(
                            Duration.ofNanos(now - BEGIN), start.mail().number(), open.getOrDefault(provider, 0));
                    open.merge(provider, 1, Integer::sum);
                }
                running.add(new Running(start, session, now + session.takes().toNanos()));
            }
            now = nextMoment(dispatcher, arrivals, running);
        }
        return counts;
    }

    private Providers.Provider provider(String domain) {
        return Objects.requireNonNull(providers.get(domain), domain).provider();
    }

    /** Mails come by chance, every tenth time twenty at once. */
    private void arrive(PriorityQueue<Arrival> arrivals, String domain, int hourly) {
        double mean = Duration.ofHours(1).toNanos() * 2.9 / hourly;
        long at = BEGIN;
        while (true) {
            at += (long) (-Math.log(1 - random.nextDouble()) * mean);
            if (at >= BEGIN + TIME.toNanos()) {
                return;
            }
            for (int i = random.nextInt(10) == 0 ? 20 : 1; i > 0; i--) {
                arrivals.add(new Arrival(at, domain));
            }
        }
    }

    private static void end(Dispatcher dispatcher, Running one, Map<Long, Integer> failures) {
        var sign = switch (one.session.end()) {
            case TAKEN -> Sign.GOOD;
            case LIMITED, SILENT -> Sign.DOWN;
            case LATER -> one.start.restReply() == null ? Sign.DEFERS : Sign.NONE;
        };
        var ending = new Dispatcher.Ending(sign, Replies.NOT_READY, null, null);
        if (sign == Sign.GOOD) {
            dispatcher.ended(one.start, ending);
            return;
        }
        // As the shipped schedule has it, up to an hour.
        int failed = failures.merge(one.start.mail().number(), 1, Integer::sum);
        var wait = Duration.ofSeconds(Math.min(3600, 64L << Math.min(10, failed - 1)));
        dispatcher.ended(one.start, ending, wait.toNanos(), false, 0);
    }

    private static void count(Map<String, Count> counts, String domain, End end) {
        var count = counts.computeIfAbsent(domain, _ -> new Count());
        count.attempts++;
        if (end == End.TAKEN) {
            count.taken++;
        } else if (end == End.LIMITED) {
            count.limited++;
        }
    }

    private long nextMoment(Dispatcher dispatcher, PriorityQueue<Arrival> arrivals, PriorityQueue<Running> running) {
        long next = Long.MAX_VALUE;
        long wait = dispatcher.untilNext();
        if (wait != Long.MAX_VALUE) {
            next = now + wait;
        }
        if (!arrivals.isEmpty()) {
            next = Math.min(next, arrivals.element().at);
        }
        if (!running.isEmpty()) {
            next = Math.min(next, running.element().until);
        }
        return Math.max(next, now + 1_000_000);
    }

    private static double limited(Map<String, Count> counts) {
        return 100.0
                * counts.values().stream().mapToInt(count -> count.limited).sum()
                / counts.values().stream().mapToInt(count -> count.attempts).sum();
    }

    private static int taken(Map<String, Count> counts) {
        return counts.values().stream().mapToInt(count -> count.taken).sum();
    }

    private int queued() {
        var arrivals = new PriorityQueue<Arrival>((a, b) -> Long.compare(a.at, b.at));
        random.setSeed(11);
        providers.forEach((domain, kind) -> arrive(arrivals, domain, kind.hourly()));
        return arrivals.size();
    }

    @Test
    void withALimitForEachNextToNothingIsRefusedForComingTooFastAndAllOfItArrives() {
        var counts = run(providers.values().stream()
                .map(Providers.Kind::limit)
                .filter(line -> !line.isEmpty())
                .toArray(String[]::new));

        assertThat(limited(counts)).as("percent refused for coming too fast").isLessThan(0.5);
        counts.forEach((domain, count) ->
                assertThat(100.0 * count.limited / count.attempts).as(domain).isLessThan(0.5));
        assertThat(taken(counts)).isEqualTo(queued());
    }

    @Test
    void withoutLimitsManyAre() {
        assertThat(limited(run("domain * concurrency=20"))).isGreaterThan(1.0);
    }
}
