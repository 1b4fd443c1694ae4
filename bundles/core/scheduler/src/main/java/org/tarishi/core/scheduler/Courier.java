package org.tarishi.core.scheduler;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.tarishi.api.Moment;
import org.tarishi.api.Notes;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.SendDecision;
import org.tarishi.core.scheduler.LimitRule.Scope;
import org.tarishi.core.spi.Admission;
import org.tarishi.core.spi.DeliveryAgent.Reach;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.Hooks;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.MessageStore;
import org.tarishi.core.spi.QueueStore;
import org.tarishi.core.spi.QueuedMail;
import org.tarishi.core.spi.Verdict;

/**
 * Carries one attempt out, from leave to outcome, in one straight line on a virtual thread.
 *
 * <p>The mail is read, plugins are asked, a way is found, the agent tries, the {@link Clerk} writes down what came of it; and only when
 * that is safe the dispatcher hears of it. Whatever goes wrong on the way, the mail stays where it is and comes again.
 */
final class Courier {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.queue");

    /** How long a mail waits for what is not its fault: an absent bundle, a fault of ours, a record that can't be read. */
    static final Duration ABSENT = Duration.ofSeconds(30);

    /** How long a mail waits when this host has no connection for it. */
    private static final Duration CROWDED = Duration.ofSeconds(5);

    static final Duration FAULT = Duration.ofMinutes(5);

    /** Mails with notes of plugins in memory; those of the mails that were dealt with longest ago are forgotten. */
    private static final int MOST_NOTES = 100_000;

