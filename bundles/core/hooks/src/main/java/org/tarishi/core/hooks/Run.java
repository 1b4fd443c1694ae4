package org.tarishi.core.hooks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.tarishi.api.Moment;
import org.tarishi.api.hook.Denial;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.message.Attachment;
import org.tarishi.api.message.MimeLimitException;
import org.tarishi.api.message.Part;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.Subject;
import org.tarishi.core.spi.Trace;
import org.tarishi.core.spi.Verdict;

/**
 * One walk along a chain, deny hooks included.
 *
 * <p>One thread at a time: the session's own where all only compute, else a virtual thread. When a call is given up, the watchdog takes
 * the walk from the thread that is stuck in it and starts another one behind that call; the first thread finds out by
 * {@link Guard#LOST} and leaves without touching anything.
 */
final class Run<R> implements Runnable, Watched {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.plugins");

    private final Chains chains;
    private final Question<R> question;
    private final Moment moment;
    private final Link[] links;
    private final Subject subject;
    private final Executor turn;
    private final Consumer<Verdict<R>> then;
    private final String id;

    /** What each round along the chain is about; one round but for attachments. */
    private List<? extends @Nullable Object> arguments;

    private int step;
    private @Nullable R refused;
    private @Nullable Link refuser;
    private int denyStep;
    private boolean isInline;
    private boolean isDone;
    private volatile @Nullable Call call;

    Run(
            Chains chains,
            Question<R> question,
            Moment moment,
            Link[] links,
            Subject subject,
            Executor turn,
            Consumer<Verdict<R>> then) {
        this.chains = chains;
        this.question = question;
        this.moment = moment;
        this.links = links;
        this.subject = subject;
        this.turn = turn;
        this.then = then;
        this.id = subject.id();
        this.arguments = Collections.singletonList(subject.argument());
    }

    /** Asks on this thread, as long as all only compute. */
    void inline() {
        isInline = true;
        var slot = chains.engine().watchdog().slot();
        var plugin = MDC.get("plugin");
        var before = MDC.get("id");
        MDC.put("id", id);
        try {
            walk(slot);
        } finally {
            slot.leave();
            Guard.restore("plugin", plugin);
            Guard.restore("id", before);
        }
    }

    /** Asks on a virtual thread. */
    void hop() {
        isInline = false;
        chains.engine().watchdog().watch(this);
        Errand.start(id, this);
    }

    @Override
    public void run() {
        try {
            MDC.put("id", id);
            if (moment == Moment.ATTACHMENT && step == 0 && !listAttachments()) {
                return;
            }
            walk(null);
        } catch (Throwable t) {
            failed(t);
        }
    }

    private void walk(@Nullable InlineSlot slot) {
        var deny = chains.links(Moment.DENY);
        while (true) {
            R standing = refused;
            if (standing != null) {
                if (denyStep == deny.length) {
                    finish(new Verdict<>(standing, name(refuser), false));
                    return;
                }
                if (isInline && !chains.isInline(Moment.DENY)) {
                    slotLeave(slot);
                    hop();
                    return;
                }
                var link = deny[denyStep++];
                var by = refuser;
                if (by == null || isSkipped(link) || !mayCall(link)) {
                    continue;
                }
                Guard.Body body = (hook, c) -> denial(hook, c, by, standing);
                var answer = isWatched(link) ? watched(link, slot, body, null) : ask(link, slot, body);
                if (answer == Guard.LOST) {
                    return;
                }
                denied(answer, deny.length);
            } else {
                if (step == links.length * arguments.size()) {
                    finish(new Verdict<>(question.of(HookResult.CONTINUE), null, false));
                    return;
                }
                var link = links[step % links.length];
                var argument = arguments.get(step / links.length);
                step++;
                if (question instanceof BodyFanOut.Answers answers) {
                    var taken = answers.take(step - 1, chains.engine().guard(), subject.trace());
                    var gauge = link.gauge();
                    if (gauge != null) {
                        gauge.heard(link.moment(), verdict(taken));
                    }
                    if (settled(link, taken, false)) {
                        return;
                    }
                    continue;
                }
                if (isSkipped(link)) {
                    continue;
                }
                if (!mayCall(link)) {
                    if (settled(link, Guard.FAULT, false)) {
                        return;
                    }
                    continue;
                }
                Guard.Body body = (hook, c) -> question.call(hook, c, argument);
                var shadow = link.shadow();
                var pair = shadow == null ? null : chains.engine().shadows().begin(shadow, question, subject, argument);
                var answer = isWatched(link) ? watched(link, slot, body, pair) : ask(link, slot, body);
                if (answer == Guard.LOST || settled(link, answer, false)) {
                    return;
                }
            }
        }
    }

