package org.tarishi.core.deploy;

import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.PluginRefusedException;
import org.tarishi.core.spi.PluginSwitch;

/** The steps of a trial: in beside the version in force, then in its place or out again. Guarded by the installer's lock. */
final class Trying {

    private static final Logger LOG = LoggerFactory.getLogger(Trying.class);

    private final Bundles bundles;
    private final Intake intake;
    private final Planner planner;
    private final ComponentCheck components;
    private final Changeover changeover;
    private final Draining draining;
    private final Leaving leaving;
    private final Versions versions;
    private final Trials trials;
    private final Supplier<PluginSwitch> chains;

    Trying(
            Bundles bundles,
            Intake intake,
            Planner planner,
            ComponentCheck components,
            Changeover changeover,
            Draining draining,
            Leaving leaving,
            Versions versions,
            Trials trials,
            Supplier<PluginSwitch> chains) {
        this.bundles = bundles;
        this.intake = intake;
        this.planner = planner;
        this.components = components;
        this.changeover = changeover;
        this.draining = draining;
        this.leaving = leaving;
        this.versions = versions;
        this.trials = trials;
        this.chains = chains;
    }

    /** Tries a jar, or only says what that would do; returns what was done. */
    String tryOut(PluginJar jar, TrialRequest request, Order order, Settings settings) throws PluginRefusedException {
        trials.check(jar, request, intake.inForce(jar.symbolicName()));
        if (!order.isDryRun()) {
            draining.awaitPlace(jar.symbolicName(), settings.drainWait());
        }
        var old = intake.inForce(jar.symbolicName());
        trials.check(jar, request, old);
        Trials.checkIsNotInPlace(jar, jar.swapsInPlace() || components.swapsInPlace(old.getFirst()));
        Admission.checkVersion(jar, old, order, settings.refuseDowngrades());
        if (bundles.at(jar.location()) != null) {
            throw new PluginRefusedException(jar + " still has transactions to end: try again later");
        }
        var fresh = intake.keep(jar, bundle -> planner.trial(jar, bundle, old.getFirst(), request), order);
        if (fresh == null) {
            return "";
        }
        try {
            leaving.noteThreads(old.getFirst());
            chains.get().keepOut(fresh.getBundleId());
            Bundles.start(jar.toString(), fresh);
            var plugins = changeover.check(jar.toString(), fresh, settings);
            return trials.begin(
                    trials.of(
                            request,
                            jar,
                            fresh,
                            plugins,
                            old.getFirst(),
                            versions.of(jar.symbolicName(), old.getFirst()),
                            settings),
                    order);
        } catch (PluginRefusedException e) {
            takeBack(jar, fresh);
            throw e;
        } catch (RuntimeException e) {
            takeBack(jar, fresh);
            throw new PluginRefusedException(jar + " can't be tried: " + e);
        }
    }

    private void takeBack(PluginJar jar, Bundle fresh) {
        leaving.takeOut(fresh);
        intake.forget(jar);
    }

    /** Puts the version on trial in force: the ordinary update. Returns what was done. */
    String promote(Order order, Settings settings) throws PluginRefusedException {
        var trial = trials.required();
        var jar = trial.jar();
        var name = jar.symbolicName();
        if (!order.isDryRun()) {
            draining.awaitPlace(name, settings.drainWait());
            if (!trial.equals(trials.running())) {
                throw new PluginRefusedException("the trial has ended meanwhile, see `tarishi plugin history`");
            }
        }
        var old = intake.inForce(name);
        order.planned().accept(planner.plan(jar, trial.fresh(), old));
        if (order.isDryRun()) {
            return "";
        }
        trials.end();
        try {
            return changeover.carryOut(
                    new Changeover.Change(name, jar.toString(), trial.fresh(), old, jar, History.Kind.INSTALLED),
                    order,
                    settings);
        } catch (PluginRefusedException e) {
            chains.get().endTrial();
            intake.forget(jar);
            throw e;
        }
    }

    /** Ends the trial. Returns what was done. */
    String drop(Order order) throws PluginRefusedException {
        var trial = trials.required();
        order.planned().accept(planner.drop(trial));
        if (order.isDryRun()) {
            return "";
        }
        var done = trials.drop(trial, order.door(), "");
        LOG.info("{} ({})", done, order.door());
        return done;
    }
}
