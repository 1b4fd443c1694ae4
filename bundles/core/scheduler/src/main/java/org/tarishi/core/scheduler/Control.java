package org.tarishi.core.scheduler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.service.QueueControl;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.QueueControlBackend;
import org.tarishi.core.spi.QueueQuery;
import org.tarishi.core.spi.QueueStore;
import org.tarishi.core.spi.QueueStoreException;
import org.tarishi.core.spi.QueuedMail;
import org.tarishi.core.spi.RecipientState.Standing;

/**
 * Looks into the queue and steers it, for operators and plugins. Blocks; any thread.
 *
 * <p>A search walks over what the store knows without the disk, some hundred mails at a time, and reads only those that may match; what
 * it finds is dealt with a thousand at a time. So neither memory nor a lock grows with the queue.
 */
final class Control implements QueueControlBackend {

    /** Why a mail is held that an operator holds. */
    static final String BY_OPERATOR = "by an operator";

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.queue");
    /** Mail that is given up goes nowhere, and waits for no destination that is paused or at rest. */
    private static final String NOWHERE = "";

    private static final int STEP = 500;
    private static final int BATCH = 1000;

    private final QueueStore store;
    private final Dispatcher dispatcher;
    private final Pauses pauses;
    private final Events events;
    private final Clock clock;

    Control(QueueStore store, Dispatcher dispatcher, Pauses pauses, Events events, Clock clock) {
        this.store = store;
        this.dispatcher = dispatcher;
        this.pauses = pauses;
        this.events = events;
        this.clock = clock;
    }

    // ---- looking ----

    private record Numbers(long scheduled, long active, long deferred, long held, long total)
            implements QueueControl.Stats {

        @Override
        public long count(QueueControl.State state) {
            return switch (state) {
                case SCHEDULED -> scheduled;
                case ACTIVE -> active;
                case DEFERRED -> deferred;
                case HELD -> held;
            };
        }
    }

    @Override
    public QueueControl.Stats stats() {
        var counts = new long[QueueControl.State.values().length];
        long[] total = {0};
        walk(row -> {
            total[0]++;
            switch (Filter.state(row.isHeld(), dispatcher.isActive(row.number()), row.failures())) {
                case SCHEDULED -> counts[0]++;
                case ACTIVE -> counts[1]++;
                case DEFERRED -> counts[2]++;
                case HELD -> counts[3]++;
            }
        });
        return new Numbers(counts[0], counts[1], counts[2], counts[3], total[0]);
    }

    private void walk(java.util.function.Consumer<QueueStore.Row> looker) {
        for (int at = 0; at >= 0; ) {
            at = store.visit(at, STEP, row -> {
                looker.accept(row);
                return true;
            });
        }
    }

    private record Found(QueuedMail mail, QueueControl.State state) implements QueueControl.Entry {

        @Override
        public String id() {
            return mail.id();
        }

        @Override
        public ReversePath sender() {
            return mail.sender();
        }

        @Override
        public List<Recipient> recipients() {
            var pending = new ArrayList<Recipient>();
            for (int i = 0; i < mail.recipients().size(); i++) {
                if (mail.state().recipients().get(i).standing() == Standing.PENDING) {
                    pending.add(mail.recipients().get(i));
                }
            }
            return pending;
        }

        @Override
        public String domain() {
            return mail.domain();
        }

        @Override
        public Instant queuedAt() {
            return mail.queuedAt();
        }

        @Override
        public Instant due() {
            return mail.state().due();
        }

        @Override
        public int failures() {
            return mail.state().failures();
        }

        @Override
        public long size() {
            return mail.size();
        }

        @Override
        public Optional<String> lastReply() {
            return Filter.lastReply(mail);
        }
    }

    private Found found(QueuedMail mail) {
        return new Found(
                mail,
                Filter.state(
                        mail.state().held() != null,
                        dispatcher.isActive(mail.number()),
                        mail.state().failures()));
    }