    private static void slotLeave(@Nullable InlineSlot slot) {
        if (slot != null) {
            slot.leave();
        }
    }

    private Object ask(Link link, @Nullable InlineSlot slot, Guard.Body body) {
        var guard = chains.engine().guard();
        var next = new Call(link, id, subject, false);
        MDC.put("plugin", link.name());
        if (slot != null) {
            slot.enter(link);
            return guard.call(next, body);
        }
        var thread = Thread.currentThread();
        thread.setName(id + "/" + link.moment().key() + "/" + link.name());
        next.begin(thread, guard.now());
        call = next;
        var answer = guard.call(next, body);
        next.over();
        if (answer != Guard.LOST) {
            call = null;
            MDC.remove("plugin");
            // a plugin that interrupts itself must not interrupt the next one
            Thread.interrupted();
        }
        return answer;
    }

    private boolean isWatched(Link link) {
        return link.gauge() != null || subject.trace() != null;
    }

    private Object watched(Link link, @Nullable InlineSlot slot, Guard.Body body, Gauge.@Nullable Pair pair) {
        var trace = subject.trace();
        var fault = new StringBuilder();
        long from = chains.engine().guard().now();
        var answer = ask(link, slot, trace == null ? body : overheard(body, fault::append));
        if (answer != Guard.LOST) {
            long nanos = chains.engine().guard().now() - from;
            trace(trace, link, answer, fault.toString(), nanos);
            var verdict = verdict(answer);
            var gauge = link.gauge();
            if (gauge != null) {
                gauge.heard(link.moment(), verdict, nanos);
            }
            if (pair != null) {
                pair.heard(verdict);
            }
        }
        return answer;
    }

    private Gauge.Verdict verdict(Object answer) {
        return switch (answer) {
            case Guard.Outcome outcome ->
                outcome == Guard.FAULT ? Gauge.Verdict.FAULT : Gauge.Verdict.of(Faults.TOO_MANY_PARTS);
            case HookResult result -> Gauge.Verdict.of(result);
            default -> {
                @SuppressWarnings("unchecked") // what the question's own call returned
                R given = (R) answer;
                yield Gauge.Verdict.of(question.meaning(given));
            }
        };
    }

    /** Returns the same call, and tells what it fails with. */
    static Guard.Body overheard(Guard.Body body, Consumer<String> fault) {
        return (hook, call) -> {
            try {
                var answer = body.run(hook, call);
                if (answer == null) {
                    fault.accept("answered null");
                }
                return answer;
            } catch (Throwable t) {
                fault.accept(Faults.text(t));
                throw t;
            }
        };
    }

    /** Tells who watches, if somebody does. */
    static void trace(@Nullable Trace trace, Link link, Object answer, String fault, long nanos) {
        if (trace != null) {
            var outcome = answer == Guard.FAULT
                    ? new Trace.Outcome.Fault(
                            fault.isEmpty() ? "its changes can't be carried out" : fault,
                            link.onFault() == OnFault.CONTINUE)
                    : new Trace.Outcome.Answered(answer);
            trace.heard(link.moment(), link.name(), outcome, nanos);
        }
    }

    private boolean mayCall(Link link) {
        if (chains.engine().guard().mayCall(link)) {
            return true;
        }
        trace(
                subject.trace(),
                link,
                Guard.FAULT,
                link.component().isGone()
                        ? "has left"
                        : "not called, breaker " + link.component().plugin().breaker(),
                0);
        return false;
    }

    private @Nullable HookResult denial(Entrance hook, Call call, Link by, R standing) throws Throwable {
        return question.meaning(standing) instanceof HookResult.Refusal refusal
                ? (HookResult) hook.to("onDeny")
                        .invokeExact((Denial) new Denied(call, by, Optional.ofNullable(argument()), refusal))
                : HookResult.CONTINUE;
    }

    private @Nullable Object argument() {
        return arguments.get(Math.max(0, step - 1) / links.length);
    }

    private void denied(Object answer, int all) {
        if (answer instanceof HookResult.Ok) {
            refused = null;
            refuser = null;
        } else if (answer != Guard.FAULT && !(answer instanceof HookResult.Continue)) {
            denyStep = all;
        }
    }

