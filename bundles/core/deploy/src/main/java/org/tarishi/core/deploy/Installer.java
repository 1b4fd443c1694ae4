package org.tarishi.core.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.PluginInstaller;
import org.tarishi.core.spi.PluginRefusedException;
import org.tarishi.core.spi.PluginSwitch;

/**
 * Carries out the one way in: copy, look, install beside, plan, resolve, start, check, put in force, let the old one drain and go; and the
 * same way back.
 *
 * <p>One change at a time. Until the new bundle is in force nothing has changed for mail; whatever goes wrong before that takes
 * it out again. A plugin that can't be there twice ({@code SwapInPlace}) is the exception: its old version stops first, and starts
 * again when the new one is refused.
 */
final class Installer implements PluginInstaller {

    private static final Logger LOG = LoggerFactory.getLogger(Installer.class);

    private final Bundles bundles;
    private final PluginStore store;
    private final KeptVersions kept;
    private final History history;
    private final Planner planner;
    private final Clock clock;

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Leaving leaving;
    private final Draining draining;
    private final Probation probation;
    private final Changeover changeover;
    private final Restorer restorer;
    private final Versions versions;
    private final Admission admission;
    private final Trials trials;
    private final Intake intake;
    private final Foundation foundation;
    private final Trying trying;
    private final WaysBack back;

    private volatile Settings settings;
    private volatile Trust trust;

    Installer(
            BundleContext context,
            PluginStore store,
            KeptVersions kept,
            History history,
            ComponentCheck components,
            Supplier<PluginSwitch> chains,
            KeptSettings keptSettings,
            Clock clock,
            Settings settings,
            Trust trust) {
        this.bundles = new Bundles(context);
        this.leaving = new Leaving(() -> this.settings.stopLimit(), clock);
        this.draining = new Draining(lock, leaving);
        this.store = store;
        this.kept = kept;
        this.history = history;
        this.planner = new Planner(context, components);
        this.clock = clock;
        this.settings = settings;
        this.trust = trust;
        this.probation = new Probation(chains, new ProbationFile(store.folder()), this::judged);
        this.versions = new Versions(bundles, kept, components, clock);
        var core = new CoreSwap(context, components);
        this.changeover = new Changeover(
                store,
                kept,
                keptSettings,
                history,
                components,
                chains,
                draining,
                leaving,
                probation,
                versions,
                core,
                clock);
        this.restorer = new Restorer(context, bundles, store, planner, core, chains);
        this.admission = new Admission(bundles, components);
        this.trials = new Trials(lock, chains, draining, history, kept, clock);
        this.intake = new Intake(bundles, store, kept, draining, leaving, trials);
        this.foundation = new Foundation(context, bundles, intake, store, history);
        this.trying = new Trying(
                bundles, intake, planner, components, changeover, draining, leaving, versions, trials, chains);
        this.back = new WaysBack(
                bundles,
                intake,
                store,
                kept,
                keptSettings,
                history,
                components,
                planner,
                changeover,
                draining,
                leaving,
                probation,
                trials,
                versions,
                () -> this.settings,
                () -> this.trust,
                this::putIn);
    }

