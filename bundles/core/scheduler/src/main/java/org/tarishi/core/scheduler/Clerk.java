package org.tarishi.core.scheduler;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Moment;
import org.tarishi.api.outbound.BounceDecision;
import org.tarishi.api.outbound.RetryDecision;
import org.tarishi.core.scheduler.Facts.Owed;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.QueueStore;
import org.tarishi.core.spi.QueueStoreException;
import org.tarishi.core.spi.QueuedMail;
import org.tarishi.core.spi.RecipientState;
import org.tarishi.core.spi.RecipientState.Standing;
import org.tarishi.core.spi.Verdict;

/**
 * Writes down what an attempt came to, and does what follows from it.
 *
 * <p>First the outcome is made safe, with what is owed to the sender; then the sender is told; then what is owed is struck out, or the
 * mail removed. The next attempt begins after that. So a crash at any point repeats no delivery that was written down, and loses no
 * notification.
 */
final class Clerk {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.queue");

    private static final Duration LATER = Duration.ofMinutes(1);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final QueueStore store;
    private final Notices notices;
    private final Events events;
    private final Clock clock;
    private final RandomGenerator random;
    private final Supplier<Settings> settings;
    private final Pause pause;

    /** Waits on this thread. */
    @FunctionalInterface
    interface Pause {
        void sleep(Duration time) throws InterruptedException;
    }

    Clerk(
            QueueStore store,
            Notices notices,
            Events events,
            Clock clock,
            RandomGenerator random,
            Supplier<Settings> settings,
            Pause pause) {
        this.store = store;
        this.notices = notices;
        this.events = events;
        this.clock = clock;
        this.random = random;
        this.settings = settings;
        this.pause = pause;
    }

    /** What becomes of the recipients that were refused for now. */
    private sealed interface Fate {

        /** They are tried again. */
        record Again(Duration pause) implements Fate {}

        /** They are given up, and their sender told. */
        record GivenUp(Owed why) implements Fate {}

        /** They are given up, and nobody told. */
        record Dropped() implements Fate {}
    }

    /**
     * Writes the outcome of an attempt down and does what follows.
     *
     * @return whether the mail is gone
     */
    boolean settle(Start start, LiveMail mail, Outcome outcome, Generation generation, Courier.End end)
            throws InterruptedException {
        var queued = mail.queued();
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        int failures = queued.state().failures() + (outcome.deferred().isEmpty() ? 0 : 1);
        var fate = fate(start, mail, outcome, failures, generation, now);
        var given = fate instanceof Fate.Again ? List.<Outcome.One>of() : outcome.deferred();
        boolean isFailed = !outcome.failed().isEmpty() || fate instanceof Fate.GivenUp;
        boolean isTold = isFailed && isToBeTold(mail, outcome, given, generation);
        var owed =
                queued.sender().isNull() ? Map.<Integer, Owed>of() : owed(mail, outcome, fate, failures, isTold, now);
        boolean isKept = isTold
                && queued.sender().isNull()
                && settings.get().keepDoubleBounces().isPositive();
        var wait = fate instanceof Fate.Again(var time) ? time : Duration.ZERO;

        UnaryOperator<MailState> change = state -> {
            var next = after(state, outcome, given, failures, now)
                    .withDue(now.plus(wait))
                    .withTlsRequired(state.tlsRequired() || mail.isTlsRequired())
                    .withNotes(
                            mail.keptNotes().revision() == 0
                                    ? state.notes()
                                    : mail.keptNotes().coded());
            var facts = new HashMap<>(state.facts());
            facts.remove(Facts.GIVEN_UP);
            var hop = outcome.attempt().hop();
            if (hop != null) {
                facts.put(Facts.HOP, hop.host());
            }
            if (!owed.isEmpty()) {
                var all = Facts.owed(facts);
                all.putAll(owed);
                facts.put(Facts.OWED, Facts.written(all));
            }
            if (owed.containsValue(Owed.DELAYED)) {
                facts.put(Facts.DELAY_TOLD, "1");
            }
            return next.withFacts(facts);
        };
        boolean isLast = outcome.deferred().size() == given.size();

        boolean owesNothing =
                owed.isEmpty() && Facts.owed(queued.state().facts()).isEmpty();

        if (isLast && owesNothing && !isKept) {
            removed(queued);
            tell(mail, outcome, failures, fate, generation);
            end.gone(outcome.ending());
            return true;
        }
        if (isKept) {
            hold(mail, outcome, given, change, now);
            tell(mail, outcome, failures, fate, generation);
            end.future(settings.get().keepDoubleBounces());
            return false;
        }
        var state = updated(queued, change);
        tell(mail, outcome, failures, fate, generation);
        if (state == null) {
            end.gone(outcome.ending());
            return true;
        }
        var paid = payOwed(mail, with(queued, state));
        if (paid == null) {
            end.gone(outcome.ending());
            return true;
        }
        return next(start, with(queued, paid), outcome.ending(), wait, end);
    }

