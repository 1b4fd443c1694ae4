package org.tarishi.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.QueueStoreException;
import org.tarishi.core.spi.RecipientState;

/**
 * A queue that is used, with what must be true of it afterwards: what was acknowledged is there as it was left, what was under way is there whole
 * or not at all.
 */
final class Scenario {

    private static final int BODY_BYTES = 300;

    private final SplittableRandom random;
    private final Map<String, Mail> mails = new TreeMap<>();
    private final Map<String, String> texts = new HashMap<>();
    private int count;
    private int faults;
    private boolean isLastFault;

    /** What is expected of one mail. */
    private static final class Mail {
        final String message;
        long number;
        boolean isSafe;
        boolean mayBeGone;
        boolean isGone;
        /** States of which the mail is in one: the last one safe, and what came after. */
        final List<MailState> states = new ArrayList<>();

        Mail(String message) {
            this.message = message;
        }
    }

    Scenario(long seed) {
        random = new SplittableRandom(seed);
    }

    static Store open(Disk disk, long seed, int segmentSize) throws IOException {
        var settings = new Settings(Path.of("queue"), 1 << 20, BODY_BYTES, true, 0, 1000, 0, 1 << 30);
        var store = Store.open(disk, () -> settings, () -> segmentSize, new SplittableRandom(seed), false);
        try {
            store.scanned().join();
        } catch (CompletionException e) {
            store.close();
            throw new UncheckedIOException(new IOException(e));
        }
        return store;
    }

    int faults() {
        return faults;
    }

    boolean isLastFault() {
        return isLastFault;
    }

    private <T extends @Nullable Object> @Nullable QueueStoreException fault(CompletionStage<T> stage) {
        try {
            stage.toCompletableFuture().join();
            isLastFault = false;
            return null;
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(QueueStoreException.class);
            faults++;
            isLastFault = true;
            return (QueueStoreException) e.getCause();
        }
    }

