package org.tarishi.core.deploy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.deploy.KeptVersions.Kept;
import org.tarishi.core.spi.PluginSwitch;
import org.tarishi.core.spi.PluginSwitch.Tally;

/**
 * Watches versions that have just replaced others, through their first transactions. While there is one to watch a virtual thread looks at
 * the counts; otherwise nothing runs. Any thread.
 */
final class Probation implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Probation.class);

    private static final Duration INTERVAL = Duration.ofMillis(100);

    /** "More than twice as often". */
    private static final int FACTOR = 2;

    private final Supplier<PluginSwitch> chains;
    private final ProbationFile file;
    private final BiConsumer<Watch, Judgement> judged;
    private final Map<String, Watch> watches = new LinkedHashMap<>();
    private @Nullable Thread watcher;

    /**
     * A version on probation.
     *
     * @param symbolicName its bundle's name
     * @param bundleId its bundle
     * @param hash the SHA-256 of its bytes
     * @param version its version
     * @param before what it has replaced
     * @param old how that did, from its start to its replacement
     * @param start how the new one had done when its probation began; it may have been in force before
     * @param transactions how many transactions the probation lasts
     * @param leastFaults how many faults are none
     */
    record Watch(
            String symbolicName,
            long bundleId,
            String hash,
            String version,
            Kept before,
            Tally old,
            Tally start,
            int transactions,
            int leastFaults) {}

    /**
     * What came out.
     *
     * @param isPassed whether it stays
     * @param reason the counts, in words
     */
    record Judgement(boolean isPassed, String reason) {}

    Probation(Supplier<PluginSwitch> chains, ProbationFile file, BiConsumer<Watch, Judgement> judged) {
        this.chains = chains;
        this.file = file;
        this.judged = judged;
    }

    /** Begins to watch; an earlier watch of the same bundle ends. */
    synchronized void begin(Watch watch) {
        watches.put(watch.symbolicName(), watch);
        save();
        if (watcher == null) {
            watcher = Thread.ofVirtual().name("plugin probation").start(this::watch);
        }
    }

    /** Ends a watch without a word. */
    synchronized void end(String symbolicName) {
        if (watches.remove(symbolicName) != null) {
            save();
        }
    }

    /** Returns what was under way when this was closed, or when the process ended. */
    List<ProbationFile.Saved> saved() {
        return file.read();
    }

    /** Goes on where a probation was cut off. What was counted since it was last written down is not counted. */
    void resume(ProbationFile.Saved saved, Bundle bundle, Kept before, int transactions, int leastFaults) {
        if (transactions > 0) {
            var now = chains.get().tally(bundle.getBundleId());
            begin(new Watch(
                    saved.symbolicName(),
                    bundle.getBundleId(),
                    saved.hash(),
                    bundle.getVersion().toString(),
                    before,
                    saved.old(),
                    minus(now, saved.sofar()),
                    transactions,
                    leastFaults));
        }
    }

    /** Returns what was counted since. */
    static Tally minus(Tally a, Tally b) {
        return new Tally(a.transactions() - b.transactions(), a.faults() - b.faults(), a.timeouts() - b.timeouts());
    }

    private void save() {
        file.write(watches.values().stream()
                .map(watch -> new ProbationFile.Saved(
                        watch.symbolicName(), watch.hash(), watch.before().hash(), watch.old(), counted(watch)))
                .toList());
    }

    /** While core/hooks is away nobody knows; then the probation begins again at its restart. */
    private Tally counted(Watch watch) {
        try {
            return since(watch);
        } catch (RuntimeException e) {
            LOG.debug("{} can't be counted now", watch.symbolicName(), e);
            return new Tally(0, 0, 0);
        }
    }

    /** Returns a line for each version on probation. */
    List<String> lines() {
        var lines = new ArrayList<String>();
        for (var watch : all()) {
            var now = since(watch);
            lines.add(watch.symbolicName() + " " + watch.version() + " is on probation: " + now.transactions() + " of "
                    + watch.transactions() + " transactions, faults " + now.faults() + ", of these time-outs "
                    + now.timeouts() + "; before it was " + watch.before().version());
        }
        return lines;
    }

    private synchronized List<Watch> all() {
        return List.copyOf(watches.values());
    }

    private void watch() {
        try {
            while (isNeeded()) {
                Thread.sleep(INTERVAL);
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isNeeded() {
        if (watches.isEmpty()) {
            watcher = null;
            return false;
        }
        return true;
    }

    /** Looks once at all of them. */
    void look() {
        for (var watch : all()) {
            try {
                var judgement = judge(watch, since(watch), "probation");
                if (judgement != null && isMine(watch)) {
                    judged.accept(watch, judgement);
                }
            } catch (RuntimeException e) {
                // core/hooks may be on its way out or in: it is asked again
                LOG.debug("{} can't be judged now", watch.symbolicName(), e);
            }
        }
    }

    /** Ends a watch, unless another one has begun or somebody has ended it. */
    private synchronized boolean isMine(Watch watch) {
        boolean isMine = watches.remove(watch.symbolicName(), watch);
        if (isMine) {
            save();
        }
        return isMine;
    }

    private Tally since(Watch watch) {
        var now = minus(chains.get().tally(watch.bundleId()), watch.start());
        return new Tally(Math.max(0, now.transactions()), Math.max(0, now.faults()), Math.max(0, now.timeouts()));
    }

    /**
     * Judges a version; null while its probation, or another {@code time}, goes on. It fails as soon as no number of good transactions within the probation could
     * save it.
     */
    static @Nullable Judgement judge(Watch watch, Tally now, String time) {
        boolean faults = isTooMuch(watch, now, now.faults(), watch.old().faults());
        boolean timeouts = isTooMuch(watch, now, now.timeouts(), watch.old().timeouts());
        if (faults || timeouts) {
            return new Judgement(
                    false,
                    (timeouts ? "time-outs " + now.timeouts() : "faults " + now.faults()) + " in "
                            + now.transactions() + " transactions of its " + time + ", against "
                            + (timeouts ? watch.old().timeouts() : watch.old().faults()) + " in "
                            + watch.old().transactions() + " of "
                            + watch.before().version());
        }
        return now.transactions() >= watch.transactions()
                ? new Judgement(
                        true,
                        watch.version() + " has passed its " + time + ": faults " + now.faults() + " in "
                                + now.transactions() + " transactions")
                : null;
    }

    private static boolean isTooMuch(Watch watch, Tally now, long mine, long before) {
        if (mine < watch.leastFaults()) {
            return false;
        }
        double rate = watch.old().transactions() == 0
                ? 0
                : (double) before / watch.old().transactions();
        return mine > FACTOR * rate * Math.max(now.transactions(), watch.transactions());
    }

    @Override
    public synchronized void close() {
        if (!watches.isEmpty()) {
            save();
        }
        watches.clear();
        var running = watcher;
        watcher = null;
        if (running != null) {
            running.interrupt();
        }
    }
}