    /** Goes on with what is left of a mail: removes it, holds it, or has it tried again. */
    private boolean next(Start start, QueuedMail queued, Dispatcher.Ending ending, Duration wait, Courier.End end)
            throws InterruptedException {
        var state = queued.state();
        if (state.pending() == 0) {
            if (!Facts.owed(state.facts()).isEmpty()) {
                end.again(ending, LATER, state.priority());
                return false;
            }
            removed(queued);
            end.gone(ending);
            return true;
        }
        switch (start.afterwards()) {
            case GO_ON -> end.again(ending, wait, state.priority());
            case HOLD -> {
                var _ = updated(queued, s -> s.withHeld(Control.BY_OPERATOR));
                end.gone(ending);
            }
            case DROP -> {
                removed(queued);
                events.told(queued, "dropped", Control.BY_OPERATOR);
                end.gone(ending);
                return true;
            }
            case BOUNCE -> {
                var _ = updated(queued, s -> s.withFacts(Facts.with(s.facts(), Facts.GIVEN_UP, "1")));
                end.again(ending, Duration.ZERO, state.priority());
            }
        }
        return false;
    }

    private static QueuedMail with(QueuedMail queued, @Nullable MailState state) {
        return state == null
                ? queued
                : new QueuedMail(
                        queued.number(),
                        queued.message(),
                        queued.id(),
                        queued.submission(),
                        queued.sender(),
                        queued.domain(),
                        queued.recipients(),
                        queued.origin(),
                        queued.queuedAt(),
                        queued.size(),
                        state);
    }

    // ---- what follows ----

    private Fate fate(Start start, LiveMail mail, Outcome outcome, int failures, Generation generation, Instant now)
            throws InterruptedException {
        if (outcome.deferred().isEmpty()) {
            return new Fate.Again(Duration.ZERO);
        }
        var set = settings.get();
        var wait = set.retries().after(failures, set.jitter(), random);
        if (wait.isEmpty() || isTooOld(mail.queued(), failures, now, set)) {
            return new Fate.GivenUp(Owed.EXPIRED);
        }
        if (start.afterwards() == Start.Afterwards.BOUNCE || generation.isEmpty(Moment.DEFERRED)) {
            return new Fate.Again(wait.get());
        }
        Verdict<RetryDecision> verdict =
                Asked.get(then -> generation.askDeferred(mail, outcome.deferral(wait.get()), Runnable::run, then));
        return switch (verdict.answer()) {
            case RetryDecision.In(var time) -> new Fate.Again(time);
            case RetryDecision.Fixed.ON_SCHEDULE -> new Fate.Again(wait.get());
            case RetryDecision.Fixed.DROP -> {
                events.told(mail.queued(), "dropped", "by " + verdict.plugin());
                yield new Fate.Dropped();
            }
        };
    }

    /** Tells whether a mail that is put off without a failure has had its time. */
    boolean isTooOld(QueuedMail queued) {
        return isTooOld(queued, queued.state().failures() + 1, clock.instant(), settings.get());
    }

