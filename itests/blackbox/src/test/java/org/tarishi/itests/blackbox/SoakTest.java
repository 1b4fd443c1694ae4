package org.tarishi.itests.blackbox;

import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.Churn;
import org.tarishi.itests.harness.TestMail;

/** A server under full load has something of it replaced every second; nobody hears of it, and nothing is left of what was replaced. */
@Tag("alone")
@Timeout(value = 2, unit = TimeUnit.HOURS)
class SoakTest {

    private static final String HERE = "user@example.com";
    private static final String AWAY = "user@away.example";
    private static final int CLIENTS = 200;
    /** In the short form, which looks at each part once, and whose 200 would only wait for each other. */
    private static final int FEW_CLIENTS = 40;

    private static final int PER_CONNECTION = 10;
    private static final int BODY = 500;
    /** The shortest time after which the figures of speed and memory mean something: a machine that has just begun to compile is slow. */
    private static final Duration LONG = Duration.ofMinutes(4);

    @TempDir
    Path root;

    private final StringBuilder report = new StringBuilder();

    @Test
    void whateverIsReplacedEverySecondNobodyHearsOfIt() throws Exception {
        var time = Setup.soak();
        int clients = time.compareTo(LONG) < 0 ? FEW_CLIENTS : CLIENTS;
        try (var away = away();
                var instance = instance(away)) {
            var replacements = new Replacements(instance, root);
            replacements.replace("stamp");
            instance.configure(Instance.CHAIN, "plugins=[ \"stamp\" ]");
            var churn = Churn.start(
                    instance.smtpPort(), clients, List.of(HERE, HERE, HERE, HERE, AWAY), PER_CONNECTION, BODY);
            await().atMost(Duration.ofSeconds(60)).until(() -> churn.connections() >= clients);
            // What each version loads when it is first used is there before memory is measured, and code is compiled.
            replacements.replaceEach(Replacements.BESIDE);
            replacements.replaceEach(Replacements.IN_PLACE);
            Thread.sleep(time.dividedBy(5));
            var _ = churn.takeMicros();
            Thread.sleep(time.dividedBy(5));
            var usual = churn.takeMicros();
            long heap = instance.heap();
            long metaspace = instance.metaspace();

            int beside = replacements.replace(Replacements.BESIDE, time, Duration.ofSeconds(1));
            var meanwhile = churn.takeMicros();
            int inPlace = replacements.replace(
                    Replacements.IN_PLACE,
                    time.dividedBy(2),
                    time.compareTo(LONG) < 0 ? Duration.ofSeconds(4) : Duration.ofSeconds(15));
            var held = churn.takeMicros();
            churn.stop();

            replacements.awaitDrained();
            await("the queue is empty")
                    .atMost(Duration.ofMinutes(5))
                    .until(() -> instance.ask("queue", "list")
                            .out()
                            .lines()
                            .noneMatch(line -> line.contains("away.example")));
            var lost = new HashSet<>(churn.accepted(AWAY));
            var twice = new HashSet<String>();
            var unfiltered = new AtomicInteger();
            var seen = new HashSet<String>();
            Consumer<TestMail.Found> count = found -> {
                lost.remove(found.id());
                if (!seen.add(found.id())) {
                    twice.add(found.id());
                }
                if (!isFiltered(found.counts())) {
                    unfiltered.incrementAndGet();
                }
            };
            away.maildir("away.example", "user").forEachFound(count);
            lost.addAll(churn.accepted(HERE));
            instance.maildir("example.com", "user").forEachFound(count);
            say("replacements: " + beside + " beside, " + inPlace + " in place, in " + time + " and "
                    + time.dividedBy(2));
            say("connections: " + churn.connections() + ", messages: " + churn.accepted() + ", of these to be sent on: "
                    + churn.accepted(AWAY).size());
            say("refused " + churn.refused() + ", dropped " + churn.dropped() + ", failed " + churn.failed() + ", lost "
                    + lost.size() + ", doubled " + twice.size() + ", unfiltered " + unfiltered);
            say("without replacements: " + times(usual));
            say("beside:               " + times(meanwhile));
            say("in place:             " + times(held));
            long heapAfter = instance.heap();
            long metaspaceAfter = instance.metaspace();
            say("heap " + heap / 1024 + " KiB, then " + heapAfter / 1024 + " KiB; metaspace " + metaspace / 1024
                    + " KiB, then " + metaspaceAfter / 1024 + " KiB");

            // Whatever failed first, the rest is worth to be known of what took so long.
            var softly = new SoftAssertions();
            softly.assertThat(churn.troubles()).isEmpty();
            softly.assertThat(churn.refused() + churn.dropped() + churn.failed())
                    .isZero();
            softly.assertThat(lost).as("lost").isEmpty();
            softly.assertThat(twice).as("doubled").isEmpty();
            softly.assertThat(unfiltered.get()).as("unfiltered").isZero();
            softly.check(() -> say("versions loaded: " + replacements.assertCollected()));
            softly.assertThat(instance.log()).doesNotContain(" ERROR ");
            if (time.compareTo(LONG) >= 0) {
                softly.assertThat(percentile(meanwhile, 99))
                        .as("p99 while something is replaced beside")
                        .isLessThan(2 * percentile(usual, 99));
            }
            softly.assertAll();
        } finally {
            Files.createDirectories(Path.of("target"));
            Files.writeString(Path.of("target", "soak.txt"), report);
        }
    }

    private static boolean isFiltered(Map<String, Integer> counts) {
        return counts.getOrDefault("X-Stamp-Mail", 0) == 1 && counts.getOrDefault("X-Stamp-Data", 0) == 1;
    }

    private void say(String line) {
        report.append(line).append('\n');
        System.out.println(line);
    }

    private static String times(long[] micros) {
        return micros.length + " transactions, p50 " + percentile(micros, 50) + " us, p99 " + percentile(micros, 99)
                + " us, most " + (micros.length == 0 ? 0 : micros[micros.length - 1]) + " us";
    }

    private static long percentile(long[] sorted, int percent) {
        return sorted.length == 0
                ? 0
                : sorted[(int) Math.min(sorted.length - 1L, (long) sorted.length * percent / 100)];
    }

    private Instance away() throws Exception {
        return Instance.in(root.resolve("away"))
                .set(Instance.HOST_LIST, "domains", "[ \"inline:away.example\" ]")
                .start();
    }

    private Instance instance(Instance away) throws Exception {
        return Instance.in(root.resolve("base"))
                .withConsole()
                .set(Instance.CHAIN, "plugins", "[ \"stamp?\" ]")
                .set(Instance.RELAY, "destinations", "[ \"inline:away.example=accept\" ]")
                .set("org.tarishi.core.delivery", "smartHost", "smtp://127.0.0.1:" + away.smtpPort())
                .withoutSoftReferences()
                .start();
    }
}