    @Override
    public List<QueueControl.Entry> find(QueueQuery query, int limit) {
        return mails(query, limit).stream()
                .map(mail -> (QueueControl.Entry) found(mail))
                .toList();
    }

    /** Returns the oldest mails that match, oldest first. */
    List<QueuedMail> mails(QueueQuery query, int limit) {
        if (limit < 1) {
            return List.of();
        }
        var filter = new Filter(query);
        // the youngest of the oldest stands first, and goes when an older one comes
        var oldest = new PriorityQueue<>(Comparator.comparing(QueuedMail::queuedAt)
                .thenComparingLong(QueuedMail::number)
                .reversed());
        var now = clock.instant();
        select(
                query,
                row -> oldest.size() < limit
                        || row.queuedAt() <= oldest.element().queuedAt().toEpochMilli(),
                batch -> {
                    for (var number : batch) {
                        read(number)
                                .filter(mail -> filter.matches(mail, dispatcher.isActive(number), now))
                                .ifPresent(mail -> {
                                    oldest.add(mail);
                                    if (oldest.size() > limit) {
                                        oldest.remove();
                                    }
                                });
                    }
                });
        var all = new ArrayList<>(oldest);
        all.sort(Comparator.comparing(QueuedMail::queuedAt).thenComparingLong(QueuedMail::number));
        return all;
    }

    @Override
    public Optional<QueueControl.Entry> get(String id) {
        return mail(id).map(this::found);
    }

