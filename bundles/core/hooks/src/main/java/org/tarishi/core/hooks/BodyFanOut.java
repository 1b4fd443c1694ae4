package org.tarishi.core.hooks;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.tarishi.api.Moment;
import org.tarishi.api.hook.HookResult;
import org.tarishi.core.spi.BodyFeed;
import org.tarishi.core.spi.Subject;
import org.tarishi.core.spi.Trace;
import org.tarishi.core.spi.Verdict;

/**
 * Feeds one message to all that want it as it arrives.
 *
 * <p>Each consumer has a virtual thread and a bounded number of waiting bytes; the copy of the bytes is shared. A consumer that fails
 * is fed no more and holds nobody up; what its failure counts as is answered at the end. Answers are taken in the order of the chain,
 * and with them the changes of those whose answer was needed.
 */
final class BodyFanOut implements BodyFeed {

    /** How many bytes may wait for one consumer before the feeder is to wait. */
    static final int MOST_WAITING = 256 * 1024;

    /** What each run of bytes costs beside its bytes; a client may send them one by one. */
    static final int RUN = 64;

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.plugins");

    private enum Phase {
        FEEDING,
        ENDED,
        ABORTED
    }

    private final Chains chains;
    private final Subject subject;
    private final String id;
    private final List<Feeding> feedings = new ArrayList<>();
    private final Object lock = new Object();
    private Phase phase = Phase.FEEDING;
    private int unfinished;
    private @Nullable Runnable ready;
    private @Nullable Runnable whenDone;

    /** Takes over one hold of the chains. */
    BodyFanOut(Chains chains, Link[] links, Subject subject) {
        this.chains = chains;
        this.subject = subject;
        this.id = subject.id();
        var tx = subject.transaction();
        var skipped = tx == null ? Set.<String>of() : tx.skippedPlugins();
        for (var link : links) {
            if (!skipped.contains(link.name())
                    && !skipped.contains(link.component().source().name().id())) {
                feedings.add(new Feeding(link));
            }
        }
        // the feeding itself counts, so that the hold is not given back before the feed has ended
        unfinished = feedings.size() + 1;
        feedings.forEach(Feeding::begin);
    }

    @Override
    public boolean feed(ByteBuffer bytes) {
        var copy = new byte[bytes.remaining()];
        bytes.get(copy);
        synchronized (lock) {
            if (phase != Phase.FEEDING) {
                throw new IllegalStateException("the feed has ended");
            }
            for (var feeding : feedings) {
                feeding.add(copy);
            }
            lock.notifyAll();
            return hasRoom();
        }
    }