    /** Age alone says little: the clock may have been set. A mail must also have been tried as often as half its time allows. */
    private static boolean isTooOld(QueuedMail queued, int failures, Instant now, Settings set) {
        return !now.isBefore(queued.queuedAt().plus(set.expiry()))
                && failures >= set.retries().attemptsWithin(set.expiry().dividedBy(2));
    }

    private Map<Integer, Owed> owed(
            LiveMail mail, Outcome outcome, Fate fate, int failures, boolean isTold, Instant now) {
        var owed = new HashMap<Integer, Owed>();
        if (isTold) {
            outcome.failed().forEach(one -> owed.put(one.place(), Owed.FAILED));
            if (fate instanceof Fate.GivenUp(var why)) {
                outcome.deferred().forEach(one -> owed.put(one.place(), why));
            }
        }
        var hop = outcome.attempt().hop();
        for (var one : outcome.delivered()) {
            if (Notices.wantsSuccess(one.recipient())) {
                if (hop != null && hop.route().isLmtp()) {
                    owed.put(one.place(), Owed.DELIVERED);
                } else if (hop == null || !hop.notifies()) {
                    owed.put(one.place(), Owed.RELAYED);
                }
            }
        }
        var notice = settings.get().delayNotice();
        var facts = mail.queued().state().facts();
        if (fate instanceof Fate.Again
                && notice.isPositive()
                && failures > 0
                && !facts.containsKey(Facts.DELAY_TOLD)
                && !now.isBefore(mail.queuedAt().plus(notice))) {
            outcome.deferred().stream()
                    .filter(one -> Notices.wantsDelay(one.recipient()))
                    .forEach(one -> owed.put(one.place(), Owed.DELAYED));
        }
        return owed;
    }

    private boolean isToBeTold(LiveMail mail, Outcome outcome, List<Outcome.One> given, Generation generation)
            throws InterruptedException {
        if (generation.isEmpty(Moment.BOUNCE)) {
            return true;
        }
        Verdict<BounceDecision> verdict =
                Asked.get(then -> generation.askBounce(mail, outcome.failure(given), Runnable::run, then));
        if (verdict.answer() == BounceDecision.Fixed.NONE) {
            events.told(mail.queued(), "untold", "by " + verdict.plugin());
            return false;
        }
        return true;
    }

    private static MailState after(
            MailState state, Outcome outcome, List<Outcome.One> given, int failures, Instant now) {
        var recipients = new ArrayList<>(state.recipients());
        var hop = outcome.attempt().hop();
        var host = hop == null ? null : hop.host();
        outcome.delivered()
                .forEach(one ->
                        recipients.set(one.place(), new RecipientState(Standing.DELIVERED, one.reply(), host, now)));
        outcome.failed()
                .forEach(one ->
                        recipients.set(one.place(), new RecipientState(Standing.FAILED, one.reply(), host, now)));
        outcome.deferred()
                .forEach(one ->
                        recipients.set(one.place(), new RecipientState(Standing.PENDING, one.reply(), host, now)));
        given.forEach(one -> recipients.set(one.place(), new RecipientState(Standing.FAILED, one.reply(), host, now)));
        return state.withRecipients(recipients).withFailures(failures);
    }

    /** Nobody is told of a mail without a sender; an operator shall see it for a while, with the recipients that failed. */
    private void hold(
            LiveMail mail, Outcome outcome, List<Outcome.One> given, UnaryOperator<MailState> change, Instant now)
            throws InterruptedException {
        var bad = new ArrayList<>(outcome.failed());
        bad.addAll(given);
        var until = now.plus(settings.get().keepDoubleBounces());
        var why = "double bounce: " + bad.getFirst().reply();
        var _ = updated(mail.queued(), state -> {
            var next = change.apply(state);
            var recipients = new ArrayList<>(next.recipients());
            bad.forEach(one -> {
                var was = recipients.get(one.place());
                recipients.set(one.place(), new RecipientState(Standing.PENDING, was.reply(), was.remote(), was.at()));
            });
            return next.withRecipients(recipients)
                    .withHeld(why)
                    .withDue(until)
                    .withFacts(Facts.with(next.facts(), Facts.HELD_UNTIL, Long.toString(until.toEpochMilli())));
        });
        events.told(mail.queued(), "held", why);
    }

