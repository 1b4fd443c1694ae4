package org.tarishi.core.deploy;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.deploy.KeptVersions.Kept;
import org.tarishi.core.spi.PluginRefusedException;
import org.tarishi.core.spi.PluginSwitch;

/**
 * Puts one installed bundle in the place of another: start, check, write down, switch, let the old one drain; whatever fails before the
 * switch leaves everything as it was. Guarded by the installer's lock.
 */
final class Changeover {

    private static final Logger LOG = LoggerFactory.getLogger(Changeover.class);

    private final PluginStore store;
    private final KeptVersions kept;
    private final KeptSettings keptSettings;
    private final History history;
    private final ComponentCheck components;
    private final ReadyCheck check;
    private final Supplier<PluginSwitch> chains;
    private final Draining draining;
    private final Leaving leaving;
    private final Probation probation;
    private final Versions versions;
    private final CoreSwap core;
    private final Clock clock;

    Changeover(
            PluginStore store,
            KeptVersions kept,
            KeptSettings keptSettings,
            History history,
            ComponentCheck components,
            Supplier<PluginSwitch> chains,
            Draining draining,
            Leaving leaving,
            Probation probation,
            Versions versions,
            CoreSwap core,
            Clock clock) {
        this.store = store;
        this.kept = kept;
        this.keptSettings = keptSettings;
        this.history = history;
        this.components = components;
        this.check = new ReadyCheck(components, chains);
        this.chains = chains;
        this.draining = draining;
        this.leaving = leaving;
        this.probation = probation;
        this.versions = versions;
        this.core = core;
        this.clock = clock;
    }

    /**
     * One bundle in the place of others.
     *
     * @param jar what was installed; null when a shipped version comes back
     */
    record Change(
            String symbolicName,
            String who,
            Bundle fresh,
            List<Bundle> old,
            @Nullable PluginJar jar,
            History.Kind kind) {}

    /** Waits until a bundle that was started passes its check; returns the ids of its plugins. */
    Set<String> check(String who, Bundle fresh, Settings settings) throws PluginRefusedException {
        return check.pass(who, fresh, settings.checkLimit());
    }

    /** Carries out a change, or leaves everything as it was; returns what was done. */
    String carryOut(Change change, Order order, Settings settings) throws PluginRefusedException {
        var fresh = change.fresh();
        boolean isCore = CoreParts.has(change.symbolicName());
        boolean wasRunning = draining.has(change.symbolicName(), fresh);
        var inPlace = new ArrayList<Bundle>();
        var switches = chains.get();
        // What a bundle that is stopped has for settings and plugins nobody can tell any more.
        var before = change.old().isEmpty()
                ? null
                : remember(change.symbolicName(), change.old().getFirst());
        var ready = isCore ? readyWithout(change) : Set.<String>of();
        try {
            change.old().forEach(leaving::noteThreads);
            if (isCore) {
                core.level(fresh, change.old());
            }
            if (isInPlace(change)) {
                if (isCore) {
                    core.resolve(change.who(), fresh);
                    core.rest(change.old(), settings.drainWait());
                }
                for (var bundle : change.old()) {
                    // For a while only: so core/hooks knows that it is replaced, and lets mail wait.
                    leaving.stopForAWhile(bundle);
                    inPlace.add(bundle);
                }
            }
            Bundles.start(change.who(), fresh);
            var plugins = isCore
                    ? core.check(change.who(), fresh, ready, settings.checkLimit())
                    : check.pass(change.who(), fresh, settings.checkLimit());
            if (isCore && !inPlace.isEmpty()) {
                core.awaitDependants(change.who(), ready, settings.checkLimit());
            }
            writeDown(change, plugins, order.door());
            var tally = change.old().isEmpty()
                    ? null
                    : switches.tally(change.old().getFirst().getBundleId());
            if (!isCore) {
                switches.putInForce(Bundles.byPlugin(plugins, fresh));
            }
            draining.leave(change.symbolicName(), fresh);
            change.old().forEach(bundle -> {
                if (isCore) {
                    draining.add(change.symbolicName(), bundle, core.retire(bundle, settings.coreDrain()));
                } else {
                    draining.add(change.symbolicName(), bundle, switches);
                }
            });
            var done = describe(change, plugins, before);
            if (change.kind() != History.Kind.FAILED) {
                LOG.info("{} ({})", done, order.door());
                history.add(order.door(), change.symbolicName(), change.kind(), done);
            }
            keep(before, settings.keptVersions());
            watch(change, before, tally, settings);
            return done;
        } catch (PluginRefusedException e) {
            takeBack(fresh, wasRunning, inPlace);
            throw e;
        } catch (RuntimeException e) {
            takeBack(fresh, wasRunning, inPlace);
            throw new PluginRefusedException(change.who() + " can't be installed: " + e);
        }
    }

