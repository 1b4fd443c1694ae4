package org.tarishi.core.deploy;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.deploy.KeptVersions.Kept;
import org.tarishi.core.spi.PluginRefusedException;

/** The steps of a way back: to a kept version, to the shipped one, or out. Guarded by the installer's lock. */
final class WaysBack {

    private static final Logger LOG = LoggerFactory.getLogger(WaysBack.class);

    /** How a kept jar comes in again. */
    interface In {
        String putIn(PluginJar jar, Order order, History.Kind kind) throws PluginRefusedException;
    }

    private final Bundles bundles;
    private final Intake intake;
    private final PluginStore store;
    private final KeptVersions kept;
    private final KeptSettings keptSettings;
    private final History history;
    private final ComponentCheck components;
    private final Planner planner;
    private final Changeover changeover;
    private final Draining draining;
    private final Leaving leaving;
    private final Probation probation;
    private final Trials trials;
    private final Versions versions;
    private final Supplier<Settings> settings;
    private final Supplier<Trust> trust;
    private final In in;

    WaysBack(
            Bundles bundles,
            Intake intake,
            PluginStore store,
            KeptVersions kept,
            KeptSettings keptSettings,
            History history,
            ComponentCheck components,
            Planner planner,
            Changeover changeover,
            Draining draining,
            Leaving leaving,
            Probation probation,
            Trials trials,
            Versions versions,
            Supplier<Settings> settings,
            Supplier<Trust> trust,
            In in) {
        this.bundles = bundles;
        this.intake = intake;
        this.store = store;
        this.kept = kept;
        this.keptSettings = keptSettings;
        this.history = history;
        this.components = components;
        this.planner = planner;
        this.changeover = changeover;
        this.draining = draining;
        this.leaving = leaving;
        this.probation = probation;
        this.trials = trials;
        this.versions = versions;
        this.settings = settings;
        this.trust = trust;
        this.in = in;
    }

    /** Goes back to a kept version; see {@link Installer#rollBack}. */
    String rollBack(String symbolicName, @Nullable String to, boolean withSettings, Order order)
            throws PluginRefusedException {
        var current = versions.current(symbolicName, intake.inForce(symbolicName));
        if (to != null && current != null && current.isCalled(to)) {
            return withSettings && !order.isDryRun()
                    ? symbolicName + " " + current.shown() + " is in force"
                            + keptSettings.putBack(kept, current, pids(symbolicName))
                    : symbolicName + " " + current.shown() + " is in force already";
        }
        var target = versions.choose(symbolicName, to, current);
        trials.checkIsFree(symbolicName);
        var done = putBack(target, order, History.Kind.ROLLED_BACK);
        if (order.isDryRun()) {
            return done;
        }
        return withSettings ? done + keptSettings.putBack(kept, target, pids(symbolicName)) : done;
    }

    private Set<String> pids(String symbolicName) {
        var now = intake.inForce(symbolicName);
        return now.isEmpty() ? Set.of() : components.pids(now.getFirst());
    }

    String putBack(Kept target, Order order, History.Kind kind) throws PluginRefusedException {
        if (target.isShipped()) {
            return putBackShipped(target.symbolicName(), order, kind);
        }
        var file = store.jar(target.hash());
        trust.get().check(file, target.symbolicName() + " " + target.version(), target.until());
        return in.putIn(store.read(target.symbolicName(), target.hash()), order, kind);
    }

    private String putBackShipped(String symbolicName, Order order, History.Kind kind) throws PluginRefusedException {
        var shipped = bundles.shipped(symbolicName);
        if (shipped.isEmpty()) {
            throw new PluginRefusedException("no version of " + symbolicName + " comes with this distribution");
        }
        var fresh = shipped.getFirst();
        var old = intake.inForce(symbolicName).stream()
                .filter(bundle -> !bundle.equals(fresh))
                .toList();
        var who = symbolicName + " " + fresh.getVersion();
        order.planned()
                .accept(new Plan(
                        old.isEmpty()
                                ? "starts " + who + ", which is shipped"
                                : "replaces " + symbolicName + " "
                                        + old.getFirst().getVersion() + " by " + fresh.getVersion()
                                        + ", which is shipped",
                        planner.touches(symbolicName, Set.of(), old),
                        planner.needs(who, fresh),
                        List.of()));
        if (order.isDryRun()) {
            return "";
        }
        draining.awaitPlace(symbolicName, settings.get().drainWait());
        return changeover.carryOut(
                new Changeover.Change(symbolicName, who, fresh, old, null, kind), order, settings.get());
    }

    /** Takes out what was installed; see {@link Installer#remove}. */
    String remove(String symbolicName, boolean forgets, Order order) throws PluginRefusedException, IOException {
        var entry = store.get(symbolicName)
                .orElseThrow(() -> new PluginRefusedException(
                        symbolicName + " was not installed here; see `tarishi plugin list`"));
        trials.checkIsFree(symbolicName);
        String done;
        if (!bundles.shipped(symbolicName).isEmpty()) {
            done = putBackShipped(symbolicName, order, History.Kind.REMOVED);
            done = order.isDryRun() ? done : symbolicName + " is removed; " + done;
        } else {
            done = takeOut(symbolicName, entry, order);
        }
        if (forgets && !order.isDryRun()) {
            for (var one : kept.of(symbolicName)) {
                kept.forget(one);
            }
        }
        return done;
    }

    private String takeOut(String symbolicName, PluginStore.Entry entry, Order order) throws IOException {
        var bundle = bundles.at(PluginStore.LOCATION + entry.hash());
        var old = bundle == null ? List.<Bundle>of() : List.of(bundle);
        order.planned()
                .accept(new Plan(
                        "removes "
                                + (bundle == null
                                        ? symbolicName
                                        : Names.shown(symbolicName, bundle.getVersion(), entry.plugins()))
                                + ", of which no version is shipped",
                        planner.touches(symbolicName, Set.of(), old),
                        List.of(),
                        List.of()));
        if (order.isDryRun()) {
            return "";
        }
        var before = bundle == null ? null : changeover.remember(symbolicName, bundle);
        store.remove(symbolicName);
        probation.end(symbolicName);
        if (bundle != null) {
            leaving.takeOut(bundle);
        }
        changeover.keep(before, settings.get().keptVersions());
        var done = symbolicName + " is removed";
        LOG.info("{} ({})", done, order.door());
        history.add(order.door(), symbolicName, History.Kind.REMOVED, done);
        return done;
    }
}
