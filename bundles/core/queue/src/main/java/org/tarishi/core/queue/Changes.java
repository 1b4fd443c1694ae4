package org.tarishi.core.queue;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tarishi.core.queue.RecordReader.Removal;
import org.tarishi.core.queue.RecordReader.StateRecord;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.QueueStoreException;
import org.tarishi.core.spi.QueueStoreException.Reason;
import org.tarishi.core.spi.StoredNote;

/**
 * Changes and ends mails, and moves them to newer segments.
 *
 * <p>The records of a message are put in order under one of some locks, chosen by the message's number, which nobody holds while the disk
 * is forced. What is on its way to disk is remembered: a change builds on the change before, whether that is safe yet or not, and
 * nothing is moved meanwhile. A mail that is being moved is not ended before it has arrived, so that the word of its end knows where its
 * entry lies.
 */
final class Changes {

    private static final int STRIPES = 64;
    private static final int MOST_WAITING = 8 << 20;

    private final Index index;
    private final RecordReader reader;
    private final Journal journal;
    private final Bodies bodies;
    private final Recent recent;
    private final Backlog backlog = new Backlog(MOST_WAITING);
    private final Stripe[] stripes = new Stripe[STRIPES];

    /** What is on its way to disk, by message; guarded by itself. */
    private static final class Stripe {
        final Map<Long, Flight> flights = new HashMap<>();
    }

    private static final class Flight {
        int count;
        final Map<Long, Known> states = new HashMap<>();
        final Set<Long> ending = new HashSet<>();

        @Nullable CompletableFuture<@Nullable Void> moving;
    }

    private record Known(MailState state, Map<String, StoredNote> shared) {}

