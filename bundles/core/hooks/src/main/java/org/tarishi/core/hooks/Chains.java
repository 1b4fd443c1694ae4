package org.tarishi.core.hooks;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Moment;
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
import org.tarishi.core.spi.Authentication;
import org.tarishi.core.spi.BodyFeed;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.LiveSubmission;
import org.tarishi.core.spi.Subject;
import org.tarishi.core.spi.Verdict;

/**
 * The chains of all moments at one instant.
 *
 * <p>Held by whoever may still call what is in it: the engine as long as it is the newest, each transaction that began with it, each ask
 * under way. Who takes the last hold away tells the engine, once; a generation that nobody holds can't be held again.
 */
final class Chains implements Generation {

    private static final Link[] NOBODY = {};

    private final Engine engine;
    private final Link[][] links;
    private final boolean[] isAsked;
    private final boolean[] isInline;
    private final Map<String, Link> verbs;
    private final Listeners listeners;
    private final Gaps gaps;
    private final Map<String, String> absent;
    private final Set<HookComponent> components;
    private final Beside beside;
    private final AtomicInteger holds = new AtomicInteger(1);
    private final LongAdder begun = new LongAdder();

    /** Listeners, in order. */
    record Listeners(
            List<Link> session, List<Link> transaction, List<Link> result, List<Link> delivery, List<Link> log) {
        static final Listeners NONE = new Listeners(List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /**
     * What is missing for a moment, because plugins are being replaced in place.
     *
     * @param plugins the plugins
     * @param moments the moments that they had a say at
     * @param verbs the verbs that they carried out
     */
    record Gaps(Set<String> plugins, Set<Moment> moments, Set<String> verbs) {
        static final Gaps NONE = new Gaps(Set.of(), Set.of(), Set.of());
    }

    /**
     * What sessions of a trial have in the place of these chains.
     *
     * @param tryout tells which sessions
     * @param chains the same but for the version on trial, held once
     */
    record Canary(Tryout tryout, Chains chains) {}

    /**
     * What is on trial beside these chains.
     *
     * @param canary what some sessions have instead; null while there is no such trial
     * @param shadows components that are asked the same and decide nothing
     */
    record Beside(@Nullable Canary canary, Set<HookComponent> shadows) {
        static final Beside NOTHING = new Beside(null, Set.of());
    }

    /**
     * Makes one, held once.
     *
     * @param absent why a required plugin is absent, by plugin
     * @param components all that may be called
     */
    Chains(
            Engine engine,
            Map<Moment, List<Link>> byMoment,
            Map<String, Link> verbs,
            Listeners listeners,
            Gaps gaps,
            Map<String, String> absent,
            Set<HookComponent> components,
            Set<HookComponent> inline,
            Beside beside) {
        int moments = Moment.values().length;
        this.engine = engine;
        this.links = new Link[moments][];
        this.isAsked = new boolean[moments];
        this.isInline = new boolean[moments];
        this.verbs = verbs;
        this.listeners = listeners;
        this.gaps = gaps;
        this.absent = absent;
        this.components = components;
        this.beside = beside;
        for (var moment : Moment.values()) {
            var chain = byMoment.getOrDefault(moment, List.of());
            links[index(moment)] = chain.isEmpty() ? NOBODY : chain.toArray(Link[]::new);
            isAsked[index(moment)] = !chain.isEmpty() || gaps.moments().contains(moment);
            // the parts of a message are read from disk
            isInline[index(moment)] =
                    moment != Moment.ATTACHMENT && chain.stream().allMatch(link -> inline.contains(link.component()));
        }
    }

    @SuppressWarnings(
            "EnumOrdinal") // an array, because an empty chain shall cost next to nothing; nothing is stored under the
    // number
    private static int index(Moment moment) {
        return moment.ordinal();
    }

    Engine engine() {
        return engine;
    }

    Link[] links(Moment moment) {
        return links[index(moment)];
    }

    boolean isInline(Moment moment) {
        return isInline[index(moment)];
    }

    Map<String, Link> verbs() {
        return verbs;
    }

    Listeners listeners() {
        return listeners;
    }

    Gaps gaps() {
        return gaps;
    }

    Map<String, String> absent() {
        return absent;
    }

    Set<HookComponent> components() {
        return components;
    }

    @Nullable Canary canary() {
        return beside.canary();
    }

    /** Tells whether a component may be called in them, beside them too. */
    boolean mayCall(HookComponent component) {
        return components.contains(component) || beside.shadows().contains(component);
    }

    /** Tells whether a component of a bundle may be called in them, beside them too. */
    boolean mayCall(long bundleId) {
        return has(components, bundleId) || has(beside.shadows(), bundleId);
    }

    private static boolean has(Set<HookComponent> some, long bundleId) {
        for (var one : some) {
            if (one.source().bundleId() == bundleId) {
                return true;
            }
        }
        return false;
    }

    /** Returns the plugins that may be called in them, beside them too. */
    Set<Plugin> plugins() {
        var plugins = new HashSet<Plugin>();
        components.forEach(one -> plugins.add(one.plugin()));
        beside.shadows().forEach(one -> plugins.add(one.plugin()));
        return plugins;
    }

    /** Returns the chains of a session. */
    Chains of(@Nullable SmtpConnection connection) {
        var other = beside.canary();
        return other == null || connection == null || !other.tryout().takes(connection) ? this : other.chains();
    }

    /** Tells whether these are the chains, or those that stand in for them in some sessions. */
    boolean has(Chains other) {
        var canary = beside.canary();
        return other.equals(this) || (canary != null && canary.chains().equals(other));
    }

    /** Holds it; false when nobody does any more. */
    boolean hold() {
        int now;
        do {
            now = holds.get();
            if (now == 0) {
                return false;
            }
        } while (!holds.compareAndSet(now, now + 1));
        return true;
    }

    /** Takes note of a transaction that begins with it. */
    void transactionBegins() {
        begun.increment();
    }

    /** Returns how many transactions have begun with it. */
    long begun() {
        return begun.sum();
    }

    /** Gives back the hold of who published it, and that of the chains which stand in for it. */
    void retire() {
        unhold();
        var canary = beside.canary();
        if (canary != null) {
            canary.chains().unhold();
        }
    }

    /** Gives back one hold. */
    void unhold() {
        int left = holds.decrementAndGet();
        if (left == 0) {
            engine.drained(this);
        } else if (left < 0) {
            throw new IllegalStateException("given back more often than held");
        }
    }

    /** Tells whether nobody holds it but one: of the newest, that is the engine. */
    boolean isHeldOnce() {
        return holds.get() <= 1;
    }

    boolean isHeld() {
        return holds.get() > 0;
    }

    @Override
    public boolean isEmpty(Moment moment) {
        return !isAsked[index(moment)];
    }

    @Override
    public void ask(Moment moment, Subject subject, Executor turn, Consumer<Verdict<HookResult>> then) {
        ask(moment, Question.HOOK, subject, turn, then);
    }

    @Override
    public void askName(Subject subject, Executor turn, Consumer<Verdict<RdnsResult>> then) {
        ask(Moment.LOOKUP_RDNS, Question.NAME, subject, turn, then);
    }

    @Override
    public void askCommand(Subject subject, Executor turn, Consumer<Verdict<CommandResult>> then) {
        ask(Moment.UNRECOGNIZED_COMMAND, Question.COMMAND, subject, turn, then);
    }

    private <R> void ask(
            Moment moment, Question<R> question, Subject subject, Executor turn, Consumer<Verdict<R>> then) {
        if (gaps.moments().contains(moment)) {
            if (engine.isClosed()) {
                // nobody comes any more
                then.accept(new Verdict<>(question.of(Faults.refusal(moment)), null, true));
                return;
            }
            engine.await(
                    this, turn, () -> engine.current(subject.connection()).ask(moment, question, subject, turn, then));
            return;
        }
        ask(moment, question, links[index(moment)], isInline[index(moment)], subject, turn, then);
    }

    private <R> void ask(
            Moment moment,
            Question<R> question,
            Link[] chain,
            boolean inline,
            Subject subject,
            Executor turn,
            Consumer<Verdict<R>> then) {
        if (chain.length == 0) {
            then.accept(new Verdict<>(question.of(HookResult.CONTINUE), null, false));
            return;
        }
        if (!hold()) {
            // replaced, and let go by all, since the caller took it
            engine.current(subject.connection()).ask(moment, question, subject, turn, then);
            return;
        }
        var run = new Run<>(this, question, moment, chain, subject, turn, then);
        if (inline) {
            run.inline();
        } else {
            run.hop();
        }
    }

    @Override
    public boolean hasVerb(String verb) {
        return verbs.containsKey(verb) || gaps.verbs().contains(verb);
    }

    @Override
    public void askVerb(String verb, Subject subject, Executor turn, Consumer<Verdict<CommandResult>> then) {
        var link = verbs.get(verb);
        if (link == null) {
            if (gaps.verbs().contains(verb) && !engine.isClosed()) {
                engine.await(
                        this, turn, () -> engine.current(subject.connection()).askVerb(verb, subject, turn, then));
                return;
            }
            then.accept(new Verdict<>(CommandResult.reply(Faults.NO_TRANSACTION), null, true));
            return;
        }
        if (!hold()) {
            engine.current(subject.connection()).askVerb(verb, subject, turn, then);
            return;
        }
        new Run<>(this, Question.verb(verb), Moment.UNRECOGNIZED_COMMAND, new Link[] {link}, subject, turn, then).hop();
    }

    @Override
    public void askMechanisms(Subject subject, Executor turn, Consumer<List<String>> then) {
        if (gaps.moments().contains(Moment.AUTH) && !engine.isClosed()) {
            engine.await(this, turn, () -> engine.current(subject.connection()).askMechanisms(subject, turn, then));
            return;
        }
        if (links(Moment.AUTH).length == 0) {
            then.accept(List.of());
            return;
        }
        if (!hold()) {
            engine.current(subject.connection()).askMechanisms(subject, turn, then);
            return;
        }
        var mechanisms = new Mechanisms(this, subject, turn, then);
        if (isInline(Moment.AUTH)) {
            mechanisms.inline();
        } else {
            mechanisms.hop();
        }
    }

    @Override
    public Authentication authenticate(String mechanism, Subject subject, Authentication.Gate gate) {
        return new SaslExchange(engine, mechanism, subject, gate);
    }

    @Override
    public Optional<BodyFeed> openBody(Subject subject) {
        var chain = links(Moment.BODY);
        if (chain.length == 0) {
            return Optional.empty();
        }
        if (!hold()) {
            return engine.current(subject.connection()).openBody(subject);
        }
        return Optional.of(new BodyFanOut(this, chain, subject));
    }

    @Override
    public void askSubmit(LiveSubmission submission, Executor turn, Consumer<Verdict<HookResult>> then) {
        ask(Moment.PRE_SEND_TRANS_EMAIL, Question.HOOK, Subject.of(submission), turn, then);
    }

    @Override
    public void askSend(OutboundMail mail, Executor turn, Consumer<Verdict<SendDecision>> then) {
        ask(Moment.SEND_EMAIL, MailQuestion.SEND, Subject.of(mail, null), turn, then);
    }

    @Override
    public void askRoute(OutboundMail mail, Executor turn, Consumer<Verdict<MxResult>> then) {
        ask(Moment.GET_MX, MailQuestion.ROUTE, Subject.of(mail, null), turn, then);
    }

    @Override
    public void askDeferred(
            OutboundMail mail, Deferral deferral, Executor turn, Consumer<Verdict<RetryDecision>> then) {
        ask(Moment.DEFERRED, MailQuestion.DEFERRED, Subject.of(mail, deferral), turn, then);
    }

    @Override
    public void askBounce(OutboundMail mail, Failure failure, Executor turn, Consumer<Verdict<BounceDecision>> then) {
        ask(Moment.BOUNCE, MailQuestion.BOUNCE, Subject.of(mail, failure), turn, then);
    }

    @Override
    public void delivered(OutboundMail mail, Delivered delivered) {
        engine.delivered(this, mail, delivered);
    }

    @Override
    public void ended(Transaction tx, TransactionOutcome outcome) {
        engine.ended(this, tx, outcome);
    }

    /** The newest is nobody's to give back; what {@link org.tarishi.core.spi.Hooks#begin} held is a {@link Held}. */
    @Override
    public void release() {
        throw new IllegalStateException("not held by begin");
    }
}
