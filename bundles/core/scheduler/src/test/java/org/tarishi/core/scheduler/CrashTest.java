package org.tarishi.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.core.queue.RamQueueStore;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.NewMessage;
import org.tarishi.core.spi.QueueStore;
import org.tarishi.core.spi.QueueStoreException;
import org.tarishi.core.spi.QueuedMail;
import org.tarishi.core.spi.StoredContent;

/** What is left when the server is gone at any point of an attempt: before and after each thing that is written. */
final class CrashTest {

    private static final Reply TAKEN = Reply.of(250, "taken");
    private static final Reply BUSY = Reply.of(451, "busy");
    private static final Reply NOBODY = Reply.of(550, new EnhancedStatus(5, 1, 1), "nobody here");

    @TempDir
    private Path folder;

    /** A store that is gone at its n-th write, before it or behind it. */
    private static final class Mortal implements QueueStore {
        private final RamQueueStore real;
        private int left;
        private final boolean isBehind;

        Mortal(RamQueueStore real, int left, boolean isBehind) {
            this.real = real;
            this.left = left;
            this.isBehind = isBehind;
        }

        /** Dies before the write, or tells that it dies behind it. */
        private boolean isLast() {
            boolean isLast = --left == 0;
            if (isLast && !isBehind) {
                throw new World.Crash();
            }
            return isLast;
        }

        private static void die(boolean isLast) {
            if (isLast) {
                throw new World.Crash();
            }
        }

        @Override
        public CompletionStage<List<Long>> insert(NewMessage message) {
            boolean isLast = isLast();
            var stage = real.insert(message);
            die(isLast);
            return stage;
        }

        @Override
        public CompletionStage<MailState> update(long number, UnaryOperator<MailState> change) {
            boolean isLast = isLast();
            var stage = real.update(number, change);
            die(isLast);
            return stage;
        }

        @Override
        public CompletionStage<@Nullable Void> remove(long number) {
            boolean isLast = isLast();
            var stage = real.remove(number);
            die(isLast);
            return stage;
        }

        @Override
        public CompletionStage<@Nullable Void> scanned() {
            return real.scanned();
        }

        @Override
        public Optional<QueuedMail> read(long number) {
            return real.read(number);
        }

        @Override
        public Optional<Long> find(String id) {
            return real.find(id);
        }

        @Override
        public Optional<StoredContent> open(long number) {
            return real.open(number);
        }

        @Override
        public int visit(int position, int most, Visitor visitor) {
            return real.visit(position, most, visitor);
        }

        @Override
        public Stats stats() {
            return real.stats();
        }

        @Override
        public Optional<QueueStoreException.Reason> refusal() {
            return real.refusal();
        }

        @Override
        public List<String> verify() {
            return real.verify();
        }

        @Override
        public int importHaraka(Path from, Consumer<String> told) throws IOException {
            return real.importHaraka(from, told);
        }

        @Override
        public List<String> importMessage(Path file, ReversePath sender, List<Recipient> recipients)
                throws IOException {
            return real.importMessage(file, sender, recipients);
        }
    }

    private World world(QueueStore store, World.Time time, List<World.Notice> notices, Map<String, Integer> taken) {
        var world = new World(store, time, folder, notices, "jitter", 0, "events", "", "delayNotice", "PT0S");
        world.next = (mail, recipient) -> {
            var reply = mail.sender().isNull()
                    ? TAKEN
                    : switch (recipient.toString()) {
                        case "<no@d.example>" -> NOBODY;
                        case "<later@d.example>" -> mail.failures() == 0 ? BUSY : TAKEN;
                        default -> TAKEN;
                    };
            if (reply.isPositive()) {
                taken.merge(recipient.toString(), 1, Integer::sum);
            }
            return reply;
        };
        return world;
    }

    @Test
    void aCrashAtAnyWriteLosesNoMailAndNoNotificationAndRepeatsAtMostTheAttemptUnderWay() {
        int crashes = 0;
        for (boolean isBehind : new boolean[] {false, true}) {
            for (int point = 1; ; point++) {
                var real = new RamQueueStore();
                var time = new World.Time();
                var notices = new ArrayList<World.Notice>();
                var taken = new HashMap<String, Integer>();
                world(real, time, notices, taken)
                        .submit("C1.1", "<s@sender.example>", "<ok@d.example>", "<later@d.example>", "<no@d.example>");
                var first = world(new Mortal(real, point, isBehind), time, notices, taken);
                boolean isCrashed = false;
                try {
                    first.loader.load();
                    first.run();
                    first.runAfter("PT65S");
                } catch (World.Crash e) {
                    isCrashed = true;
                }
                var again = real.restart();
                again.endScan();
                var second = world(again, time, notices, taken);
                second.loader.load();
                second.run();
                second.runAfter("PT65S");
                second.runAfter("PT10M");

                var where = (isBehind ? "behind" : "before") + " write " + point + ": " + taken + " " + notices;
                assertThat(again.stats().mails()).as(where).isZero();
                // a crash before the outcome was written repeats the attempt; nothing else does
                assertThat(taken.get("<ok@d.example>")).as(where).isBetween(1, 2);
                assertThat(taken.get("<later@d.example>")).as(where).isBetween(1, 2);
                assertThat(taken.get("<s@sender.example>")).as(where).isBetween(1, 2);
                if (isBehind) {
                    assertThat(taken.get("<ok@d.example>")).as(where).isEqualTo(1);
                }
                if (!isCrashed) {
                    assertThat(point).isGreaterThan(4);
                    break;
                }
                crashes++;
            }
        }
        assertThat(crashes).isGreaterThan(8);
    }
}
