package org.tarishi.core.server;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Moment;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Notes;
import org.tarishi.api.Reply;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.TransactionOutcome;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.RdnsResult;
import org.tarishi.api.outbound.BounceDecision;
import org.tarishi.api.outbound.Deferral;
import org.tarishi.api.outbound.Delivered;
import org.tarishi.api.outbound.Failure;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.RetryDecision;
import org.tarishi.api.outbound.SendDecision;
import org.tarishi.core.spi.Admission;
import org.tarishi.core.spi.Authentication;
import org.tarishi.core.spi.BodyFeed;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.Hooks;
import org.tarishi.core.spi.LiveNotes;
import org.tarishi.core.spi.LiveResults;
import org.tarishi.core.spi.LiveSubmission;
import org.tarishi.core.spi.StoredNote;
import org.tarishi.core.spi.Subject;
import org.tarishi.core.spi.Trace;
import org.tarishi.core.spi.Verdict;

/** Answers as a test has scripted: at once, by the session's executor, or when the test says so. */
final class FakeHooks implements Hooks {

    /** When an answer comes. */
    enum Timing {
        AT_ONCE,
        LATER,
        WHEN_TOLD
    }

    final Map<Moment, Function<Subject, HookResult>> answers = new ConcurrentHashMap<>();
    final Map<String, CommandResult> verbs = new ConcurrentHashMap<>();
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    final List<String> events = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger released = new AtomicInteger();

    volatile Timing timing = Timing.AT_ONCE;
    volatile RdnsResult name = RdnsResult.CONTINUE;
    volatile CommandResult command = CommandResult.CONTINUE;
    volatile @Nullable Reply refusal;
    volatile @Nullable Reply refusedBegin;
    volatile @Nullable HookResult bodyAnswer;
    volatile boolean bodyFull;
    volatile boolean listening;
    final Map<String, FakeResults> results = new ConcurrentHashMap<>();
    volatile Runnable makingNotes = () -> {};
    final StringBuilder body = new StringBuilder();

    /** The mechanisms that are installed; with none nobody has a say at AUTH. */
    volatile List<String> mechanisms = List.of();

    volatile FakeAuthentication.Trouble trouble = FakeAuthentication.Trouble.NONE;

    private final Queue<Runnable> held = new ArrayDeque<>();

    void on(Moment moment, HookResult result) {
        answers.put(moment, _ -> result);
    }

    /** Gives the oldest answer that is held; false when there is none. */
    boolean answer() {
        Runnable next;
        synchronized (held) {
            next = held.poll();
        }
        if (next != null) {
            next.run();
        }
        return next != null;
    }

    int waiting() {
        synchronized (held) {
            return held.size();
        }
    }

    private void give(Executor turn, Runnable answer) {
        switch (timing) {
            case AT_ONCE -> answer.run();
            case LATER -> turn.execute(answer);
            case WHEN_TOLD -> {
                synchronized (held) {
                    held.add(() -> turn.execute(answer));
                }
            }
        }
    }

    @Override
    public Generation current() {
        return new FakeGeneration(false);
    }

    @Override
    public Generation current(SmtpConnection connection) {
        return current();
    }

    @Override
    public void begin(SmtpConnection connection, Executor turn, Consumer<Admission> then) {
        begin(turn, then);
    }

    @Override
    public Optional<Reply> refusal() {
        return Optional.ofNullable(refusal);
    }

    @Override
    public void begin(Executor turn, Consumer<Admission> then) {
        var no = refusedBegin;
        Admission admission = no != null ? new Admission.Refused(no) : new Admission.Admitted(new FakeGeneration(true));
        if (no == null) {
            begun.incrementAndGet();
        }
        give(turn, () -> then.accept(admission));
    }

    @Override
    public Notes newNotes() {
        makingNotes.run();
        return new FakeNotes();
    }

    @Override
    public LiveNotes newNotes(Map<String, StoredNote> kept) {
        throw new UnsupportedOperationException("no session asks for that");
    }

    @Override
    public LiveResults newResults(String id) {
        var made = new FakeResults();
        results.put(id, made);
        return made;
    }

    @Override
    public Notes copyOf(Notes notes) {
        var copy = new FakeNotes();
        copy.values.putAll(((FakeNotes) notes).values);
        return copy;
    }

    @Override
    public LiveResults copyOf(LiveResults results) {
        return ((FakeResults) results).copy();
    }

    @Override
    public boolean isListeningToResults() {
        return listening;
    }

    @Override
    public void opened(SmtpConnection connection) {
        events.add("opened");
    }

    @Override
    public void closed(SmtpConnection connection) {
        events.add("closed");
    }

    private final class FakeGeneration implements Generation {

        private final boolean isHeld;
        private boolean isReleased;

        FakeGeneration(boolean isHeld) {
            this.isHeld = isHeld;
        }

        @Override
        public boolean isEmpty(Moment moment) {
            return switch (moment) {
                case LOOKUP_RDNS -> name.equals(RdnsResult.CONTINUE);
                case UNRECOGNIZED_COMMAND -> command.equals(CommandResult.CONTINUE);
                case AUTH -> mechanisms.isEmpty();
                default -> !answers.containsKey(moment);
            };
        }