    private final Parts parts;
    private final QueueStore store;
    private final Dispatcher dispatcher;
    private final Pauses pauses;
    private final Clerk clerk;
    private final Events events;
    private final Map<Long, Notes> notes = new LinkedHashMap<>(16, 0.75f, true) {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Notes> eldest) {
            return size() > MOST_NOTES;
        }
    };

    Courier(Parts parts, QueueStore store, Dispatcher dispatcher, Pauses pauses, Clerk clerk, Events events) {
        this.parts = parts;
        this.store = store;
        this.dispatcher = dispatcher;
        this.pauses = pauses;
        this.clerk = clerk;
        this.events = events;
    }

    /** Carries it out; the dispatcher has heard of its end when this returns, whatever happens. */
    void run(Start start) {
        var end = new End(start, dispatcher);
        try {
            var read = store.read(start.mail().number());
            if (read.isEmpty()) {
                end.gone(Dispatcher.Ending.NONE);
                return;
            }
            MDC.put("id", read.get().id());
            carry(start, read.get(), end);
        } catch (IOException e) {
            LOG.error("a mail can't be read, and is kept: {}", e.toString());
        } catch (InterruptedException e) {
            // the server stops; what was not written down is tried again after the next start
            Thread.currentThread().interrupt();
        } catch (RuntimeException | ExecutionException | LinkageError e) {
            LOG.error("an attempt failed by a fault of this server; the mail is kept", e);
        } finally {
            end.otherwise(FAULT);
            MDC.remove("id");
        }
    }

    /** The end of an attempt, told to the dispatcher once. */
    static final class End {
        private final Start start;
        private final Dispatcher dispatcher;
        private boolean isTold;

        End(Start start, Dispatcher dispatcher) {
            this.start = start;
            this.dispatcher = dispatcher;
        }

        Start start() {
            return start;
        }

        void gone(Dispatcher.Ending ending) {
            isTold = true;
            dispatcher.ended(start, ending);
        }

        void again(Dispatcher.Ending ending, Duration wait, int priority) {
            isTold = true;
            dispatcher.ended(start, ending, wait.toNanos(), false, priority);
        }

        /** The mail comes again at a time that nobody but an operator's word on it makes earlier. */
        void future(Duration wait) {
            isTold = true;
            dispatcher.ended(
                    start,
                    Dispatcher.Ending.NONE,
                    wait.toNanos(),
                    true,
                    start.mail().priority());
        }

        void parked() {
            isTold = true;
            dispatcher.parked(start);
        }

        void back(Scope scope, long nanos) {
            isTold = true;
            dispatcher.back(start, scope, nanos);
        }

        private void otherwise(Duration wait) {
            if (!isTold) {
                again(Dispatcher.Ending.NONE, wait, start.mail().priority());
            }
        }
    }

    private void carry(Start start, QueuedMail queued, End end)
            throws IOException, InterruptedException, ExecutionException {
        var held = queued.state().held();
        if (held != null) {
            held(queued, end);
            return;
        }
        var hooks = parts.hooks();
        var messages = parts.messages();
        if (hooks == null || messages == null) {
            end.again(Dispatcher.Ending.NONE, ABSENT, queued.state().priority());
            return;
        }
        boolean isGivenUp = queued.state().facts().containsKey(Facts.GIVEN_UP);
        if (!isGivenUp && pauses.stops(queued, null, events.now())) {
            end.parked();
            return;
        }
        Admission admission = Asked.get(then -> hooks.begin(Runnable::run, then));
        switch (admission) {
            case Admission.Refused(var reply) -> {
                events.putOff(queued, ABSENT, reply.toString());
                end.again(Dispatcher.Ending.NONE, ABSENT, queued.state().priority());
            }
            case Admission.Admitted(var generation) -> {
                try (var mail = live(hooks, messages, queued)) {
                    carry(start, mail, generation, end);
                } finally {
                    generation.release();
                }
            }
        }
    }

    /** Held mail comes here only when it was held meanwhile, or to see whether its time is over. */
    private void held(QueuedMail queued, End end) throws InterruptedException, ExecutionException {
        var until = heldUntil(queued.state());
        if (until.isEmpty()) {
            end.gone(Dispatcher.Ending.NONE);
            return;
        }
        long left = until.get() - events.now().toEpochMilli();
        if (left > 0) {
            end.future(Duration.ofMillis(left));
            return;
        }
        Asked.get(store.remove(queued.number()));
        events.told(queued, "dropped", "was held long enough: " + queued.state().held());
        end.gone(Dispatcher.Ending.NONE);
    }

    /** Returns until when a held mail is kept, in milliseconds since 1970; nothing for ever. */
    static Optional<Long> heldUntil(MailState state) {
        try {
            return Optional.ofNullable(state.facts().get(Facts.HELD_UNTIL)).map(Long::valueOf);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private LiveMail live(Hooks hooks, MessageStore messages, QueuedMail queued) {
        return new LiveMail(
                queued,
                memory(hooks, queued.number()),
                hooks.newNotes(queued.state().notes()),
                () -> {
                    var content = store.open(queued.number())
                            .orElseThrow(() -> new IOException("the message of " + queued.id() + " is gone"));
                    return messages.restore(content);
                });
    }

    private Notes memory(Hooks hooks, long number) {
        synchronized (notes) {
            var kept = notes.get(number);
            return kept == null ? hooks.newNotes() : kept;
        }
    }

    private void remember(LiveMail mail, boolean isOver) {
        synchronized (notes) {
            if (isOver || mail.notes().names().isEmpty()) {
                notes.remove(mail.queued().number());
            } else {
                notes.put(mail.queued().number(), mail.notes());
            }
        }
    }

    private void carry(Start start, LiveMail mail, Generation generation, End end)
            throws IOException, InterruptedException {
        // what an attempt before has come to may not be over yet
        if (clerk.paysFirst(mail) && clerk.pay(mail, end)) {
            return;
        }
        var rest = start.restReply();
        var outcome = mail.queued().state().facts().containsKey(Facts.GIVEN_UP)
                ? Optional.of(Outcome.same(mail, Replies.GIVEN_UP))
                : rest != null ? Optional.of(Outcome.same(mail, rest)) : attempt(start, mail, generation, end);
        if (outcome.isPresent()) {
            boolean isOver = clerk.settle(start, mail, outcome.get(), generation, end);
            remember(mail, isOver);
        }
    }

    /** Makes the attempt; nothing when there was none, and the dispatcher knows. */
    private Optional<Outcome> attempt(Start start, LiveMail mail, Generation generation, End end)
            throws InterruptedException {
        if (isLimited(start, mail, end) || isDelayed(mail, generation, end)) {
            return Optional.empty();
        }
        var agent = parts.agent();
        MxResult way = MxResult.CONTINUE;
        if (!generation.isEmpty(Moment.GET_MX)) {
            Verdict<MxResult> verdict = Asked.get(then -> generation.askRoute(mail, Runnable::run, then));
            way = verdict.answer();
        }
        if (way instanceof MxResult.Continue) {
            way = agent == null ? MxResult.defer(Replies.NO_AGENT) : agent.route(mail);
        }
        return switch (way) {
            case MxResult.Continue() -> Optional.of(Outcome.same(mail, Replies.NO_ROUTE));
            case MxResult.Bounce(var reply) -> Optional.of(Outcome.same(mail, reply));
            case MxResult.Defer(var reply) -> Optional.of(Outcome.same(mail, reply));
            case MxResult.Routes(var routes) -> {
                if (agent == null) {
                    yield Optional.of(Outcome.same(mail, Replies.NO_AGENT));
                }
                var first = routes.getFirst();
                if (pauses.stops(mail.queued(), first.host().orElse("localhost"), events.now())) {
                    end.parked();
                    yield Optional.empty();
                }
                if (isSourceLimited(start, first, end)) {
                    yield Optional.empty();
                }
                var outcome = tried(agent, mail, routes);
                if (outcome.attempt().reach() == Reach.NO_CONNECTION && !clerk.isTooOld(mail.queued())) {
                    events.putOff(mail.queued(), CROWDED, "no connection is free");
                    end.again(
                            Dispatcher.Ending.NONE,
                            CROWDED,
                            mail.queued().state().priority());
                    yield Optional.empty();
                }
                yield Optional.of(outcome);
            }
        };
    }

    private static Outcome tried(org.tarishi.core.spi.DeliveryAgent agent, LiveMail mail, List<Route> routes) {
        try {
            return Outcome.of(mail, agent.attempt(mail, mail.message(), routes));
        } catch (IOException e) {
            LOG.error("the message can't be read: {}", e.toString());
            return Outcome.same(mail, Replies.UNREADABLE);
        }
    }

    private boolean isLimited(Start start, LiveMail mail, End end) {
        var user = mail.queued().state().facts().get(Facts.USER);
        return isLimited(start, Scope.SENDER, Envelope.sender(mail.sender()), end)
                || isLimited(start, Scope.USER, user, end);
    }

    private boolean isSourceLimited(Start start, Route route, End end) {
        return isLimited(
                        start,
                        Scope.SOURCE,
                        route.bindAddress()
                                .map(java.net.InetAddress::getHostAddress)
                                .orElse(null),
                        end)
                || isLimited(
                        start,
                        Scope.POOL,
                        route.pool().map(name -> name.toLowerCase(Locale.ROOT)).orElse(null),
                        end);
    }

    private boolean isLimited(Start start, Scope scope, @Nullable String value, End end) {
        if (value == null || value.isEmpty()) {
            return false;
        }
        long wait = dispatcher.enter(start, scope, value);
        if (wait > 0) {
            end.back(scope, wait);
            return true;
        }
        return false;
    }

    private boolean isDelayed(LiveMail mail, Generation generation, End end) throws InterruptedException {
        if (generation.isEmpty(Moment.SEND_EMAIL)) {
            return false;
        }
        Verdict<SendDecision> verdict = Asked.get(then -> generation.askSend(mail, Runnable::run, then));
        if (!(verdict.answer() instanceof SendDecision.Delay(var time)) || clerk.isTooOld(mail.queued())) {
            return false;
        }
        events.putOff(mail.queued(), time, "by " + verdict.plugin());
        remember(mail, false);
        end.again(Dispatcher.Ending.NONE, time, mail.queued().state().priority());
        return true;
    }
}