    /** Returns which statuses are ready with the old version: the new one shall not be worse. */
    private Set<String> readyWithout(Change change) {
        var ready = new HashSet<>(core.ready(change.old()));
        ready.addAll(core.readyDependants());
        return ready;
    }

    private boolean isInPlace(Change change) {
        var way = CoreParts.way(change.symbolicName());
        if (way.isPresent()) {
            return way.get() == CoreParts.Way.IN_PLACE;
        }
        var jar = change.jar();
        return (jar != null && jar.swapsInPlace()) || change.old().stream().anyMatch(components::swapsInPlace);
    }

    private void takeBack(Bundle fresh, boolean wasRunning, List<Bundle> inPlace) {
        if (!wasRunning) {
            leaving.takeOut(fresh);
        }
        Bundles.startAgain(inPlace);
    }

    private void writeDown(Change change, Set<String> plugins, String door) throws PluginRefusedException {
        try {
            var jar = change.jar();
            if (jar == null) {
                store.remove(change.symbolicName());
                kept.isInForce(change.symbolicName(), KeptVersions.SHIPPED);
            } else {
                store.putInForce(jar, plugins, clock.instant(), door);
                kept.isInForce(change.symbolicName(), jar.hash());
            }
        } catch (IOException e) {
            throw new PluginRefusedException("can't write down that " + change.who() + " is in force: " + e
                    + "; make room, or make the folder data/deploy writable");
        }
    }

    /** A version that is replaced, and the texts of its settings. */
    record Remembered(Kept version, Map<String, String> texts) {}

    /** Takes note of a version while it runs: what it is, and how its settings stand. */
    Remembered remember(String symbolicName, Bundle old) {
        return new Remembered(versions.of(symbolicName, old), keptSettings.texts(components.pids(old)));
    }

    void keep(@Nullable Remembered before, int most) {
        if (before != null) {
            try {
                kept.keep(before.version(), before.texts(), most);
            } catch (IOException e) {
                LOG.error(
                        "{} {} can't be kept, so that there is no way back to it: {}",
                        before.version().symbolicName(),
                        before.version().version(),
                        e.toString());
            }
        }
    }

    private void watch(Change change, @Nullable Remembered before, PluginSwitch.@Nullable Tally tally, Settings now) {
        probation.end(change.symbolicName());
        var jar = change.jar();
        if (change.kind() == History.Kind.INSTALLED
                && jar != null
                && before != null
                && tally != null
                && now.probation() > 0) {
            probation.begin(new Probation.Watch(
                    change.symbolicName(),
                    change.fresh().getBundleId(),
                    jar.hash(),
                    change.fresh().getVersion().toString(),
                    before.version(),
                    tally,
                    chains.get().tally(change.fresh().getBundleId()),
                    now.probation(),
                    now.probationFaults()));
        }
    }

    private String describe(Change change, Set<String> plugins, @Nullable Remembered before) {
        var jar = change.jar();
        var name = Names.shown(change.symbolicName(), change.fresh().getVersion(), plugins);
        var again = change.kind() == History.Kind.INSTALLED ? " is in force" : " is in force again";
        var place =
                before == null ? "" : ", in the place of " + before.version().version();
        if (change.kind() == History.Kind.INSTALLED) {
            return name + again + place;
        }
        var target = new Kept(
                change.symbolicName(),
                jar == null ? KeptVersions.SHIPPED : jar.hash(),
                change.fresh().getVersion(),
                plugins,
                Instant.EPOCH);
        return name + again + place + keptSettings.offer(kept, target, components.pids(change.fresh()));
    }
}
