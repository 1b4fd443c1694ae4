package org.tarishi.core.hooks;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.tarishi.core.spi.Subject;

/**
 * Asks versions on trial that decide nothing.
 *
 * <p>Each call sees a copy of what the version in force is shown, made before that one is called, and runs on a virtual thread of its own:
 * the session waits for none. Their number is bounded; what is too much is left out and counted. A body is not copied, so a call about a
 * message that is not done when its transaction ends counts as left out, and not as a fault; so does one that an open breaker keeps away.
 */
final class Shadows {

    /** How many calls may be under way. */
    static final int MOST = 64;

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.plugins");

    private final Guard guard;
    private final Watchdog watchdog;
    private final Runnable whenDone;
    private final Set<Asking<?>> running = ConcurrentHashMap.newKeySet();

    Shadows(Guard guard, Watchdog watchdog, Runnable whenDone) {
        this.guard = guard;
        this.watchdog = watchdog;
        this.whenDone = whenDone;
    }

    /**
     * Begins to ask, while the session waits for the version in force and changes nothing.
     *
     * @return what compares both answers, null where the shadow is not asked
     */
    Gauge.@Nullable Pair begin(Link link, Question<?> question, Subject subject, @Nullable Object argument) {
        var gauge = link.gauge();
        var component = link.component();
        if (gauge == null || component.isGone()) {
            return null;
        }
        if (running.size() >= MOST) {
            gauge.dropped();
            return null;
        }
        Subject copy;
        try {
            copy = Frozen.copy(subject);
        } catch (RuntimeException e) {
            LOG.error("{} can't be asked beside: {}", link.name(), Faults.text(e));
            gauge.dropped();
            return null;
        }
        // last, for an open breaker lets one call through and waits for what comes of it
        if (!component.plugin().breaker().allows(guard.now())) {
            gauge.dropped();
            return null;
        }
        var asking = new Asking<>(link, gauge, question, copy, argument);
        component.lateCalls().incrementAndGet();
        running.add(asking);
        watchdog.watch(asking);
        Errand.start(subject.id() + "/shadow/" + link.name(), asking);
        return asking.pair;
    }

    /** A transaction has ended, and its message with it. */
    void ended(String id) {
        if (!running.isEmpty()) {
            for (var one : running) {
                if (one.subject.message() != null && one.subject.id().equals(id)) {
                    one.isCutOff = true;
                }
            }
        }
    }

    /** One call. */
    private final class Asking<R> implements Runnable, Watched {

        private final Link link;
        private final Gauge gauge;
        private final Question<R> question;
        private final Subject subject;
        private final @Nullable Object argument;
        private final Gauge.Pair pair;
        private volatile @Nullable Call call;
        private volatile boolean isCutOff;

        Asking(Link link, Gauge gauge, Question<R> question, Subject subject, @Nullable Object argument) {
            this.link = link;
            this.gauge = gauge;
            this.question = question;
            this.subject = subject;
            this.argument = argument;
            this.pair = new Gauge.Pair(gauge);
        }

        @Override
        public void run() {
            var next = new Call(link, subject.id(), subject, false);
            next.begin(Thread.currentThread(), guard.now());
            call = next;
            MDC.put("id", subject.id());
            MDC.put("plugin", link.name());
            @Nullable R answer = null;
            var text = "answered null";
            try {
                if (!isCutOff) {
                    answer = question.call(link.hook(), next, argument);
                }
            } catch (Throwable t) {
                // a plugin's errors are its own, as everywhere
                text = Faults.text(t);
            }
            next.over();
            // What it has changed is carried out nowhere.
            if (!next.close()) {
                return;
            }
            long nanos = guard.now() - next.startedAt();
            done();
            if (answer != null) {
                heard(Gauge.Verdict.of(question.meaning(answer)), nanos);
                guard.answered(link);
            } else if (isCutOff) {
                gauge.dropped();
                guard.answered(link);
            } else {
                heard(Gauge.Verdict.FAULT, nanos);
                fault(text);
            }
        }

        private void heard(Gauge.Verdict verdict, long nanos) {
            gauge.heard(link.moment(), verdict, nanos);
            pair.heard(verdict);
        }

        private void fault(String text) {
            link.component().plugin().breaker().fault(guard.now());
            LOG.warn("{} at {}, on trial as a shadow, so that nothing comes of it: {}", link.name(), link.at(), text);
        }

        private void done() {
            call = null;
            watchdog.unwatch(this);
            running.remove(this);
            link.component().lateCalls().decrementAndGet();
            whenDone.run();
        }

        @Override
        public @Nullable Call call() {
            return call;
        }

        @Override
        public void expired(Call given) {
            done();
            link.component().plugin().timedOut();
            heard(Gauge.Verdict.TIMEOUT, guard.now() - given.startedAt());
            fault(Guard.timeout(link));
        }
    }
}