    private void tell(LiveMail mail, Outcome outcome, int failures, Fate fate, Generation generation) {
        events.attempted(
                mail.queued(),
                outcome,
                mail.queued().state().failures() + 1,
                fate instanceof Fate.Again(var wait) && !outcome.deferred().isEmpty() ? wait : null);
        if (fate instanceof Fate.GivenUp) {
            events.told(mail.queued(), "expired", "after " + failures + " attempts");
        }
        if (!outcome.delivered().isEmpty()) {
            generation.delivered(mail, outcome.asDelivered(Duration.between(mail.queuedAt(), clock.instant())));
        }
    }

    // ---- what is owed ----

    /** Tells whether a mail comes from an attempt whose end was cut off: what is owed is paid before anything else. */
    boolean paysFirst(LiveMail mail) {
        var state = mail.queued().state();
        return state.pending() == 0 || !Facts.owed(state.facts()).isEmpty();
    }

    /**
     * Pays what an earlier attempt owes.
     *
     * @return whether that was all there was to do; the dispatcher knows then
     */
    boolean pay(LiveMail mail, Courier.End end) throws InterruptedException {
        var state = payOwed(mail, mail.queued());
        if (state == null) {
            end.gone(Dispatcher.Ending.NONE);
            return true;
        }
        if (state.pending() > 0) {
            return false;
        }
        next(end.start(), with(mail.queued(), state), Dispatcher.Ending.NONE, Duration.ZERO, end);
        return true;
    }

    /** Returns the state with nothing owed; or as it was, where it can't be paid now. */
    private @Nullable MailState payOwed(LiveMail mail, QueuedMail queued) throws InterruptedException {
        var owed = Facts.owed(queued.state().facts());
        if (owed.isEmpty()) {
            return queued.state();
        }
        if (notices.pay(mail, queued, owed) == Notices.Paid.LATER) {
            return queued.state();
        }
        UnaryOperator<MailState> paid = state -> state.withFacts(Facts.with(
                Facts.with(state.facts(), Facts.OWED, null),
                Facts.NOTICES,
                Integer.toString(Notices.notices(queued) + 1)));
        if (queued.state().pending() == 0) {
            // it is removed at once: nothing is to be struck out
            return paid.apply(queued.state());
        }
        return updated(queued, paid);
    }

    // ---- making it safe ----

    /** Does something to the store. */
    @FunctionalInterface
    private interface Write {
        CompletionStage<?> write();
    }

    private void removed(QueuedMail queued) throws InterruptedException {
        var _ = safe(queued, () -> store.remove(queued.number()));
    }

    private @Nullable MailState updated(QueuedMail queued, UnaryOperator<MailState> change)
            throws InterruptedException {
        return (MailState) safe(queued, () -> store.update(queued.number(), change));
    }

    /**
     * Writes until it is safe, and returns what came of it: while it is not, the mail counts as being tried, because another attempt would deliver it again.
     *
     * @return null when the mail is gone
     */
    private @Nullable Object safe(QueuedMail queued, Write write) throws InterruptedException {
        var wait = FIRST_PAUSE;
        while (true) {
            try {
                return Asked.get(write.write());
            } catch (ExecutionException e) {
                var cause = Asked.cause(e);
                if (cause instanceof QueueStoreException refused) {
                    if (refused.reason() == QueueStoreException.Reason.GONE) {
                        return null;
                    }
                    if (refused.reason() == QueueStoreException.Reason.CLOSED) {
                        throw new InterruptedException("the store is closed");
                    }
                }
                LOG.error(
                        "{}: what became of it can't be written down, and it is not tried before it is: {}",
                        queued.id(),
                        cause.toString());
                pause.sleep(wait);
                wait = wait.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wait.multipliedBy(2);
            }
        }
    }
}