    private boolean hasRoom() {
        for (var feeding : feedings) {
            if (feeding.waitingBytes >= MOST_WAITING) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void whenReady(Executor turn, Runnable action) {
        synchronized (lock) {
            if (!hasRoom()) {
                ready = () -> turn(turn, action);
                return;
            }
        }
        turn(turn, action);
    }

    private void turn(Executor turn, Runnable action) {
        try {
            turn.execute(action);
        } catch (RejectedExecutionException e) {
            LOG.debug("{} the session is gone, its feed stands still", id);
        }
    }

    @Override
    public void end(Executor turn, Consumer<Verdict<HookResult>> then) {
        finish(Phase.ENDED, () -> {
            var ask = new Answers(feedings);
            new Run<>(chains, ask, Moment.BODY, ask.links(), subject, turn, verdict -> {
                        feedings.forEach(feeding -> feeding.view.expire());
                        then.accept(verdict);
                    })
                    .hop();
        });
    }

    @Override
    public void abort() {
        finish(Phase.ABORTED, chains::unhold);
    }

    private void finish(Phase how, Runnable then) {
        boolean isDone;
        synchronized (lock) {
            if (phase != Phase.FEEDING) {
                if (how == Phase.ABORTED) {
                    return;
                }
                throw new IllegalStateException("the feed has ended");
            }
            phase = how;
            whenDone = then;
            isDone = --unfinished == 0;
            lock.notifyAll();
        }
        if (isDone) {
            then.run();
        }
    }

    private void oneIsDone() {
        Runnable then;
        synchronized (lock) {
            then = --unfinished == 0 ? whenDone : null;
        }
        wakeFeeder();
        if (then != null) {
            then.run();
        }
    }

    private void wakeFeeder() {
        Runnable action;
        synchronized (lock) {
            if (ready == null || !hasRoom()) {
                return;
            }
            action = ready;
            ready = null;
        }
        action.run();
    }

    /** What a consumer answered, as a step of the chain. */
    static final class Answers implements Question<HookResult> {

        private final List<Feeding> feedings;

        private Answers(List<Feeding> feedings) {
            this.feedings = feedings;
        }

        Link[] links() {
            return feedings.stream().map(feeding -> feeding.link).toArray(Link[]::new);
        }

        /** Takes the answer of one, and its changes with it; {@link Guard#FAULT} when it failed. */
        Object take(int at, Guard guard, @Nullable Trace trace) {
            var feeding = feedings.get(at);
            var outcome = feeding.take(guard);
            Run.trace(trace, feeding.link, outcome, feeding.fault, feeding.spent());
            return outcome;
        }

        @Override
        public @Nullable HookResult call(Entrance hook, Call call, @Nullable Object argument) {
            throw new IllegalStateException("its answer is there already");
        }

        @Override
        public HookResult meaning(HookResult answer) {
            return answer;
        }

        @Override
        public HookResult of(HookResult meaning) {
            return meaning;
        }
    }

    /** One consumer. */
    private final class Feeding implements Watched {

        private final Link link;
        private final Call view;
        private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
        private int waitingBytes;
        private boolean isOver;
        private Object answer = HookResult.CONTINUE;
        private volatile @Nullable Call call;

        /** What went wrong, and how long all calls took together; for who watches. */
        private volatile String fault = "";

        private long nanos;

        Feeding(Link link) {
            this.link = link;
            this.view = new Call(link, id, subject, true);
        }

        void begin() {
            if (!chains.engine().guard().mayCall(link)) {
                fault = "not called, breaker " + link.component().plugin().breaker();
                over(Guard.FAULT);
                return;
            }
            chains.engine().watchdog().watch(this);
            Errand.start(id + "/" + Moment.BODY.key() + "/" + link.name(), this::work);
        }

        void add(byte[] bytes) {
            if (!isOver) {
                waiting.add(bytes);
                waitingBytes += bytes.length + RUN;
            }
        }

        private void work() {
            try {
                MDC.put("id", id);
                MDC.put("plugin", link.name());
                feed();
            } catch (Throwable t) {
                LOG.error("feeding {} failed: {}", link.name(), Faults.text(t));
                over(Guard.FAULT);
            }
        }

        private void feed() throws InterruptedException {
            var opened = guarded((hook, c) -> (Optional<?>) hook.to("onBody").invokeExact(view.transaction()));
            if (opened == Guard.LOST) {
                return;
            }
            if (!(opened instanceof Optional<?> maybe) || maybe.isEmpty()) {
                over(opened == Guard.FAULT ? Guard.FAULT : HookResult.CONTINUE);
                return;
            }
            Object consumer = maybe.get();
            while (true) {
                byte[] bytes;
                Phase now;
                synchronized (lock) {
                    while (waiting.isEmpty() && phase == Phase.FEEDING) {
                        lock.wait();
                    }
                    now = phase;
                    bytes = waiting.poll();
                    if (bytes != null) {
                        waitingBytes -= bytes.length + RUN;
                    }
                }
                wakeFeeder();
                Object outcome;
                if (now == Phase.ABORTED) {
                    outcome = guarded((hook, c) -> {
                        hook.to("aborted").invokeExact(consumer);
                        return HookResult.CONTINUE;
                    });
                } else if (bytes == null) {
                    outcome = guarded((hook, c) -> (HookResult) hook.to("end").invokeExact(consumer));
                } else {
                    var readOnly = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
                    outcome = guarded((hook, c) -> {
                        hook.to("data").invokeExact(consumer, readOnly);
                        return HookResult.CONTINUE;
                    });
                    if (outcome instanceof HookResult.Continue) {
                        continue;
                    }
                }
                if (outcome != Guard.LOST) {
                    over(outcome);
                }
                return;
            }
        }

        /** Calls the plugin with a limit of its own; the view is open over all calls. */
        private Object guarded(Guard.Body body) {
            var guard = chains.engine().guard();
            var timed = new Call(link, id, null, false);
            timed.begin(Thread.currentThread(), guard.now());
            call = timed;
            var outcome = guard.call(
                    timed,
                    subject.trace() == null
                            ? body
                            : Run.overheard(body, text -> {
                                // a call that was given up has been told as that
                                if (call == timed) {
                                    fault = text;
                                }
                            }));
            timed.over();
            if (outcome != Guard.LOST) {
                if (subject.trace() != null) {
                    spent(guard.now() - timed.startedAt());
                }
                call = null;
                Thread.interrupted();
            }
            return outcome;
        }

        private void spent(long more) {
            synchronized (lock) {
                nanos += more;
            }
        }

        private long spent() {
            synchronized (lock) {
                return nanos;
            }
        }

        private void over(Object outcome) {
            chains.engine().watchdog().unwatch(this);
            synchronized (lock) {
                if (isOver) {
                    return;
                }
                isOver = true;
                answer = outcome;
                waiting.clear();
                waitingBytes = 0;
                if (outcome == Guard.FAULT || phase == Phase.ABORTED) {
                    view.expire();
                }
            }
            oneIsDone();
        }

        Object take(Guard guard) {
            Object outcome;
            synchronized (lock) {
                outcome = answer;
            }
            if (outcome == Guard.FAULT || !view.close()) {
                return Guard.FAULT;
            }
            try {
                view.carryOut();
            } catch (RuntimeException | LinkageError e) {
                fault = "its changes can't be carried out: " + Faults.text(e);
                guard.fault(link, id, fault);
                return Guard.FAULT;
            }
            return outcome;
        }

        @Override
        public @Nullable Call call() {
            return call;
        }

        @Override
        public void expired(Call given) {
            call = null;
            view.expire();
            fault = Guard.timeout(link);
            chains.engine().guard().timedOut(link, id);
            over(Guard.FAULT);
        }
    }
}