        @Override
        public void askSubmit(LiveSubmission submission, Executor turn, Consumer<Verdict<HookResult>> then) {
            throw new UnsupportedOperationException("the queue asks that");
        }

        @Override
        public void askSend(OutboundMail mail, Executor turn, Consumer<Verdict<SendDecision>> then) {
            throw new UnsupportedOperationException("the queue asks that");
        }

        @Override
        public void askRoute(OutboundMail mail, Executor turn, Consumer<Verdict<MxResult>> then) {
            throw new UnsupportedOperationException("the queue asks that");
        }

        @Override
        public void askDeferred(
                OutboundMail mail, Deferral deferral, Executor turn, Consumer<Verdict<RetryDecision>> then) {
            throw new UnsupportedOperationException("the queue asks that");
        }

        @Override
        public void askBounce(
                OutboundMail mail, Failure failure, Executor turn, Consumer<Verdict<BounceDecision>> then) {
            throw new UnsupportedOperationException("the queue asks that");
        }

        @Override
        public void delivered(OutboundMail mail, Delivered delivered) {
            throw new UnsupportedOperationException("the queue tells that");
        }

        @Override
        public void ask(Moment moment, Subject subject, Executor turn, Consumer<Verdict<HookResult>> then) {
            if (isReleased) {
                throw new IllegalStateException("asked behind release");
            }
            asked.add(moment.key());
            var answer = answers.getOrDefault(moment, _ -> HookResult.CONTINUE);
            give(turn, () -> {
                var result = answer.apply(subject);
                var trace = subject.trace();
                if (trace != null) {
                    trace.heard(moment, "scripted", new Trace.Outcome.Answered(result), 1_500);
                }
                then.accept(new Verdict<>(result, "scripted", false));
            });
        }

        @Override
        public void askName(Subject subject, Executor turn, Consumer<Verdict<RdnsResult>> then) {
            give(turn, () -> then.accept(new Verdict<>(name, "scripted", false)));
        }

        @Override
        public void askCommand(Subject subject, Executor turn, Consumer<Verdict<CommandResult>> then) {
            give(turn, () -> then.accept(new Verdict<>(command, "scripted", false)));
        }

        @Override
        public boolean hasVerb(String verb) {
            return verbs.containsKey(verb);
        }

        @Override
        public void askVerb(String verb, Subject subject, Executor turn, Consumer<Verdict<CommandResult>> then) {
            var answer = verbs.getOrDefault(verb, CommandResult.CONTINUE);
            give(turn, () -> then.accept(new Verdict<>(answer, "scripted", false)));
        }

        @Override
        public void askMechanisms(Subject subject, Executor turn, Consumer<List<String>> then) {
            var there = mechanisms;
            give(turn, () -> then.accept(there));
        }

        @Override
        public Authentication authenticate(String mechanism, Subject subject, Authentication.Gate gate) {
            return new FakeAuthentication(mechanism, gate, trouble, FakeHooks.this::give);
        }

        @Override
        public Optional<BodyFeed> openBody(Subject subject) {
            return bodyAnswer == null ? Optional.empty() : Optional.of(new FakeFeed());
        }

        @Override
        public void ended(Transaction tx, TransactionOutcome outcome) {
            if (!isHeld || isReleased) {
                throw new IllegalStateException("no transaction of these chains");
            }
            events.add("ended " + outcome);
        }

        @Override
        public void release() {
            if (!isHeld || isReleased) {
                throw new IllegalStateException("released twice, or never held");
            }
            isReleased = true;
            released.incrementAndGet();
        }
    }

    private final class FakeFeed implements BodyFeed {
        @Override
        public boolean feed(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                body.append((char) bytes.get());
            }
            return !bodyFull;
        }

        @Override
        public void whenReady(Executor turn, Runnable action) {
            turn.execute(action);
        }

        @Override
        public void end(Executor turn, Consumer<Verdict<HookResult>> then) {
            var answer = bodyAnswer;
            give(
                    turn,
                    () -> then.accept(new Verdict<>(answer == null ? HookResult.CONTINUE : answer, "scripted", false)));
        }

        @Override
        public void abort() {
            events.add("body aborted");
        }
    }

    private static final class FakeNotes implements Notes {
        private final Map<String, Object> values = new HashMap<>();

        @Override
        public <T> Optional<T> get(NoteKey<T> key) {
            return Optional.ofNullable(values.get(key.name()))
                    .filter(key.type()::isInstance)
                    .map(key.type()::cast);
        }

        @Override
        public <T> void put(NoteKey<T> key, T value) {
            values.put(key.name(), value);
        }

        @Override
        public <T> void putIfAbsent(NoteKey<T> key, T value) {
            values.putIfAbsent(key.name(), value);
        }

        @Override
        public void remove(NoteKey<?> key) {
            values.remove(key.name());
        }

        @Override
        public Set<String> names() {
            return new TreeSet<>(values.keySet());
        }
    }
}