    /** Does what a queue is used for, with all that can happen in some order. */
    void run(Store store, int steps) throws Exception {
        for (int i = 0; i < steps; i++) {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> insert(store, random.nextInt(1, 4), random.nextInt(4) == 0);
                case 3, 4, 5, 6 -> change(store, any(), random.nextInt(4));
                case 7, 8 -> remove(store, any());
                default -> {
                    var _ = clean(store);
                }
            }
        }
    }

    void insert(Store store, int size, boolean isLarge) {
        var id = "t." + ++count;
        var text =
                "Subject: " + id + "\r\n\r\n" + "line of " + id + "\r\n" + (isLarge ? "x".repeat(BODY_BYTES * 3) : "");
        var domains = new String[size];
        for (int i = 0; i < size; i++) {
            domains[i] = "d" + random.nextInt(5) + ".example";
        }
        var message = Mails.message(id, TestMessage.of(text), domains);
        texts.put(id, text);
        for (var mail : message.mails()) {
            var expected = new Mail(id);
            expected.states.add(mail.state());
            mails.put(mail.id(), expected);
        }
        var stage = store.inserts().insert(Inserts.Envelope.of(message), Source.of(message.message()));
        if (fault(stage) == null) {
            var numbers = stage.join();
            for (int i = 0; i < numbers.size(); i++) {
                var mail =
                        Objects.requireNonNull(mails.get(message.mails().get(i).id()));
                mail.number = numbers.get(i);
                mail.isSafe = true;
            }
        }
    }

    private List<Mail> usable() {
        return mails.values().stream()
                .filter(mail -> mail.isSafe && !mail.isGone && !mail.mayBeGone)
                .toList();
    }

    private @Nullable Mail any() {
        var usable = usable();
        return usable.isEmpty() ? null : usable.get(random.nextInt(usable.size()));
    }

    /** What can be done to a queue, with the mails that come first and last among those in it. */
    enum Step {
        ONE_MAIL,
        THREE_MAILS_OF_ONE_LARGE_MESSAGE,
        HOLD_FIRST,
        DEFER_LAST,
        REMOVE_FIRST,
        REMOVE_LAST,
        CLEAN
    }

    /** Does one thing; tells whether there was anything to do. */
    boolean take(Store store, Step step) throws Exception {
        var usable = usable();
        switch (step) {
            case ONE_MAIL -> insert(store, 1, false);
            case THREE_MAILS_OF_ONE_LARGE_MESSAGE -> insert(store, 3, true);
            case CLEAN -> {
                return clean(store);
            }
            default -> {
                if (usable.isEmpty()) {
                    return false;
                }
                switch (step) {
                    case HOLD_FIRST -> change(store, usable.getFirst(), 0);
                    case DEFER_LAST -> change(store, usable.getLast(), 2);
                    case REMOVE_FIRST -> remove(store, usable.getFirst());
                    default -> remove(store, usable.getLast());
                }
            }
        }
        return true;
    }

    private void change(Store store, @Nullable Mail mail, int what) {
        if (mail == null) {
            return;
        }
        var made = new ArrayList<MailState>();
        var stage = store.changes().update(mail.number, state -> {
            assertThat(mail.states).contains(state);
            var next = switch (what) {
                case 0 -> state.withHeld(state.held() == null ? "by an operator" : null);
                case 1 -> state.withPriority(random.nextInt(-9, 10));
                default ->
                    state.withFailures(state.failures() + 1)
                            .withDue(Mails.NOW.plusSeconds(random.nextInt(10_000)))
                            .withRecipients(List.of(new RecipientState(
                                    RecipientState.Standing.PENDING,
                                    Reply.of(451, new EnhancedStatus(4, 7, 1), "try " + count, "again"),
                                    "mx.example",
                                    Instant.ofEpochMilli(count))));
            };
            made.add(next);
            return next;
        });
        boolean isSafe = fault(stage) == null;
        if (isSafe) {
            mail.states.clear();
        }
        mail.states.addAll(made);
    }

    private void remove(Store store, @Nullable Mail mail) {
        if (mail == null) {
            return;
        }
        mail.mayBeGone = true;
        mail.isGone = fault(store.changes().remove(mail.number)) == null;
    }

    private boolean clean(Store store) throws Exception {
        int rounds = 0;
        try {
            while (rounds < 5 && store.clean()) {
                rounds++;
            }
        } catch (IOException e) {
            faults++;
        }
        return rounds > 0;
    }

    /** Checks a store that was opened again, and learns from it what has become of what was under way. */
    void check(Store store) throws Exception {
        var found = new TreeMap<String, Long>();
        store.index().visit(0, Integer.MAX_VALUE, row -> {
            try {
                found.put(store.mail(row.number()).orElseThrow().id(), row.number());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return true;
        });
        var partly = new HashMap<String, Boolean>();
        for (var one : mails.entrySet()) {
            var id = one.getKey();
            var mail = one.getValue();
            var number = found.remove(id);
            if (mail.isGone) {
                assertThat(number).as("%s was removed", id).isNull();
                continue;
            }
            if (mail.isSafe && !mail.mayBeGone) {
                assertThat(number).as("%s was acknowledged", id).isEqualTo(mail.number);
            }
            if (!mail.isSafe) {
                boolean isThere = number != null;
                assertThat(partly.computeIfAbsent(mail.message, _ -> isThere))
                        .as("all mails of %s or none", mail.message)
                        .isEqualTo(isThere);
            }
            if (number == null) {
                mail.isGone = true;
                continue;
            }
            var queued = store.mail(number).orElseThrow();
            assertThat(mail.states).as(id).contains(queued.state());
            mail.states.clear();
            mail.states.add(queued.state());
            mail.number = number;
            mail.isSafe = true;
            mail.mayBeGone = false;
            assertThat(store.find(id)).contains(number);
            var content = store.content(number).orElseThrow();
            try (var body = content.openBody(0, content.bodySize())) {
                assertThat(new String(content.header(), StandardCharsets.ISO_8859_1)
                                + "\r\n"
                                + new String(body.readAllBytes(), StandardCharsets.ISO_8859_1))
                        .isEqualTo(texts.get(mail.message));
            }
        }
        assertThat(found).as("nobody queued these").isEmpty();
        assertThat(store.verify()).isEmpty();
        assertThat(store.damaged()).isZero();
        long left = mails.values().stream().filter(mail -> !mail.isGone).count();
        assertThat(store.index().counts().mails()).isEqualTo(left);
        assertThat(store.index().counts().messages() == 0).isEqualTo(left == 0);
    }
}