    /** Puts other settings in force, from the next installation on. */
    void configure(Settings other, Trust signers) {
        settings = other;
        trust = signers;
        lock.lock();
        try {
            for (var name : kept.names()) {
                kept.prune(name, other.keptVersions());
            }
        } catch (IOException e) {
            LOG.error("versions that are too much can't be deleted: {}", e.toString());
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether plugins may come in yet. */
    boolean isOpen() {
        return bundles.isOpen();
    }

    /** Returns what runs on probation, in a line each. */
    List<String> onProbation() {
        return probation.lines();
    }

    /** Returns what stays behind of bundles that were told to go. */
    Leaving leaving() {
        return leaving;
    }

    /** Returns the version on trial beside the one in force. */
    Trials trials() {
        return trials;
    }

    /** Watches nothing any more: a probation goes on when this is there again, a trial is over. */
    void close() {
        probation.close();
        lock.lock();
        try {
            var trial = trials.running();
            if (trial != null) {
                LOG.warn("{}", trials.drop(trial, "stop", "nobody watches it while the server, or core/deploy, stops"));
            }
        } catch (RuntimeException e) {
            // core/hooks has gone before; the next start takes note of it
            LOG.debug("the trial can't be ended", e);
        } finally {
            lock.unlock();
        }
        leaving.close();
    }

    @Override
    public String install(Path file, String door) throws PluginRefusedException {
        return install(file, Order.at(door));
    }

    /** Installs a file, or only says what that would do; returns what was done. */
    String install(Path file, Order order) throws PluginRefusedException {
        return take(file, order, jar -> putIn(jar, order, History.Kind.INSTALLED));
    }

    /** Tries a file beside the version in force, or only says what that would do; returns what was done. */
    String tryOut(Path file, TrialRequest request, Order order) throws PluginRefusedException {
        return take(file, order, jar -> {
            admission.checkIsPlugin(jar);
            return trying.tryOut(jar, request, order, settings);
        });
    }

    /** Puts the version on trial in force: the ordinary update. Returns what was done. */
    String promote(Order order) throws PluginRefusedException {
        var who = "-";
        lock.lock();
        try {
            checkIsOpen();
            who = trials.required().jar().symbolicName();
            return trying.promote(order, settings);
        } catch (PluginRefusedException e) {
            throw refused(order, who, e);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the trial. Returns what was done. */
    String drop(Order order) throws PluginRefusedException {
        lock.lock();
        try {
            return trying.drop(order);
        } finally {
            lock.unlock();
        }
    }

    /** What is done with a file that was looked at. */
    private interface Way {
        String go(PluginJar jar) throws PluginRefusedException;
    }

    private String take(Path file, Order order, Way way) throws PluginRefusedException {
        var who = "-";
        lock.lock();
        try {
            checkIsOpen();
            var now = settings;
            var staged = stage(file, now);
            try {
                var name = String.valueOf(file.getFileName());
                trust.check(staged, name, clock.instant());
                var jar = PluginJar.read(staged, name, now.jarLimits());
                who = jar.symbolicName();
                return way.go(jar);
            } finally {
                Files.deleteIfExists(staged);
            }
        } catch (IOException e) {
            throw refused(order, who, notCopied(file, e));
        } catch (PluginRefusedException e) {
            throw refused(order, who, e);
        } finally {
            lock.unlock();
        }
    }

    private Path stage(Path file, Settings now) throws PluginRefusedException {
        if (!Files.exists(file)) {
            throw new PluginRefusedException("there is no file " + file);
        }
        if (!Files.isRegularFile(file)) {
            throw new PluginRefusedException(file + " is no file: name the plugin's jar");
        }
        try {
            return store.stage(file, now.maxFileBytes());
        } catch (IOException e) {
            throw notCopied(file, e);
        }
    }

    private static PluginRefusedException notCopied(Path file, IOException e) {
        return new PluginRefusedException("can't copy " + file + ": " + e
                + "; make room, or make the file readable and the folder data writable");
    }

    private void checkIsOpen() throws PluginRefusedException {
        if (!bundles.isOpen()) {
            throw new PluginRefusedException("the server is starting: try again in a moment");
        }
    }

    private PluginRefusedException refused(Order order, String who, PluginRefusedException e) {
        if (!order.isDryRun()) {
            LOG.warn("refused ({}): {}", order.door(), e.getMessage());
            history.add(order.door(), who, History.Kind.REFUSED, String.valueOf(e.getMessage()));
        }
        return e;
    }

    // In.

    private String putIn(PluginJar jar, Order order, History.Kind kind) throws PluginRefusedException {
        admission.check(jar, trials.running() != null);
        if (CoreParts.isFoundation(jar.symbolicName())) {
            return foundation.putIn(jar, order);
        }
        var known = store.get(jar.symbolicName());
        if (known.isPresent()
                && known.get().hash().equals(jar.hash())
                && Bundles.isActive(bundles.at(jar.location()))) {
            return jar + " is in force already, the same bytes";
        }
        if (!order.isDryRun()) {
            draining.awaitPlace(jar.symbolicName(), settings.drainWait());
        }
        trials.checkIsFree(jar.symbolicName());
        // The same bytes may be there yet: put in through another door meanwhile, or draining still.
        var old = intake.inForce(jar.symbolicName()).stream()
                .filter(bundle -> !bundle.getLocation().equals(jar.location()))
                .toList();
        if (kind == History.Kind.INSTALLED) {
            Admission.checkVersion(jar, old, order, settings.refuseDowngrades());
        }
        var fresh = intake.keep(jar, bundle -> planner.plan(jar, bundle, old), order);
        if (fresh == null) {
            return "";
        }
        try {
            return changeover.carryOut(
                    new Changeover.Change(jar.symbolicName(), jar.toString(), fresh, old, jar, kind), order, settings);
        } catch (PluginRefusedException e) {
            intake.forget(jar);
            throw e;
        }
    }

    // Back.

    /**
     * Goes back to a kept version, and says what was done.
     *
     * @param to a version, or the beginning of a hash; null for the one that was in force last
     * @param withSettings whether its settings come back too
     */
    String rollBack(String symbolicName, @Nullable String to, boolean withSettings, Order order)
            throws PluginRefusedException {
        lock.lock();
        try {
            checkIsOpen();
            return back.rollBack(symbolicName, to, withSettings, order);
        } catch (PluginRefusedException e) {
            throw refused(order, symbolicName, e);
        } finally {
            lock.unlock();
        }
    }

    /** A probation is over. */
    private void judged(Probation.Watch watch, Probation.Judgement judgement) {
        lock.lock();
        try {
            var now = intake.inForce(watch.symbolicName());
            if (now.isEmpty() || now.getFirst().getBundleId() != watch.bundleId()) {
                return;
            }
            if (judgement.isPassed()) {
                history.add("probation", watch.symbolicName(), History.Kind.PASSED, judgement.reason());
                return;
            }
            try {
                var trial = trials.running();
                if (trial != null && trial.jar().symbolicName().equals(watch.symbolicName())) {
                    LOG.warn("{}", trials.drop(trial, "probation", "the version that it is compared with goes back"));
                }
                var done = back.putBack(watch.before(), Order.at("probation"), History.Kind.FAILED);
                LOG.error(
                        "{} {} is rolled back: {}; {}",
                        watch.symbolicName(),
                        watch.version(),
                        judgement.reason(),
                        done);
                history.add(
                        "probation",
                        watch.symbolicName(),
                        History.Kind.FAILED,
                        watch.version() + " was rolled back to "
                                + watch.before().version() + ": " + judgement.reason());
            } catch (PluginRefusedException e) {
                LOG.error(
                        "{} {} does not stand its probation ({}) and can't be rolled back: {}",
                        watch.symbolicName(),
                        watch.version(),
                        judgement.reason(),
                        e.getMessage());
                history.add("probation", watch.symbolicName(), History.Kind.REFUSED, String.valueOf(e.getMessage()));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Brings back what was in force when the server stopped, before any plugin has started. */
    void restore() {
        lock.lock();
        try {
            restorer.restore(trust);
            resumeProbations();
            trials.restore();
        } finally {
            lock.unlock();
        }
    }

    /** Goes on with the probations that the stop has cut off, where both versions are still there. */
    private void resumeProbations() {
        for (var saved : probation.saved()) {
            var name = saved.symbolicName();
            var bundle = bundles.at(PluginStore.LOCATION + saved.hash());
            boolean isInForce = store.get(name)
                    .filter(entry -> entry.hash().equals(saved.hash()))
                    .isPresent();
            var before = kept.of(name).stream()
                    .filter(one -> one.hash().equals(saved.before()))
                    .findFirst();
            if (bundle != null && isInForce && before.isPresent()) {
                probation.resume(saved, bundle, before.get(), settings.probation(), settings.probationFaults());
            } else {
                history.add(
                        "probation",
                        name,
                        History.Kind.PASSED,
                        "the probation has ended with the restart: one of the two versions is not there any more");
            }
        }
    }

    /** Tells chains that have come since, after an update of core/hooks, what is in force; then they take over. */
    void succeed(PluginSwitch newcomer, Runnable takeOver) {
        lock.lock();
        try {
            // Counts begin anew with them, as at a start.
            probation.close();
            restorer.tell(newcomer);
            draining.names()
                    .forEach(name -> intake.inForce(name)
                            .forEach(
                                    bundle -> newcomer.putInForce(Bundles.byPlugin(versions.plugins(bundle), bundle))));
            trials.tell(newcomer);
            takeOver.run();
            resumeProbations();
        } finally {
            lock.unlock();
        }
    }

    // Out.

    /**
     * Takes out what was installed under a symbolic name; a shipped version of it comes back. Returns what was done.
     *
     * @param forgets whether the versions that are kept go too
     */
    String remove(String symbolicName, boolean forgets, Order order) throws PluginRefusedException {
        lock.lock();
        try {
            return back.remove(symbolicName, forgets, order);
        } catch (IOException e) {
            throw refused(order, symbolicName, new PluginRefusedException(symbolicName + " can't be removed: " + e));
        } catch (PluginRefusedException e) {
            throw refused(order, symbolicName, e);
        } finally {
            lock.unlock();
        }
    }
}