    /** Returns one mail. */
    Optional<QueuedMail> mail(String id) {
        try {
            return store.find(id).flatMap(this::read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<QueuedMail> read(long number) {
        try {
            return store.read(number);
        } catch (IOException e) {
            LOG.warn("mail {} can't be read and is left out: {}", number, e.toString());
            return Optional.empty();
        }
    }

    // ---- steering ----

    /** Is given numbers that may match, some at a time. */
    private interface Batches {
        void take(List<Long> numbers);
    }

    private void select(QueueQuery query, java.util.function.Predicate<QueueStore.Row> also, Batches batches) {
        var filter = new Filter(query);
        var now = clock.instant();
        var batch = new ArrayList<Long>();
        for (int at = 0; at >= 0; ) {
            at = store.visit(at, STEP, row -> {
                if (also.test(row) && filter.mayMatch(row, dispatcher.isActive(row.number()), now)) {
                    batch.add(row.number());
                }
                return true;
            });
            if (batch.size() >= BATCH || (at < 0 && !batch.isEmpty())) {
                batches.take(List.copyOf(batch));
                batch.clear();
            }
        }
    }

    /** Does something to all that match; returns to how many. */
    private int each(QueueQuery query, Function<Set<Long>, Integer> deed) {
        var filter = new Filter(query);
        var now = clock.instant();
        int[] count = {0};
        select(query, row -> true, batch -> {
            var numbers = new HashSet<Long>();
            for (var number : batch) {
                if (filter.isPlain()
                        || read(number)
                                .map(mail -> filter.matches(mail, dispatcher.isActive(number), now))
                                .orElse(false)) {
                    numbers.add(number);
                }
            }
            if (!numbers.isEmpty()) {
                count[0] += deed.apply(numbers);
            }
        });
        return count[0];
    }

    /** Returns how many mails match. */
    int count(QueueQuery query) {
        return each(query, Set::size);
    }

    @Override
    public int retry(QueueQuery query) {
        var domain = query.domain();
        if (query.equals(QueueQuery.ALL)) {
            return dispatcher.retry((String) null);
        }
        if (domain != null && query.equals(QueueQuery.ALL.domain(domain))) {
            return dispatcher.retry(domain.strip().toLowerCase(java.util.Locale.ROOT));
        }
        return each(query, numbers -> dispatcher.retry(numbers::contains));
    }

    /** Changes mails that are not being tried; waits until all of it is safe; returns to how many it happened. */
    private int change(Set<Long> numbers, Function<Long, CompletionStage<?>> deed) {
        var stages = new ArrayList<CompletionStage<?>>();
        for (var number : numbers) {
            stages.add(deed.apply(number));
        }
        int done = 0;
        QueueStoreException refused = null;
        for (var stage : stages) {
            try {
                var _ = stage.toCompletableFuture().join();
                done++;
            } catch (CompletionException e) {
                if (!(Asked.cause(e) instanceof QueueStoreException failure)) {
                    throw e;
                }
                if (failure.reason() != QueueStoreException.Reason.GONE) {
                    refused = failure;
                }
            }
        }
        if (refused != null) {
            throw new UncheckedIOException(refused);
        }
        return done;
    }

    private Set<Long> idle(Set<Long> numbers, Start.Afterwards afterwards) {
        var busy = dispatcher.take(numbers, afterwards);
        var rest = new HashSet<>(numbers);
        rest.removeAll(busy);
        return rest;
    }

    private void tell(long number, String event) {
        read(number).ifPresent(mail -> events.told(mail, event, BY_OPERATOR));
    }

    @Override
    public int hold(QueueQuery query) {
        return each(query, numbers -> {
            var idle = idle(numbers, Start.Afterwards.HOLD);
            int held = change(idle, number -> {
                tell(number, "held");
                return store.update(number, state -> state.held() == null ? state.withHeld(BY_OPERATOR) : state);
            });
            return held + numbers.size() - idle.size();
        });
    }

    @Override
    public int release(QueueQuery query) {
        return each(query.state(QueueControl.State.HELD), numbers -> {
            var idle = idle(numbers, Start.Afterwards.GO_ON);
            return change(idle, number -> {
                tell(number, "released");
                return store.update(
                                number,
                                state -> state.withHeld(null)
                                        .withDue(clock.instant())
                                        .withFacts(Facts.with(state.facts(), Facts.HELD_UNTIL, null)))
                        .thenApply(state -> enqueue(number, null));
            });
        });
    }

    @Override
    public int bounce(QueueQuery query) {
        return each(query, numbers -> {
            var idle = idle(numbers, Start.Afterwards.BOUNCE);
            int given = change(
                    idle,
                    number -> store.update(number, Control::givenUp).thenApply(state -> enqueue(number, NOWHERE)));
            return given + numbers.size() - idle.size();
        });
    }

    private static MailState givenUp(MailState state) {
        var facts = Facts.with(Facts.with(state.facts(), Facts.HELD_UNTIL, null), Facts.GIVEN_UP, "1");
        return state.withHeld(null).withFacts(facts);
    }

    /**
     * Puts a mail among those that are due; it is in no other place.
     *
     * @param domain where it is to wait for its turn, null for its destination
     */
    private boolean enqueue(long number, @Nullable String domain) {
        read(number)
                .ifPresent(mail -> dispatcher.add(new Agenda.Ready(
                        number,
                        domain == null ? mail.domain() : domain,
                        Envelope.senderHash(mail.sender()),
                        mail.state().priority())));
        return true;
    }

    @Override
    public int drop(QueueQuery query) {
        return each(query, numbers -> {
            var idle = idle(numbers, Start.Afterwards.DROP);
            int dropped = change(idle, number -> {
                tell(number, "dropped");
                return store.remove(number);
            });
            return dropped + numbers.size() - idle.size();
        });
    }

    @Override
    public String pause(QueueQuery query) {
        try {
            return pauses.pause(query);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean resume(String pauseId) {
        try {
            return pauses.resume(pauseId);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Pauses.One> pauses() {
        return pauses.list();
    }

    /** Returns where a mail stands. */
    QueueControl.State stateOf(QueuedMail mail) {
        return found(mail).state();
    }

    List<Destination> destinations(int most) {
        return dispatcher.destinations(most);
    }

    QueueStore store() {
        return store;
    }
}
