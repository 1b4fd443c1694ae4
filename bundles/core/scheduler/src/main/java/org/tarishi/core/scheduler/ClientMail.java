package org.tarishi.core.scheduler;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tarishi.api.Notes;
import org.tarishi.api.Recipients;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Text;
import org.tarishi.api.Transaction;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.LiveSubmission;
import org.tarishi.core.spi.OutboundQueue;
import org.tarishi.core.spi.QueueStore;
import org.tarishi.core.spi.QueueStoreException;

/** Queues messages of clients that may relay. Any thread; nothing blocks. */
final class ClientMail implements OutboundQueue {

    private static final String ORIGIN = "smtp";

    /** RFC 8689 section 2. */
    private static final String REQUIRE_TLS = "REQUIRETLS";

    private final QueueStore store;
    private final Submissions submissions;
    private final Supplier<Settings> settings;

    ClientMail(QueueStore store, Submissions submissions, Supplier<Settings> settings) {
        this.store = store;
        this.submissions = submissions;
        this.settings = settings;
    }

    @Override
    public void submit(
            Transaction tx, LiveMessage message, Generation generation, Executor turn, Consumer<Submitted> then) {
        var facts = new HashMap<String, String>();
        tx.connection().user().ifPresent(user -> facts.put(Facts.USER, Text.escaped(user)));
        tx.connection().hello().ifPresent(hello -> facts.put(Facts.HELLO, Text.escaped(hello.name())));
        var particulars = new Submissions.Particulars(
                Map.copyOf(facts), tx.sender().parameters().has(REQUIRE_TLS), false);
        submissions.submit(new Client(tx, message), particulars, generation, turn, then);
    }

    @Override
    public Optional<Reply> refusal() {
        return store.refusal().map(QueueStoreException.Reason::reply);
    }

    @Override
    public int fullness() {
        return store.fullness();
    }

    @Override
    public Duration longestHold() {
        return settings.get().longestHold();
    }

    @Override
    public boolean hasPriorities() {
        return settings.get().priorities();
    }

    /** A submission of a transaction: what that has is its own. */
    private record Client(Transaction tx, LiveMessage message) implements LiveSubmission {

        @Override
        public String id() {
            return tx.id();
        }

        @Override
        public ReversePath sender() {
            return tx.sender();
        }

        @Override
        public void replaceSender(ReversePath sender) {
            tx.replaceSender(sender);
        }

        @Override
        public Recipients recipients() {
            return tx.recipients();
        }

        @Override
        public Notes notes() {
            return tx.notes();
        }

        @Override
        public Optional<Transaction> transaction() {
            return Optional.of(tx);
        }

        @Override
        public String origin() {
            return ORIGIN;
        }
    }
}
