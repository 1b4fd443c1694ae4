package org.tarishi.core.deploy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.deploy.KeptVersions.Kept;
import org.tarishi.core.spi.PluginRefusedException;
import org.tarishi.core.spi.PluginSwitch;
import org.tarishi.core.spi.PluginSwitch.Tally;
import org.tarishi.core.spi.PluginTrial;

/**
 * The version that is tried beside the one in force, as a canary or a shadow: one at a time. Guarded by the installer's lock, but for
 * what only tells.
 *
 * <p>It is dropped by itself where it faults more than twice as often as the version in force, by the rule of {@link Probation}; when it can't
 * be asked any more; and when the server or this bundle stops, for nobody watches it then. While one is under way a virtual thread looks
 * after it; otherwise nothing runs.
 */
final class Trials {

    private static final Logger LOG = LoggerFactory.getLogger(Trials.class);

    private static final Duration INTERVAL = Duration.ofMillis(100);

    /** Over how many transactions faults are weighed where new versions have no probation. */
    private static final int TRANSACTIONS = 200;

    private final ReentrantLock lock;
    private final Supplier<PluginSwitch> chains;
    private final Draining draining;
    private final History history;
    private final KeptVersions kept;
    private final Clock clock;
    private volatile @Nullable Running running;
    private volatile @Nullable Thread watcher;

    /**
     * A trial under way.
     *
     * @param request how it is tried
     * @param jar its bytes
     * @param fresh its bundle
     * @param plugins the ids of the plugins in it
     * @param old the bundle in force
     * @param before the version in force
     * @param since when it began
     * @param start how the new one had done then; the framework may have had it before
     * @param oldStart how the version in force had done then
     * @param transactions over how many transactions faults are weighed
     * @param leastFaults how many faults are none
     */
    record Running(
            TrialRequest request,
            PluginJar jar,
            Bundle fresh,
            Set<String> plugins,
            Bundle old,
            Kept before,
            Instant since,
            Tally start,
            Tally oldStart,
            int transactions,
            int leastFaults) {

        String shown() {
            return Names.shown(jar.symbolicName(), jar.version(), plugins);
        }
    }

    Trials(
            ReentrantLock lock,
            Supplier<PluginSwitch> chains,
            Draining draining,
            History history,
            KeptVersions kept,
            Clock clock) {
        this.lock = lock;
        this.chains = chains;
        this.draining = draining;
        this.history = history;
        this.kept = kept;
        this.clock = clock;
    }

    /** Returns the trial under way. */
    @Nullable Running running() {
        return running;
    }

    /** Returns the trial under way, or refuses. */
    Running required() throws PluginRefusedException {
        var now = running;
        if (now == null) {
            throw new PluginRefusedException(
                    "no version is on trial: `tarishi plugin canary FILE --percent N` or `tarishi"
                            + " plugin shadow FILE` begins one");
        }
        return now;
    }

    /** Tells whether a bundle is on trial, and so not in force. */
    boolean isOnTrial(Bundle bundle) {
        var now = running;
        return now != null && now.fresh().equals(bundle);
    }

    /** Refuses to change what is being compared. */
    void checkIsFree(String symbolicName) throws PluginRefusedException {
        var now = running;
        if (now != null && now.jar().symbolicName().equals(symbolicName)) {
            throw isUnderWay(now);
        }
    }

    /** Refuses what can't be tried. */
    void check(PluginJar jar, TrialRequest request, List<Bundle> old) throws PluginRefusedException {
        var now = running;
        if (now != null) {
            throw isUnderWay(now);
        }
        if (old.isEmpty()) {
            throw new PluginRefusedException(jar.symbolicName()
                    + " is not here, so there is nothing to try it beside: `tarishi plugin install` puts it in");
        }
        if (old.getFirst().getLocation().equals(jar.location())) {
            throw new PluginRefusedException(jar + " is in force already, the same bytes");
        }
        if (!request.isShadow()) {
            return;
        }
        switch (jar.shadowing()) {
            case SAFE -> {}
            case NOT_PROMISED ->
                throw new PluginRefusedException(jar + " does not promise by @ShadowSafe that it has no effect but its"
                        + " answers, so that it can't be a shadow: try it as a canary");
            case TAKES_MESSAGES ->
                throw new PluginRefusedException(
                        jar + " takes messages, and a shadow would take them too: try it as a canary");
        }
    }

    /** Refuses what can't be there twice. */
    static void checkIsNotInPlace(PluginJar jar, boolean isInPlace) throws PluginRefusedException {
        if (isInPlace) {
            throw new PluginRefusedException(
                    jar + " can't be there twice, so that it can't be tried: `tarishi plugin install` replaces it");
        }
    }

    private static PluginRefusedException isUnderWay(Running now) {
        var word = now.request().word();
        return new PluginRefusedException(now.shown() + " is on trial: `tarishi plugin " + word
                + " promote` puts it in force, `tarishi plugin " + word + " drop` ends the trial");
    }

