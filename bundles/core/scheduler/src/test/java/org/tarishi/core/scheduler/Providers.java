package org.tarishi.core.scheduler;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.LongUnaryOperator;

/** Twelve kinds of large destinations, in simulated time: what each of them can't stand, and what it does then. */
final class Providers {

    /** What a session came to. */
    enum End {
        TAKEN,
        /** We came too often, too fast, with too much at once. */
        LIMITED,
        /** It takes nothing now, whoever comes. */
        LATER,
        /** Nobody answered. */
        SILENT
    }

    /** What a session came to, and how long it took. */
    record Session(End end, Duration takes) {}

    /** One of them. */
    @FunctionalInterface
    interface Provider {

        /**
         * Begins a session.
         *
         * @param now since the simulation began
         * @param open how many sessions are open besides
         */
        Session begin(Duration now, long mail, int open);
    }

    /**
     * One as the simulation has it.
     *
     * @param hourly how many mails an hour there are for it
     * @param limit what an operator has for it in the table of limits; empty for none
     */
    record Kind(Provider provider, int hourly, String limit) {}

    private final Random random = new Random(7);

    /** All of them, by domain. */
    Map<String, Kind> all() {
        var all = new LinkedHashMap<String, Kind>();
        all.put("hourly.example", new Kind(within(600, "PT1H"), 400, "domain hourly.example rate=540/1h"));
        all.put("connections.example", new Kind(atOnce(5, "PT2S"), 3000, "domain connections.example concurrency=5"));
        all.put("minutely.example", new Kind(within(60, "PT1M"), 2000, "domain minutely.example rate=54/1m"));
        all.put("tenths.example", new Kind(within(100, "PT10M"), 350, "domain tenths.example rate=90/10m"));
        all.put("grey.example", new Kind(greylisting(mail -> mail % 40), 300, ""));
        all.put("each.grey.example", new Kind(greylisting(mail -> mail), 300, ""));
        all.put("tar.example", new Kind(atOnce(3, "PT1M"), 100, "domain tar.example concurrency=3"));
        all.put("recipients.example", new Kind(fewRecipients(), 600, ""));
        all.put("outage.example", new Kind(awayFor("PT1H", "PT2H"), 300, ""));
        all.put("slow.example", new Kind((now, mail, open) -> taken("PT25S"), 500, ""));
        var shared = atOnce(4, "PT3S");
        all.put("east.shared.example", new Kind(shared, 800, "domain *.shared.example concurrency=4 shared"));
        all.put("west.shared.example", new Kind(shared, 800, ""));
        all.put("apart.example", new Kind(apart("PT1S"), 1500, "domain apart.example rate=9/10s"));
        all.put("flaky.example", new Kind(flaky(), 400, ""));
        return all;
    }

    private static Session taken(String time) {
        return new Session(End.TAKEN, Duration.parse(time));
    }

    private static Session refused(End end) {
        return new Session(end, Duration.ofMillis(200));
    }

    /** So many mails within any such time. */
    private static Provider within(int most, String time) {
        Deque<Duration> taken = new ArrayDeque<>();
        var window = Duration.parse(time);
        return (now, mail, open) -> {
            while (!taken.isEmpty() && taken.getFirst().plus(window).compareTo(now) <= 0) {
                taken.removeFirst();
            }
            if (taken.size() >= most) {
                return refused(End.LIMITED);
            }
            taken.addLast(now);
            return taken("PT1S");
        };
    }

    /** So many sessions at once; 421 to more. */
    private static Provider atOnce(int most, String time) {
        return (now, mail, open) -> open >= most ? refused(End.LIMITED) : taken(time);
    }

    /** What is the same is taken when five minutes have gone since the first of it came: mail of a sender, or each for itself. */
    private static Provider greylisting(LongUnaryOperator same) {
        var first = new HashMap<Long, Duration>();
        return (now, mail, open) -> first.computeIfAbsent(same.applyAsLong(mail), _ -> now)
                                .plus(Duration.ofMinutes(5))
                                .compareTo(now)
                        <= 0
                ? taken("PT1S")
                : refused(End.LATER);
    }

    /** 50 recipients a mail, 452 to more, which come again; one mail of 500 has 80. */
    private static Provider fewRecipients() {
        var left = new HashMap<Long, Integer>();
        return (now, mail, open) -> {
            int more = left.computeIfAbsent(mail, number -> number % 500 == 0 ? 80 : 1) - 50;
            left.put(mail, more);
            return more > 0 ? refused(End.LIMITED) : taken("PT1S");
        };
    }

    /** Takes nothing for a while. */
    private static Provider awayFor(String from, String to) {
        var begin = Duration.parse(from);
        var end = Duration.parse(to);
        return (now, mail, open) ->
                now.compareTo(begin) >= 0 && now.compareTo(end) < 0 ? refused(End.LATER) : taken("PT1S");
    }

    /** One session, and a while nothing. */
    private static Provider apart(String time) {
        var gap = Duration.parse(time);
        var last = new Duration[] {Duration.ofDays(-1)};
        return (now, mail, open) -> {
            if (now.minus(last[0]).compareTo(gap) < 0) {
                return refused(End.LIMITED);
            }
            last[0] = now;
            return taken("PT0.5S");
        };
    }

    /** Is gone for ten minutes, and loses one session of a hundred. */
    private Provider flaky() {
        var away = awayFor("PT30M", "PT40M");
        return (now, mail, open) -> away.begin(now, mail, open).end() == End.LATER || random.nextInt(100) == 0
                ? new Session(End.SILENT, Duration.ofSeconds(30))
                : taken("PT1S");
    }
}
