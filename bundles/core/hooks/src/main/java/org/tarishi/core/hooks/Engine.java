package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Notes;
import org.tarishi.api.Reply;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.TransactionOutcome;
import org.tarishi.api.hook.ResultEvent;
import org.tarishi.api.log.LogListener;
import org.tarishi.api.outbound.Delivered;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.core.spi.Admission;
import org.tarishi.core.spi.Hooks;
import org.tarishi.core.spi.LiveNotes;
import org.tarishi.core.spi.LiveResults;
import org.tarishi.core.spi.PluginSwitch;
import org.tarishi.core.spi.PluginTrial;
import org.tarishi.core.spi.StoredNote;
import org.tarishi.core.spi.Subject;
import org.tarishi.core.spi.TrialReport;

/**
 * The chains in force: makes them anew when a plugin comes or goes, lets transactions begin with them, waits for the old ones to be let
 * go. Knows no framework; whoever tracks services tells it.
 *
 * <p>Changes are made under one lock and published by one volatile write; whoever asks takes no lock.
 */
final class Engine implements Hooks, PluginSwitch, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.plugins");

    /** What the framework knows and the engine does not. */
    interface Bundles {

        /** Tells whether there is a bundle, started or not. */
        boolean isInstalled(long bundleId);

        /** Tries again to obtain what could not be obtained; of one bundle. */
        void retry(long bundleId);

        /** Returns what is known about why a bundle's components are not there, in a line each. */
        List<String> problems(long bundleId);

        /** Returns what is known about why a plugin is not there; empty when nothing is. */
        String explain(String plugin);

        /** Tells whether everything is being stopped: then nobody need hear that a plugin has gone. */
        default boolean areAllStopping() {
            return false;
        }

        /** Nothing is known. */
        static Bundles none(LongPredicate isInstalled) {
            return new Bundles() {

                @Override
                public boolean isInstalled(long bundleId) {
                    return isInstalled.test(bundleId);
                }

                @Override
                public void retry(long bundleId) {}

                @Override
                public List<String> problems(long bundleId) {
                    return List.of();
                }

                @Override
                public String explain(String plugin) {
                    return "";
                }
            };
        }
    }

    private record Waiter(Executor turn, Runnable again) {}

    private record Idle(long bundleId, CompletableFuture<Void> stage) {}

    private final LongSupplier nanos;
    private final Bundles bundles;
    private final Guard guard;
    private final Watchdog watchdog;
    private final Shadows shadows;
    private final long startedAt;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Registry registry;
    private final Set<Chains> alive = ConcurrentHashMap.newKeySet();
    private final Set<HookComponent> components = ConcurrentHashMap.newKeySet();
    private final List<Idle> idlers = new ArrayList<>();
    private final Map<String, List<Link>> sessions = new ConcurrentHashMap<>();
    private final Object waitersLock = new Object();
    private final Object toldLock = new Object();
    private final Map<String, String> told = new HashMap<>();
    private List<Waiter> waiters = new ArrayList<>();
    private volatile ChainSettings settings;
    private volatile Chains current;
    /** Whether somebody has wanted chains yet. */
    private volatile boolean isAsked;
    /** Whether components have come that the chains lack: at a start, when nobody asks, these are put together once, and not at each arrival. */
    private boolean isDue = true;

    private volatile boolean isClosed;
    private volatile boolean mayHaveIdlers;
    private final Retired retired = new Retired(this::isUnused);
    private long closedAt;

    /** Makes one whose watchdog rests until {@link #start()}. */
    Engine(ChainSettings settings, LongSupplier nanos, Carriers carriers, Bundles bundles) {
        this.settings = settings;
        this.nanos = nanos;
        this.bundles = bundles;
        this.guard = new Guard(nanos);
        this.watchdog = new Watchdog(nanos, this::settings, carriers, this::stuck);
        this.shadows = new Shadows(guard, watchdog, this::signal);
        this.startedAt = nanos.getAsLong();
        this.registry = new Registry(this, bundles::isInstalled);
        this.current = new Chains(
                this,
                Map.of(),
                Map.of(),
                Chains.Listeners.NONE,
                Chains.Gaps.NONE,
                Map.of(),
                Set.of(),
                Set.of(),
                Chains.Beside.NOTHING);
        this.alive.add(current);
        watchdog.chore(this::tick);
    }

    boolean isClosed() {
        return isClosed;
    }

    void start() {
        watchdog.start();
    }

    ChainSettings settings() {
        return settings;
    }

    Guard guard() {
        return guard;
    }

    Watchdog watchdog() {
        return watchdog;
    }

    Shadows shadows() {
        return shadows;
    }

    // What comes and goes.

    /** Puts other settings in force. */
    void configure(ChainSettings other) {
        publish(() -> settings = other);
    }

    /** Takes in a component. */
    void arrived(Source source, Object instance, Map<String, Set<String>> expected) {
        Runnable change = () -> {
            registry.expect(source.bundleId(), expected);
            components.add(registry.add(source, instance));
        };
        if (!isAsked && isPutOff(change)) {
            return;
        }
        publish(change);
    }

    private boolean isPutOff(Runnable change) {
        lock.lock();
        try {
            if (!isAsked) {
                change.run();
                isDue = true;
            }
            return !isAsked;
        } finally {
            lock.unlock();
        }
    }

    /** Takes note of a service that should be a component and is none. */
    void failed(Source source, String problem, Map<String, Set<String>> expected) {
        publish(() -> {
            registry.expect(source.bundleId(), expected);
            registry.addProblem(source, problem);
        });
    }

    /**
     * Takes a component out, and returns when none of its code runs any more and nobody may call it; or when the drain has lasted long
     * enough.
     *
     * @param isReplaced whether another one is to take its place, so that mail waits for that
     * @param isLeaving whether its whole bundle is going
     */
    void left(Source source, boolean isReplaced, boolean isLeaving) {
        var gone = new AtomicReference<@Nullable HookComponent>();
        publish(() -> gone.set(registry.remove(source.serviceId(), isReplaced && !isClosed, isLeaving)));
        var component = gone.get();
        if (component != null) {
            if (!awaitDrained(component)) {
                LOG.warn(
                        "{} is still busy after {}, and is let go all the same",
                        source,
                        Durations.show(settings.drain()));
            }
            component.markGone();
            forget(component);
        }
        lock.lock();
        try {
            registry.drained(
                    source.name().id(), nanos.getAsLong() + settings.swapWait().toNanos());
        } finally {
            lock.unlock();
        }
    }

    /** Makes a component's place in the engine. */
    HookComponent component(Source source, Object instance, Plugin plugin) {
        return new HookComponent(
                source,
                instance,
                plugin,
                new ListenerQueue(
                        source.name().toString(), () -> settings.listenerQueue(), guard, watchdog, this::signal));
    }

    private void publish(Runnable change) {
        Chains before;
        catchUp(false);
        lock.lock();
        try {
            change.run();
            before = build();
        } finally {
            lock.unlock();
        }
        before.retire();
        wake();
        if (nanos.getAsLong() - startedAt > settings.swapWait().toNanos()) {
            tellPresence();
        }
        signal();
    }

    /** Puts the chains of what is there in force, under the lock; returns those that were. */
    private Chains build() {
        var next = registry.build(settings);
        var before = current;
        alive.add(next);
        var canary = next.canary();
        if (canary != null) {
            alive.add(canary.chains());
        }
        current = next;
        return before;
    }

    /** Returns the chains in force. */
    private Chains chains() {
        if (!isAsked) {
            catchUp(true);
        }
        return current;
    }

    /** Puts in force what was put off; once somebody asks, nothing is put off any more. */
    private void catchUp(boolean asks) {
        Chains before = null;
        lock.lock();
        try {
            if (isDue) {
                isDue = false;
                before = build();
            }
            // Last: whoever sees it true takes the chains without a look at what is due.
            isAsked |= asks;
        } finally {
            lock.unlock();
        }
        if (before != null) {
            before.retire();
        }
    }

    /** A generation is nobody's any more. */
    void drained(Chains chains) {
        settle(chains);
        signal();
    }

    /** Hands the count of a generation's transactions on, in one step with its going: so none is counted twice. */
    private void settle(Chains chains) {
        lock.lock();
        try {
            if (alive.remove(chains)) {
                chains.plugins().forEach(plugin -> plugin.settle(chains.begun()));
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitDrained(HookComponent component) {
        lock.lock();
        try {
            long limit = settings.drain().toNanos();
            long since = nanos.getAsLong();
            while (!isDrained(component)) {
                long from = isClosed && closedAt - since > 0 ? closedAt : since;
                if (nanos.getAsLong() - from > limit) {
                    return false;
                }
                // a late call's end is not signalled; and tests have a clock of their own
                changed.awaitNanos(20_000_000L);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private boolean isDrained(HookComponent component) {
        return component.isQuiet() && alive.stream().noneMatch(chains -> chains.mayCall(component));
    }

    private void forget(HookComponent component) {
        components.remove(component);
        sessions.replaceAll((id, links) ->
                links.stream().filter(link -> link.component() != component).toList());
    }

    private void signal() {
        if (lock.isHeldByCurrentThread()) {
            return;
        }
        var done = new ArrayList<Idle>();
        lock.lock();
        try {
            changed.signalAll();
            if (mayHaveIdlers) {
                for (Iterator<Idle> all = idlers.iterator(); all.hasNext(); ) {
                    var one = all.next();
                    if (isIdle(one.bundleId())) {
                        all.remove();
                        done.add(one);
                    }
                }
                mayHaveIdlers = !idlers.isEmpty();
            }
        } finally {
            lock.unlock();
        }
        done.forEach(one -> one.stage().complete(null));
    }

    private boolean isIdle(long bundleId) {
        return alive.stream().noneMatch(chains -> chains.mayCall(bundleId))
                && components.stream()
                        .filter(one -> one.source().bundleId() == bundleId)
                        .allMatch(one -> one.isQuiet() && one.toldSessions().get() == 0);
    }

    /** Looks after what only time changes. */
    private void tick() {
        long now = nanos.getAsLong();
        boolean isOver;
        lock.lock();
        try {
            isOver = registry.expireGaps(now);
        } finally {
            lock.unlock();
        }
        if (isOver) {
            publish(() -> {});
        } else if (now - startedAt > settings.swapWait().toNanos()) {
            tellPresence();
        }
        if (mayHaveIdlers) {
            signal();
        }
    }

    private void stuck(Link link, String stack) {
        var plugin = link.component().plugin();
        if (plugin.breaker().openForGood()) {
            LOG.error(
                    "{} is stuck at {} and is not called again until it is replaced; its memory is not freed before a restart;{}",
                    plugin,
                    link.at(),
                    stack);
            publish(() -> {});
        }
    }

    // Presence.

    /** Tells once for each required plugin that it is missing, and once that it is back. */
    private void tellPresence() {
        if (bundles.areAllStopping()) {
            return;
        }
        var absent = chains().absent();
        synchronized (toldLock) {
            if (absent.keySet().equals(told.keySet())) {
                return;
            }
        }
        var lines = new HashMap<String, String>();
        absent.forEach((id, reason) -> lines.put(id, reason + explained(id)));
        synchronized (toldLock) {
            for (var id : new HashSet<>(told.keySet())) {
                if (!absent.containsKey(id)) {
                    told.remove(id);
                    LOG.info("required plugin {} is back", id);
                }
            }
            lines.forEach((id, reason) -> {
                if (told.putIfAbsent(id, reason) == null) {
                    LOG.error("required plugin {} is missing, mail is refused for now: {}", id, reason);
                }
            });
        }
    }

    /** Returns what the framework knows about a missing plugin, to be put behind a reason. */
    String explained(String plugin) {
        var text = bundles.explain(plugin);
        return text.isEmpty() ? "" : " (" + text + ")";
    }

    // Waiting for what is being replaced.

    /** Has something done again when other chains are in force. */
    void await(Chains seen, Executor turn, Runnable again) {
        synchronized (waitersLock) {
            if (chains().has(seen)) {
                waiters.add(new Waiter(turn, again));
                return;
            }
        }
        again.run();
    }

    private void wake() {
        List<Waiter> all;
        synchronized (waitersLock) {
            if (waiters.isEmpty()) {
                return;
            }
            all = waiters;
            waiters = new ArrayList<>();
        }
        for (var one : all) {
            try {
                one.turn().execute(one.again());
            } catch (RejectedExecutionException e) {
                LOG.debug("a session that waited for a plugin is gone");
            }
        }
    }

    // Hooks.

    @Override
    public Chains current() {
        return chains();
    }

    @Override
    public Chains current(@Nullable SmtpConnection connection) {
        return chains().of(connection);
    }

    @Override
    public Optional<Reply> refusal() {
        if (chains().absent().isEmpty() && !isClosed) {
            return Optional.empty();
        }
        tellPresence();
        return Optional.of(Faults.NO_SESSION);
    }

    @Override
    public void begin(Executor turn, Consumer<Admission> then) {
        beginFor(null, turn, then);
    }

    @Override
    public void begin(SmtpConnection connection, Executor turn, Consumer<Admission> then) {
        beginFor(connection, turn, then);
    }

    private void beginFor(@Nullable SmtpConnection connection, Executor turn, Consumer<Admission> then) {
        while (true) {
            var now = current(connection);
            if (!now.absent().isEmpty() || isClosed) {
                tellPresence();
                then.accept(new Admission.Refused(Faults.NO_TRANSACTION));
                return;
            }
            if (!now.gaps().plugins().isEmpty()) {
                await(now, turn, () -> beginFor(connection, turn, then));
                return;
            }
            if (now.hold()) {
                now.transactionBegins();
                then.accept(new Admission.Admitted(new Held(now)));
                return;
            }
        }
    }

    @Override
    public Notes newNotes() {
        return new NoteStore();
    }

    @Override
    public LiveNotes newNotes(Map<String, StoredNote> kept) {
        return new NoteStore(kept);
    }

    @Override
    public LiveResults newResults(String id) {
        return new ResultStore(id, this::resultWritten);
    }

    @Override
    public Notes copyOf(Notes notes) {
        return ((NoteStore) notes).copy();
    }

    @Override
    public LiveResults copyOf(LiveResults results) {
        return ((ResultStore) results).twin();
    }

    @Override
    public boolean isListeningToResults() {
        return !chains().listeners().result().isEmpty();
    }

    private void resultWritten(String id, String plugin, String key, Object value) {
        var listeners = chains().listeners().result();
        if (!listeners.isEmpty()) {
            var event = new ResultStore.Event(id, plugin, key, value);
            for (var link : listeners) {
                tell(link, id, false, listener -> {
                    listener.to("result").invokeExact((ResultEvent) event);
                });
            }
        }
    }

    /** Tells whether anybody watches the log. */
    boolean isWatchingLog() {
        // There are lines from the first moment on, and they are no reason to put chains together.
        if (!isAsked && components.stream().noneMatch(one -> one.has(LogListener.class))) {
            return false;
        }
        return !chains().listeners().log().isEmpty();
    }

    /** Has those who watch the log told of a line; the answer comes when all of them were told, and says whether one has taken it. */
    Future<Boolean> logged(LogLine line) {
        var listeners = chains().listeners().log();
        var claim = new LogClaim(listeners.size());
        for (var link : listeners) {
            var asking = claim.ask(line);
            // What a listener of the log fails with is a line of the log: without the breaker it would fail for ever.
            if (!link.component().plugin().breaker().allows(guard.now())
                    || !tell(link, line.id().orElse(""), false, asking)) {
                asking.over();
            }
        }
        return claim.answer();
    }

    @Override
    public void opened(SmtpConnection connection) {
        retired.sessions().increment();
        var listeners = current(connection).listeners().session();
        if (listeners.isEmpty()) {
            return;
        }
        var reached = new ArrayList<Link>(listeners.size());
        for (var link : listeners) {
            var view = Call.readOnly(link, new Subject(connection, null, null, null))
                    .connection();
            link.component().toldSessions().incrementAndGet();
            if (tell(link, connection.id(), false, listener -> {
                listener.to("opened").invokeExact(view);
            })) {
                reached.add(link);
            } else {
                link.component().toldSessions().decrementAndGet();
            }
        }
        sessions.put(connection.id(), List.copyOf(reached));
        // one that left meanwhile was forgotten before this was there to be forgotten
        reached.stream().map(Link::component).filter(HookComponent::isGone).forEach(this::forget);
    }

    @Override
    public void closed(SmtpConnection connection) {
        retired.sessions().decrement();
        var listeners = sessions.remove(connection.id());
        if (listeners == null) {
            return;
        }
        for (var link : listeners) {
            var view = Call.readOnly(link, new Subject(connection, null, null, null))
                    .connection();
            tell(link, connection.id(), true, listener -> {
                listener.to("closed").invokeExact(view);
            });
            link.component().toldSessions().decrementAndGet();
        }
        if (mayHaveIdlers) {
            signal();
        }
    }

    /** Tells listeners of a transaction's end: those of the chains that it began with. */
    void ended(Chains chains, Transaction tx, TransactionOutcome outcome) {
        shadows.ended(tx.id());
        for (var link : chains.listeners().transaction()) {
            var view = Call.readOnly(link, new Subject(tx.connection(), tx, null, null))
                    .transaction();
            tell(link, tx.id(), false, listener -> {
                listener.to("ended").invokeExact(view, outcome);
            });
        }
    }

    /** Tells listeners of a delivery. */
    void delivered(Chains chains, OutboundMail mail, Delivered delivered) {
        for (var link : chains.listeners().delivery()) {
            var view = Call.readOnly(link, Subject.of(mail, null)).mail();
            tell(link, mail.id(), false, listener -> {
                listener.to("delivered").invokeExact(view, delivered);
            });
        }
    }

    private static boolean tell(Link link, String id, boolean must, ListenerQueue.Telling telling) {
        return !link.component().isGone() && link.component().queue().offer(id, link, must, telling);
    }

    // PluginSwitch.

    @Override
    public Probe probe(long bundleId) {
        bundles.retry(bundleId);
        Probe probe;
        lock.lock();
        try {
            probe = registry.probe(bundleId);
        } finally {
            lock.unlock();
        }
        var problems = new ArrayList<>(probe.problems());
        problems.addAll(bundles.problems(bundleId));
        return new Probe(Set.copyOf(probe.plugins()), probe.components(), List.copyOf(problems));
    }

    @Override
    public Tally tally(long bundleId) {
        lock.lock();
        try {
            long transactions = 0;
            long faults = 0;
            long timeouts = 0;
            for (var plugin : registry.pluginsOf(bundleId)) {
                // Several plugins of one bundle may have seen the same transactions.
                transactions = Math.max(transactions, plugin.settled());
                faults += plugin.breaker().total();
                timeouts += plugin.timeouts();
            }
            for (var chains : alive) {
                if (chains.mayCall(bundleId)) {
                    transactions += chains.begun();
                }
            }
            return new Tally(transactions, faults, timeouts);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void keepOut(long bundleId) {
        publish(() -> registry.keepOut(bundleId));
    }

    @Override
    public void tryOut(PluginTrial trial) {
        publish(() -> registry.tryOut(trial));
    }

    @Override
    public void endTrial() {
        publish(registry::endTrial);
    }

    @Override
    public Optional<TrialReport> trialReport() {
        lock.lock();
        try {
            return registry.trialReport();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<String> explain(String plugin) {
        return new Presence(this).of(plugin);
    }

    @Override
    public void putInForce(Map<String, Long> bundleByPlugin) {
        publish(() -> registry.putInForce(bundleByPlugin));
    }

    @Override
    public CompletionStage<Void> whenIdle(long bundleId) {
        var stage = new CompletableFuture<@Nullable Void>();
        lock.lock();
        try {
            idlers.add(new Idle(bundleId, asVoid(stage)));
            mayHaveIdlers = true;
        } finally {
            lock.unlock();
        }
        signal();
        return asVoid(stage).minimalCompletionStage();
    }

    @SuppressWarnings("unchecked") // a stage of nothing completes with null, which the interface does not say
    private static CompletableFuture<Void> asVoid(CompletableFuture<?> stage) {
        return (CompletableFuture<Void>) stage;
    }

    // A successor has come.

    /** Completes when no session that this was told of is open any more, and nothing is asked that began with these chains. */
    CompletionStage<?> whenUnused() {
        return retired.begin();
    }

    /** The newest chains are held by the engine itself, and so are those that stand in for them. */
    private boolean isUnused() {
        var now = current;
        return alive.stream().allMatch(chains -> now.has(chains) ? chains.isHeldOnce() : !chains.isHeld())
                && components.stream().allMatch(HookComponent::isQuiet);
    }

    // What people see.

    /** Returns the names of the listeners that will be told of the end of a connection. */
    List<String> listenersOf(String connection) {
        return sessions.getOrDefault(connection, List.of()).stream()
                .map(Link::name)
                .toList();
    }

    /** Returns, in a line each, the plugins that are there and not in the chain. */
    List<String> unused() {
        lock.lock();
        try {
            return registry.unused();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the same of one plugin. */
    List<String> unused(String id) {
        lock.lock();
        try {
            return registry.unused(id::equals);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closedAt = nanos.getAsLong();
            isClosed = true;
        } finally {
            lock.unlock();
        }
        wake();
    }

    /** Ends the watchdog, after all components have been taken out. */
    void stop() {
        watchdog.close();
        retired.end();
        // Nothing is held by what has ended.
        List<Idle> left;
        lock.lock();
        try {
            left = List.copyOf(idlers);
            idlers.clear();
        } finally {
            lock.unlock();
        }
        left.forEach(one -> one.stage().complete(null));
    }
}
