package org.tarishi.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.NewMessage;

/** A start with a large queue; {@code -Dqueue.mails=1000000} is the long form, whose figures the log tells. */
@Timeout(3600)
final class ReplayTest {

    private static final Logger LOG = LoggerFactory.getLogger(ReplayTest.class);
    private static final int MAILS = Integer.getInteger("queue.mails", 20_000);
    private static final int BYTES = Integer.getInteger("queue.bytes", 1024);
    private static final int AT_ONCE = 256;

    @TempDir
    Path data;

    private JournalQueueStore open() {
        return new JournalQueueStore(
                data, new Settings(Path.of("queue"), 64 << 20, 64 << 10, false, 0, 10_000_000, 0, 1 << 30));
    }

    private static NewMessage message(int i) {
        var body = "Subject: number " + i + "\r\n\r\n" + "x".repeat(BYTES) + "\r\n";
        var domain = "d" + i % 1000 + ".example";
        return new NewMessage(
                "1A2B3C4D-" + i + ".1",
                ReversePath.parse("<sender" + i % 5000 + "@sender.example>"),
                TestMessage.of(body),
                Map.of(),
                "smtp",
                Mails.NOW,
                false,
                List.of(new NewMessage.Mail(
                        "1A2B3C4D-" + i + ".1.1",
                        domain,
                        List.of(Recipient.parse("<user" + i + "@" + domain + ">")),
                        MailState.first(1, Mails.NOW))));
    }

    @Test
    void mailIsTakenAtOnceAndTheRestIsFound() throws Exception {
        var store = open();
        var under = new ArrayList<CompletableFuture<List<Long>>>();
        long first = 0;
        for (int i = 0; i < MAILS; i++) {
            under.add(store.insert(message(i)).toCompletableFuture());
            if (under.size() == AT_ONCE) {
                for (var one : under) {
                    first = first == 0 ? one.join().getFirst() : first;
                    one.join();
                }
                under.clear();
            }
        }
        under.forEach(CompletableFuture::join);
        var later = Instant.ofEpochMilli(1_800_000_000_000L);
        store.update(first, state -> state.withFailures(1).withDue(later))
                .toCompletableFuture()
                .join();
        store.close();

        long begin = System.nanoTime();
        var again = open();
        var taken = again.insert(message(MAILS)).toCompletableFuture().join();
        long intake = System.nanoTime() - begin;
        again.scanned().toCompletableFuture().join();
        long scan = System.nanoTime() - begin;

        assertThat(taken).hasSize(1);
        assertThat(again.stats().mails()).isEqualTo(MAILS + 1);
        assertThat(again.read(first).orElseThrow().state().due()).isEqualTo(later);
        var seen = new long[2];
        again.visit(0, Integer.MAX_VALUE, row -> {
            seen[0]++;
            seen[1] += row.failures();
            return true;
        });
        assertThat(seen).containsExactly(MAILS + 1, 1);
        System.gc();
        var runtime = Runtime.getRuntime();
        long heap = (runtime.totalMemory() - runtime.freeMemory()) >> 20;
        LOG.info(
                "{} mails: first taken after {} ms, all found after {} ms, heap {} MB",
                MAILS,
                intake / 1_000_000,
                scan / 1_000_000,
                heap);
        assertThat(Duration.ofNanos(intake)).isLessThan(Duration.ofSeconds(2));
        assertThat(Duration.ofNanos(scan)).isLessThan(Duration.ofSeconds(10));
        assertThat(heap).isLessThan(400);
        again.close();
    }
}