    /** Begins; the bundle has started and passed its check. Returns what was done. */
    String begin(Running trial, Order order) {
        running = trial;
        chains.get().tryOut(spi(trial));
        var done = trial.shown() + " is on trial as a " + trial.request().word() + " beside "
                + trial.before().version() + ": it " + trial.request().sessions();
        LOG.info("{} ({})", done, order.door());
        history.add(order.door(), trial.jar().symbolicName(), History.Kind.TRIED, done);
        watcher = Thread.ofVirtual().name("plugin trial").start(() -> watch(trial));
        return done;
    }

    private static PluginTrial spi(Running trial) {
        return new PluginTrial(
                Bundles.byPlugin(trial.plugins(), trial.fresh()),
                trial.request().mode(),
                trial.request().percent(),
                trial.request().clients(),
                trial.since());
    }

    /** Makes a trial of what is about to be tried. */
    Running of(
            TrialRequest request,
            PluginJar jar,
            Bundle fresh,
            Set<String> plugins,
            Bundle old,
            Kept before,
            Settings settings) {
        var switches = chains.get();
        return new Running(
                request,
                jar,
                fresh,
                plugins,
                old,
                before,
                clock.instant(),
                switches.tally(fresh.getBundleId()),
                switches.tally(old.getBundleId()),
                settings.probation() == 0 ? TRANSACTIONS : settings.probation(),
                settings.probationFaults());
    }

    /** Ends the trial; its sessions have the version in force from their next transaction on. */
    String drop(Running trial, String door, String reason) {
        var switches = chains.get();
        end();
        switches.endTrial();
        draining.add(trial.jar().symbolicName(), trial.fresh(), switches);
        kept.forgetUnlessKept(trial.jar());
        var done = trial.shown() + " is dropped" + (reason.isEmpty() ? "" : ": " + reason) + "; "
                + trial.before().version() + " is in force for all";
        history.add(door, trial.jar().symbolicName(), History.Kind.DROPPED, done);
        return done;
    }

    /** Watches no longer: the trial is over, one way or the other. */
    void end() {
        running = null;
        var thread = watcher;
        watcher = null;
        if (thread != null && !thread.equals(Thread.currentThread())) {
            thread.interrupt();
        }
    }

    /** Tells chains that have come since of the trial. */
    void tell(PluginSwitch newcomer) {
        var now = running;
        if (now != null) {
            newcomer.tryOut(spi(now));
        }
    }

    /** Takes note of trials that the end of the process has cut off. */
    void restore() {
        for (var event : history.lastOf(History.Kind.TRIED)) {
            history.add(
                    "start",
                    event.symbolicName(),
                    History.Kind.DROPPED,
                    "the trial has ended with the server's stop: " + event.text());
            LOG.warn(
                    "{}: a trial has ended with the server's stop, the version in force is asked in all sessions",
                    event.symbolicName());
        }
    }

    private void watch(Running trial) {
        try {
            while (trial.equals(running)) {
                Thread.sleep(INTERVAL);
                look();
            }
        } catch (InterruptedException e) {
            // over
            Thread.currentThread().interrupt();
        }
    }

    /** Looks once whether it is good enough. */
    void look() {
        var now = running;
        if (now == null) {
            return;
        }
        String reason;
        try {
            reason = verdict(now);
        } catch (RuntimeException e) {
            // core/hooks may be on its way out or in: it is asked again
            LOG.debug("{} can't be judged now", now.shown(), e);
            return;
        }
        if (!reason.isEmpty()) {
            lock.lock();
            try {
                if (now.equals(running)) {
                    LOG.error("{}", drop(now, "trial", reason));
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Returns why it is to be dropped; empty while it is good enough. */
    private String verdict(Running now) {
        var report = chains.get().trialReport();
        if (report.isPresent() && !report.get().isOn()) {
            return "it can't be asked any more, `tarishi plugin why "
                    + now.jar().symbolicName() + "` tells more";
        }
        var watch = new Probation.Watch(
                now.jar().symbolicName(),
                now.fresh().getBundleId(),
                now.jar().hash(),
                now.jar().version().toString(),
                now.before(),
                chains.get().tally(now.old().getBundleId()),
                now.start(),
                now.transactions(),
                now.leastFaults());
        var tally = Probation.minus(chains.get().tally(now.fresh().getBundleId()), now.start());
        var judgement = Probation.judge(watch, tally, "trial");
        return judgement == null || judgement.isPassed() ? "" : judgement.reason();
    }

    /** Returns, in a line each, how both versions have done. */
    List<String> report() throws PluginRefusedException {
        var now = required();
        var switches = chains.get();
        return TrialTable.lines(
                now,
                Probation.minus(switches.tally(now.old().getBundleId()), now.oldStart()),
                Probation.minus(switches.tally(now.fresh().getBundleId()), now.start()),
                Objects.requireNonNull(switches.trialReport().orElse(null), "core/hooks knows of no trial"));
    }

    /** Returns a line where one is under way. */
    List<String> lines() {
        var now = running;
        return now == null
                ? List.of()
                : List.of(now.shown() + " is on trial as a " + now.request().word() + " beside "
                        + now.before().version() + " since " + now.since() + ": it "
                        + now.request().sessions());
    }
}