    Changes(Index index, RecordReader reader, Journal journal, Bodies bodies, Recent recent) {
        this.index = index;
        this.reader = reader;
        this.journal = journal;
        this.bodies = bodies;
        this.recent = recent;
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    private Stripe stripe(long message) {
        return stripes[(int) (message & (STRIPES - 1))];
    }

    private static QueueStoreException gone() {
        return new QueueStoreException(Reason.GONE, "the mail is not in the queue");
    }

    /** See {@link org.tarishi.core.spi.QueueStore#update}. */
    CompletableFuture<MailState> update(long mail, UnaryOperator<MailState> change) {
        var found = index.find(mail);
        if (found == null) {
            return CompletableFuture.failedFuture(gone());
        }
        var stripe = stripe(found.message());
        Update update;
        synchronized (stripe) {
            found = index.find(mail);
            var flight = found == null ? null : stripe.flights.get(found.message());
            if (found == null || (flight != null && flight.ending.contains(mail))) {
                return CompletableFuture.failedFuture(gone());
            }
            Known known;
            try {
                known = flight == null ? null : flight.states.get(mail);
                if (known == null) {
                    var whole = reader.whole(found);
                    known = new Known(whole.state(), whole.entry().notes());
                }
            } catch (IOException e) {
                return CompletableFuture.failedFuture(
                        new QueueStoreException(Reason.FAILING, "the mail can't be read: " + e.getMessage(), e));
            }
            var next = change.apply(known.state());
            if (next.recipients().size() != known.state().recipients().size()) {
                throw new IllegalArgumentException("want a state for each recipient");
            }
            update = new Update(stripe, found.message(), mail, new Known(next, known.shared()));
            update.begin();
            journal.submit(update.append);
        }
        // Behind the lock, which those that make room need.
        backlog.takeUninterruptibly(update.append.length());
        return update.result;
    }

    /** A change on its way. */
    private final class Update implements Append.Outcome {

        private final Stripe stripe;
        private final long message;
        private final long mail;
        private final Known next;
        private final Append append;
        private final CompletableFuture<MailState> result = new CompletableFuture<>();
        private boolean isGone;

        Update(Stripe stripe, long message, long mail, Known next) {
            this.stripe = stripe;
            this.message = message;
            this.mail = mail;
            this.next = next;
            this.append = new Append(RecordHeader.STATE, StateRecord.write(mail, next.state(), next.shared()), this);
        }

        void begin() {
            var flight = stripe.flights.computeIfAbsent(message, _ -> new Flight());
            flight.count++;
            flight.states.put(mail, next);
        }

        @Override
        public void placed(Index.Place place) {
            isGone = !index.put(place, mail, StateCodec.Summary.of(next.state()));
        }

        @Override
        public void done(@Nullable QueueStoreException fault) {
            synchronized (stripe) {
                var flight = stripe.flights.get(message);
                if (flight != null) {
                    flight.states.remove(mail, next);
                    land(stripe, message, flight);
                }
            }
            backlog.give(append.length());
            if (fault != null || isGone) {
                result.completeExceptionally(fault != null ? fault : gone());
            } else {
                result.complete(next.state());
            }
        }
    }

    private static void land(Stripe stripe, long message, Flight flight) {
        if (--flight.count == 0) {
            stripe.flights.remove(message);
        }
    }

    /** See {@link org.tarishi.core.spi.QueueStore#remove}. */
    CompletableFuture<@Nullable Void> remove(long mail) {
        var found = index.find(mail);
        if (found == null) {
            return CompletableFuture.completedFuture(null);
        }
        var stripe = stripe(found.message());
        End end;
        synchronized (stripe) {
            found = index.find(mail);
            if (found == null) {
                return CompletableFuture.completedFuture(null);
            }
            var flight = stripe.flights.computeIfAbsent(found.message(), _ -> new Flight());
            var moving = flight.moving;
            if (moving != null) {
                // Where the entry will lie is not known yet.
                return moving.handle((_, _) -> mail).thenCompose(this::remove);
            }
            end = new End(stripe, found);
            flight.count++;
            flight.ending.add(mail);
            journal.submit(end.append);
        }
        backlog.takeUninterruptibly(end.append.length());
        return end.result;
    }

    /** The end of a mail on its way. */
    private final class End implements Append.Outcome {

        private final Stripe stripe;
        private final Index.Found found;
        private final int base;
        private final Append append;
        private final CompletableFuture<@Nullable Void> result = new CompletableFuture<>();
        private Optional<Index.Removed> removed = Optional.empty();

        End(Stripe stripe, Index.Found found) {
            this.stripe = stripe;
            this.found = found;
            this.base = found.entry().segment();
            this.append = new Append(RecordHeader.REMOVAL, new Removal(found.number(), base).write(), this);
        }

        @Override
        public void placed(Index.Place place) {
            removed = index.remove(place.segment(), base, found.number());
            if (removed.isPresent() && removed.get().wasLast()) {
                recent.remove(found.entry());
            }
        }

        @Override
        public void done(@Nullable QueueStoreException fault) {
            synchronized (stripe) {
                var flight = stripe.flights.get(found.message());
                if (flight != null) {
                    flight.ending.remove(found.number());
                    land(stripe, found.message(), flight);
                }
            }
            backlog.give(append.length());
            if (fault != null) {
                result.completeExceptionally(fault);
                return;
            }
            removed.filter(gone -> gone.wasLast() && gone.hasBodyFile())
                    .ifPresent(gone -> bodies.delete(gone.message()));
            result.complete(null);
        }
    }

    // ---- moving, for the cleaner

    /**
     * Writes what is left of a message anew.
     *
     * @param place where its entry lies
     * @param body the body that stands behind the entry
     * @return completes when the old place is not needed any more; nothing when it is not now; fails when it still is
     */
    Optional<CompletableFuture<@Nullable Void>> move(Index.Place place, Entry entry, byte[] body) throws IOException {
        var stripe = stripe(entry.message());
        synchronized (stripe) {
            if (stripe.flights.containsKey(entry.message())) {
                return Optional.of(CompletableFuture.failedFuture(gone()));
            }
            var left = index.ofMessage(entry.message());
            if (left.isEmpty() || !left.getFirst().entry().equals(place)) {
                return Optional.empty();
            }
            var current = reader.current(entry, left);
            return Optional.of(move(stripe, entry.message(), current, body));
        }
    }

    private CompletableFuture<@Nullable Void> move(Stripe stripe, long message, Entry current, byte[] body) {
        var summary = current.summary();
        return moving(
                stripe,
                message,
                outcome -> new Append(RecordHeader.ENTRY, current.write(), body, body.length, outcome),
                place -> index.put(place, summary));
    }

    /** Writes the state of a mail anew; see {@link #move(Index.Place, Entry, byte[])}. */
    Optional<CompletableFuture<@Nullable Void>> moveState(Index.Place place, StateRecord record, byte[] meta) {
        var found = index.find(record.number());
        if (found == null) {
            return Optional.empty();
        }
        var stripe = stripe(found.message());
        synchronized (stripe) {
            found = index.find(record.number());
            if (found == null || !place.equals(found.state())) {
                return Optional.empty();
            }
            if (stripe.flights.containsKey(found.message())) {
                return Optional.of(CompletableFuture.failedFuture(gone()));
            }
            var summary = StateCodec.Summary.of(record.state());
            return Optional.of(moving(
                    stripe,
                    found.message(),
                    outcome -> new Append(RecordHeader.STATE, FieldWriter.of(meta), outcome),
                    to -> index.put(to, record.number(), summary)));
        }
    }

    private CompletableFuture<@Nullable Void> moving(
            Stripe stripe, long message, Function<Append.Outcome, Append> append, Consumer<Index.Place> arrive) {
        var result = new CompletableFuture<@Nullable Void>();
        var flight = new Flight();
        flight.count = 1;
        flight.moving = result;
        stripe.flights.put(message, flight);
        journal.submit(append.apply(new Append.Outcome() {
            @Override
            public void placed(Index.Place place) {
                arrive.accept(place);
            }

            @Override
            public void done(@Nullable QueueStoreException fault) {
                synchronized (stripe) {
                    flight.moving = null;
                    land(stripe, message, flight);
                }
                if (fault == null) {
                    result.complete(null);
                } else {
                    result.completeExceptionally(fault);
                }
            }
        }));
        return result;
    }

    /** Writes the word of a mail's end anew, if it is still needed. */
    Optional<CompletableFuture<@Nullable Void>> moveRemoval(Removal removal) {
        boolean isNeeded = index.withSegments(segments -> segments.has(removal.base()));
        if (!isNeeded) {
            return Optional.empty();
        }
        var result = new CompletableFuture<@Nullable Void>();
        journal.submit(new Append(RecordHeader.REMOVAL, removal.write(), new Append.Outcome() {
            @Override
            public void placed(Index.Place place) {
                var _ = index.remove(place.segment(), removal.base(), removal.number());
            }

            @Override
            public void done(@Nullable QueueStoreException fault) {
                if (fault == null) {
                    result.complete(null);
                } else {
                    result.completeExceptionally(fault);
                }
            }
        }));
        return Optional.of(result);
    }
}