    /** Takes an answer of the chain itself; tells whether it was the last. */
    private boolean settled(Link link, Object answer, boolean isTimeout) {
        if (answer == Guard.FAULT) {
            // a message whose taker did not end may be taken: asking the next one would deliver it twice
            if (link.onFault() == OnFault.CONTINUE && !(isTimeout && link.takesMessages())) {
                return false;
            }
            finish(new Verdict<>(question.of(Faults.refusal(moment)), link.name(), true));
            return true;
        }
        if (answer == Guard.TOO_MANY_PARTS) {
            finish(new Verdict<>(question.of(Faults.TOO_MANY_PARTS), link.name(), false));
            return true;
        }
        @SuppressWarnings("unchecked") // what the question's own call returned
        R given = (R) answer;
        var meaning = question.meaning(given);
        return switch (meaning) {
            case HookResult.Continue _ -> false;
            case HookResult.Refusal _ -> {
                refused = given;
                refuser = link;
                denyStep = 0;
                yield false;
            }
            case HookResult.Ok _, HookResult.Disconnect _ -> {
                finish(new Verdict<>(given, link.name(), false));
                yield true;
            }
        };
    }

    private boolean isSkipped(Link link) {
        var tx = subject.transaction();
        if (tx == null) {
            return false;
        }
        var skipped = tx.skippedPlugins();
        boolean isSkipped = !skipped.isEmpty()
                && (skipped.contains(link.name())
                        || skipped.contains(link.component().source().name().id()));
        var trace = subject.trace();
        if (isSkipped && trace != null) {
            trace.heard(link.moment(), link.name(), new Trace.Outcome.Skipped(), 0);
        }
        return isSkipped;
    }

    private static @Nullable String name(@Nullable Link link) {
        return link == null ? null : link.name();
    }

    private void finish(Verdict<R> verdict) {
        isDone = true;
        if (isInline) {
            // the plugins' part is over: what then does is the session's own
            slotLeave(chains.engine().watchdog().slot());
            chains.unhold();
            then.accept(verdict);
            return;
        }
        chains.engine().watchdog().unwatch(this);
        chains.unhold();
        try {
            turn.execute(() -> then.accept(verdict));
        } catch (RejectedExecutionException e) {
            LOG.debug("the session is gone, its answer to {} is dropped", moment.key());
        }
    }

    /** Something of our own went wrong, maybe for want of memory: the session gets a refusal for now and not silence. */
    private void failed(Throwable t) {
        LOG.error("asking at {} failed: {}", moment.key(), Faults.text(t));
        if (!isDone) {
            finish(new Verdict<>(question.of(Faults.refusal(moment)), null, true));
        }
    }

    @Override
    public @Nullable Call call() {
        return call;
    }

    @Override
    public void expired(Call given) {
        var link = given.link();
        call = null;
        var guard = chains.engine().guard();
        guard.timedOut(link, id);
        long nanos = guard.now() - given.startedAt();
        var gauge = link.gauge();
        if (gauge != null) {
            gauge.heard(link.moment(), Gauge.Verdict.TIMEOUT, nanos);
        }
        Errand.start(id, () -> {
            try {
                MDC.put("id", id);
                trace(subject.trace(), link, Guard.FAULT, Guard.timeout(link), nanos);
                if (refused == null && settled(link, Guard.FAULT, true)) {
                    return;
                }
                walk(null);
            } catch (Throwable t) {
                failed(t);
            }
        });
    }

    /** Finds what the rounds are about; tells whether there is anything to ask. */
    private boolean listAttachments() {
        var message = subject.message();
        try {
            arguments = message == null ? List.of() : attachments(message);
            return true;
        } catch (MimeLimitException e) {
            finish(new Verdict<>(question.of(Faults.TOO_MANY_PARTS), null, false));
        } catch (IOException e) {
            LOG.error("the parts of the message can't be read: {}", Faults.text(e));
            finish(new Verdict<>(question.of(Faults.refusal(moment)), null, true));
        }
        return false;
    }

    private static List<Attachment> attachments(LiveMessage message) throws IOException {
        var found = new ArrayList<Attachment>();
        collect(message.root(), found);
        return found;
    }

    /** Goes no deeper than the message's own limit lets its parts be nested. */
    private static void collect(Part part, List<Attachment> found) {
        if (part.isAttachment()) {
            found.add(new AttachmentPart(part));
        }
        part.parts().forEach(below -> collect(below, found));
    }
}
