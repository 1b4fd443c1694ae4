package org.tarishi.core.deploy;

import java.lang.ref.WeakReference;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.BundleWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.PluginRefusedException;

/**
 * Stops bundles, and looks after what stays behind: a {@code @Deactivate} that does not return, threads that go on, a class loader that is not
 * collected. Each is told once, with the stack that holds it, and in {@link #lines()} for as long as it lasts. Any thread.
 *
 * <p>A bundle is stopped on a thread of its own, a platform one since it may compute without end, and waited for so long and no longer. While
 * something is looked after a virtual thread goes round; otherwise nothing runs.
 */
final class Leaving implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Leaving.class);

    private static final Duration INTERVAL = Duration.ofSeconds(5);

    /**
     * How long a class loader may stay before anybody asks who holds it. The JIT compiler's code holds the classes that it was made for,
     * for as long as a thread is in it: an event loop that ran through a former version leaves that code minutes later.
     */
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    /** How many bundles are looked after; where more stay behind, the oldest are not told of any more. */
    private static final int MOST = 50;

    private final Supplier<Duration> limit;
    private final Clock clock;
    private final Deque<Left> all = new ArrayDeque<>();
    private final Map<Bundle, Set<Long>> threadsBefore = new HashMap<>();
    private @Nullable Thread watcher;
    private boolean isClosed;

    /** A bundle that was told to go. */
    private static final class Left {
        private final String name;
        private volatile @Nullable Bundle bundle;
        private final String who;
        private final Instant since;
        private final Leftovers leftovers;
        private final boolean isForAWhile;

        /** Whether its class loader goes with it: what is shipped stays installed. */
        private final boolean isToGo;

        private volatile @Nullable Thread stopper;
        private volatile String problem = "";
        private volatile boolean isLate;
        private boolean isTold;
        private boolean hadThreads;
        private boolean isOut;
        private @Nullable Sentinel first;
        private @Nullable Sentinel second;

        Left(Bundle bundle, Instant since, Leftovers leftovers, boolean isForAWhile) {
            this.isForAWhile = isForAWhile;
            this.isToGo = Bundles.isInstalledHere(bundle);
            this.name = bundle.getSymbolicName();
            this.bundle = bundle;
            this.who = bundle.getSymbolicName() + " " + bundle.getVersion() + " [" + bundle.getBundleId() + "]";
            this.since = since;
            this.leftovers = leftovers;
        }
    }

    /** How a bundle goes. */
    private interface Step {
        void run() throws BundleException;
    }

    Leaving(Supplier<Duration> limit, Clock clock) {
        this.limit = limit;
        this.clock = clock;
    }

    /** Takes note of the threads that a bundle has, before a successor with classes of the same names starts. */
    synchronized void noteThreads(Bundle bundle) {
        threadsBefore.put(bundle, threads(bundle, Leftovers.classNames(bundle)));
    }

    /** Returns the threads that run its classes, but for those that were noted as of another version of it, which is there still. */
    private Set<Long> threads(Bundle bundle, Set<String> classNames) {
        var ids = Leftovers.threadsWith(classNames);
        threadsBefore.forEach((other, noted) -> {
            if (!other.equals(bundle) && Objects.equals(other.getSymbolicName(), bundle.getSymbolicName())) {
                ids.removeAll(noted);
            }
        });
        return ids;
    }

    /** Stops a bundle for good, as {@link Bundles#takeOut} does; returns when it is out, or has taken too long. */
    void takeOut(Bundle bundle) {
        if (bundle.getState() != Bundle.UNINSTALLED && !isStuck(bundle)) {
            var _ = go(bundle, false, () -> Bundles.takeOut(bundle));
        }
    }

    /**
     * Stops a bundle for a while, so that another one can be started in its place.
     *
     * @throws PluginRefusedException when it does not stop in time; it is started again when it does
     */
    void stopForAWhile(Bundle bundle) throws PluginRefusedException {
        var left = go(bundle, true, () -> bundle.stop(Bundle.STOP_TRANSIENT));
        if (left.isLate) {
            throw new PluginRefusedException(
                    left.who + " does not stop within " + limit.get().toSeconds()
                            + " s (the log shows what holds it), and nothing can take its place before: restart the server, or mend it");
        }
    }

    /** Refuses to start a bundle that has not stopped yet. */
    void check(Bundle bundle) throws PluginRefusedException {
        if (isStuck(bundle)) {
            throw new PluginRefusedException(bundle.getSymbolicName() + " " + bundle.getVersion()
                    + " is still stopping and can't start again: give the file another version, or restart the server");
        }
    }

    private synchronized boolean isStuck(Bundle bundle) {
        return all.stream().anyMatch(left -> bundle.equals(left.bundle) && left.stopper != null);
    }

    private Left go(Bundle bundle, boolean isForAWhile, Step step) {
        var left = new Left(bundle, clock.instant(), leftovers(bundle, isForAWhile), isForAWhile);
        var most = limit.get();
        var thread = Thread.ofPlatform().daemon().name("stop " + left.who).unstarted(() -> stop(left, step));
        left.stopper = thread;
        synchronized (this) {
            all.addLast(left);
            if (all.size() > MOST) {
                all.stream().filter(one -> one.stopper == null).findFirst().ifPresent(all::remove);
            }
        }
        thread.start();
        try {
            if (!thread.join(most) && isLate(left, Leftovers.stack(thread.getStackTrace()))) {
                LOG.error("{} {}; what runs in its @Deactivate must return", left.who, left.problem);
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        watch();
        return left;
    }

    private synchronized boolean isLate(Left left, String stack) {
        boolean isLate = left.stopper != null;
        if (isLate) {
            left.isLate = true;
            left.problem = "does not stop since " + left.since + ", it is held" + stack;
        }
        return isLate;
    }

    private Leftovers leftovers(Bundle bundle, boolean isForAWhile) {
        var wiring = bundle.adapt(BundleWiring.class);
        var loader = wiring == null ? null : wiring.getClassLoader();
        var names = Leftovers.classNames(bundle);
        synchronized (this) {
            // It is taken out for good later, when its successor has threads of the same names.
            var before = isForAWhile ? threadsBefore.get(bundle) : threadsBefore.remove(bundle);
            return new Leftovers(new WeakReference<>(loader), names, before == null ? threads(bundle, names) : before);
        }
    }

    private void stop(Left left, Step step) {
        try {
            step.run();
        } catch (BundleException | RuntimeException e) {
            LOG.error("{} can't be stopped: {}", left.who, e.toString());
        }
        var bundle = left.bundle;
        synchronized (this) {
            left.stopper = null;
            left.problem = "";
            left.isOut = true;
            // a bundle holds its class loader
            left.bundle = null;
            if (left.isForAWhile) {
                // it is to come back, or is taken out next
                all.remove(left);
            }
        }
        if (left.isLate) {
            LOG.info("{} has stopped after all", left.who);
            if (left.isForAWhile && bundle != null) {
                Bundles.startAgain(List.of(bundle));
            }
        }
    }

    private synchronized void watch() {
        if (watcher == null && !isClosed && !all.isEmpty()) {
            watcher = Thread.ofVirtual().name("plugin leftovers").start(this::goRound);
        }
    }

    private void goRound() {
        try {
            while (isNeeded()) {
                TimeUnit.NANOSECONDS.sleep(INTERVAL.toNanos());
                look();
            }
        } catch (InterruptedException e) {
            // closed
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isNeeded() {
        if (all.isEmpty()) {
            watcher = null;
            return false;
        }
        return true;
    }

    /** Looks once at all that has left. */
    void look() {
        List<Left> some;
        synchronized (this) {
            some = new ArrayList<>(all);
        }
        some.removeIf(left -> left.stopper != null || !left.isOut);
        if (!some.isEmpty()) {
            var threads = Thread.getAllStackTraces();
            some.forEach(left -> look(left, threads));
        }
    }

    private void look(Left left, Map<Thread, StackTraceElement[]> running) {
        if (left.leftovers.isGone()) {
            if (left.isTold) {
                LOG.info("{} is gone from memory after all", left.who);
            }
            synchronized (this) {
                all.remove(left);
            }
            return;
        }
        var threads = left.leftovers.threads(running);
        if (!threads.isEmpty() && !left.hadThreads) {
            // What was told to end may need a moment.
            left.hadThreads = true;
        } else if (!threads.isEmpty()) {
            left.problem = "has stopped and left threads behind: " + threads;
            tell(left, "what it starts must end in its @Deactivate");
        } else if (!left.isToGo) {
            synchronized (this) {
                all.remove(left);
            }
        } else if (!clock.instant().isBefore(left.since.plus(PATIENCE)) && wasPassedOver(left)) {
            left.problem = "has stopped and is still in memory since " + left.since
                    + ", held by something else than a thread of the platform's";
            tell(left, "look for what it has registered and not taken back, virtual threads included");
        } else {
            left.problem = "";
        }
    }

    private static void tell(Left left, String advice) {
        if (!left.isTold) {
            left.isTold = true;
            LOG.error("{} {}; {}", left.who, left.problem, advice);
        }
    }

    /**
     * Tells whether collections of class loaders have passed a bundle's by. Nobody forces one: two loaders that nothing holds are made one
     * after the other, and when both have been collected whatever has not is held.
     */
    private static boolean wasPassedOver(Left left) {
        var one = left.first;
        if (one == null) {
            left.first = new Sentinel();
            return false;
        }
        if (!one.isGone()) {
            return false;
        }
        var other = left.second;
        if (other == null) {
            left.second = new Sentinel();
            return false;
        }
        return other.isGone();
    }

    /** Returns a line for each bundle that something of stays behind. */
    List<String> lines() {
        return lines("");
    }

    /** Returns the same of one bundle's versions; of all where no name is given. */
    List<String> lines(String symbolicName) {
        List<Left> some;
        synchronized (this) {
            some = new ArrayList<>(all);
        }
        return some.stream()
                .filter(left -> symbolicName.isEmpty() || symbolicName.equals(left.name))
                .filter(left -> !left.problem.isEmpty())
                .map(left -> left.who + " " + left.problem)
                .toList();
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        all.clear();
        var running = watcher;
        watcher = null;
        if (running != null) {
            running.interrupt();
        }
    }
}
