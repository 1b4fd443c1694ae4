package org.tarishi.core.scheduler;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Moment;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.hook.HookResult;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.LiveHeaders;
import org.tarishi.core.spi.LiveNotes;
import org.tarishi.core.spi.LiveSubmission;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.NewMessage;
import org.tarishi.core.spi.OutboundQueue.Submitted;
import org.tarishi.core.spi.QueueStore;
import org.tarishi.core.spi.QueueStoreException;
import org.tarishi.core.spi.Verdict;

/**
 * The way into the queue, the same for all: plugins are asked, the message is completed and split, and kept. Any thread; nothing blocks,
 * but that the store may copy a small message.
 */
final class Submissions {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.queue");
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT);
    private static final EnhancedStatus DONE = new EnhancedStatus(2, 0, 0);

    private final QueueStore store;
    private final Dispatcher dispatcher;
    private final Events events;
    private final Clock clock;
    private final Supplier<Settings> settings;
    private final String hostName;
    private final Set<Answer> underWay = ConcurrentHashMap.newKeySet();

    /**
     * Makes one.
     *
     * @param hostName what the system calls this host
     */
    Submissions(
            QueueStore store,
            Dispatcher dispatcher,
            Events events,
            Clock clock,
            Supplier<Settings> settings,
            String hostName) {
        this.store = store;
        this.dispatcher = dispatcher;
        this.events = events;
        this.clock = clock;
        this.settings = settings;
        this.hostName = hostName;
    }

    /**
     * What is said of a submission beside its envelope.
     *
     * @param facts what is kept with its mails
     * @param isTlsRequired whether they leave over TLS only
     * @param isOwed see {@link NewMessage}
     */
    record Particulars(Map<String, String> facts, boolean isTlsRequired, boolean isOwed) {}

    /** Who is told of a submission; while nothing is decided, the store is needed. */
    private final class Answer implements Consumer<Submitted> {

        private final Consumer<Submitted> told;

        Answer(Consumer<Submitted> told) {
            this.told = told;
        }

        void isDecided() {
            if (underWay.remove(this) && underWay.isEmpty()) {
                synchronized (Submissions.this) {
                    Submissions.this.notifyAll();
                }
            }
        }

        @Override
        public void accept(Submitted submitted) {
            isDecided();
            told.accept(submitted);
        }
    }

    /** Waits until nothing that was handed in is undecided, for a while. */
    synchronized void await(Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        for (long left = most.toMillis();
                !underWay.isEmpty() && left > 0;
                left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }

    /** Takes a submission; {@code told} is told once, by {@code turn}. The submission's message is changed, and stays its owner's. */
    void submit(
            LiveSubmission submission,
            Particulars particulars,
            Generation generation,
            Executor turn,
            Consumer<Submitted> told) {
        var then = new Answer(told);
        underWay.add(then);
        if (submission.message().headers().all("Received").size()
                > settings.get().maxHops()) {
            LOG.info(
                    "{} refused: more than {} Received fields",
                    submission.id(),
                    settings.get().maxHops());
            then.accept(new Submitted.Refused(Replies.LOOP));
            return;
        }
        if (generation.isEmpty(Moment.PRE_SEND_TRANS_EMAIL)) {
            keep(submission, particulars, turn, then);
            return;
        }
        generation.askSubmit(submission, turn, verdict -> heard(verdict, submission, particulars, turn, then));
    }

    private void heard(
            Verdict<HookResult> verdict,
            LiveSubmission submission,
            Particulars particulars,
            Executor turn,
            Answer then) {
        switch (verdict.answer()) {
            case HookResult.Continue _, HookResult.Ok _ -> keep(submission, particulars, turn, then);
            case HookResult.Refusal _, HookResult.Disconnect _ -> then.accept(new Submitted.Denied(verdict));
        }
    }

    private void keep(LiveSubmission submission, Particulars particulars, Executor turn, Answer then) {
        NewMessage message;
        try {
            message = message(submission, particulars);
        } catch (RuntimeException e) {
            LOG.error("{} could not be made ready for the queue", submission.id(), e);
            then.accept(new Submitted.Refused(Replies.FAULT));
            return;
        }
        if (message == null) {
            LOG.info("{} has no recipients left, nothing is queued", submission.id());
            then.accept(new Submitted.Queued(queued(submission.id())));
            return;
        }
        var _ = store.insert(message).handle((numbers, failure) -> {
            try {
                turn.execute(() -> then.accept(stored(message, numbers, failure)));
            } catch (RejectedExecutionException e) {
                LOG.debug("who handed in {} is gone", submission.id());
                stored(message, numbers, failure);
                then.isDecided();
            }
            return true;
        });
    }

    private Submitted stored(NewMessage message, @Nullable List<Long> numbers, @Nullable Throwable failure) {
        return failure == null && numbers != null
                ? taken(message, numbers)
                : new Submitted.Refused(refusal(message.id(), failure));
    }

    private static Reply queued(String id) {
        return Reply.of(250, DONE, "Message Queued (" + id + ")");
    }

    private static Reply refusal(String id, @Nullable Throwable failure) {
        var cause = failure == null ? null : Asked.cause(failure);
        if (cause instanceof QueueStoreException refused) {
            LOG.warn("{} is not queued: {}: {}", id, refused.reason(), refused.getMessage());
            return refused.reply();
        }
        LOG.error("{} is not queued", id, cause);
        return Replies.FAULT;
    }

    private Submitted taken(NewMessage message, List<Long> numbers) {
        var now = clock.instant();
        for (int i = 0; i < numbers.size(); i++) {
            var mail = message.mails().get(i);
            long size = 0;
            try {
                size = message.message().size();
            } catch (java.io.IOException e) {
                LOG.debug("{}: its size is not known", mail.id(), e);
            }
            events.queued(
                    mail.id(),
                    message.id(),
                    message.sender(),
                    mail.recipients(),
                    mail.domain(),
                    size,
                    message.origin());
            var ready = new Agenda.Ready(
                    numbers.get(i),
                    mail.domain(),
                    Envelope.senderHash(message.sender()),
                    mail.state().priority());
            dispatcher.add(ready, Duration.between(now, mail.state().due()).toNanos(), true);
        }
        return new Submitted.Queued(queued(message.id()));
    }

    /** Completes and splits; null when nobody is left to send it to. */
    private @Nullable NewMessage message(LiveSubmission submission, Particulars particulars) {
        var recipients = submission.recipients().all();
        if (recipients.isEmpty()) {
            return null;
        }
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var set = settings.get();
        complete(submission.message().headers(), submission.id(), now, set);
        var notes = submission.notes() instanceof LiveNotes live
                ? live.coded()
                : Map.<String, org.tarishi.core.spi.StoredNote>of();
        var sender = submission.sender();
        var mails = new ArrayList<NewMessage.Mail>();
        for (var part : Envelope.split(recipients, set.alwaysSplit())) {
            mails.add(mail(
                    submission.id() + "." + (mails.size() + 1),
                    part,
                    due(submission, now, set),
                    sender.priority().orElse(0),
                    particulars,
                    set));
        }
        return new NewMessage(
                submission.id(),
                sender,
                submission.message(),
                notes,
                submission.origin(),
                now,
                particulars.isOwed(),
                mails);
    }

    private static NewMessage.Mail mail(
            String id, List<Recipient> recipients, Instant due, int priority, Particulars particulars, Settings set) {
        var state = MailState.first(recipients.size(), due)
                .withPriority(set.priorities() ? priority : 0)
                .withTlsRequired(particulars.isTlsRequired())
                .withFacts(particulars.facts());
        return new NewMessage.Mail(id, Envelope.domain(recipients.getFirst()), recipients, state);
    }

    /** RFC 4865: how long the sender wants it held, as far as that was offered. */
    private static Instant due(LiveSubmission submission, Instant now, Settings set) {
        if (!set.longestHold().isPositive()) {
            return now;
        }
        var wanted = submission
                .sender()
                .holdFor()
                .map(now::plus)
                .or(submission.sender()::holdUntil)
                .orElse(now);
        var last = now.plus(set.longestHold());
        return wanted.isBefore(now) ? now : wanted.isAfter(last) ? last : wanted.truncatedTo(ChronoUnit.MILLIS);
    }

    /** RFC 5321 section 4.4 and RFC 6409 section 8: what a message must have and a client may have left out. */
    private void complete(LiveHeaders headers, String id, Instant now, Settings set) {
        var date = DATE.format(now.atZone(ZoneId.systemDefault()));
        var messageId = headers.first("Message-ID").map(String::strip).orElse("");
        if (messageId.isEmpty() || messageId.equals("<>")) {
            headers.remove("Message-ID");
            headers.prepend(
                    "Message-ID", "<" + id + "@" + (set.hostname().isEmpty() ? hostName : set.hostname()) + ">");
        }
        if (headers.first("Date").map(String::isBlank).orElse(true)) {
            headers.remove("Date");
            headers.prepend("Date", date);
        }
        if (!set.received().isEmpty()) {
            headers.prependRaw(
                    ("Received: (" + set.received() + "); " + date + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
    }
}
