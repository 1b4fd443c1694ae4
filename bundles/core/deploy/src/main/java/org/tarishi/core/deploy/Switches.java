package org.tarishi.core.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tarishi.core.spi.PluginSwitch;
import org.tarishi.core.spi.PluginTrial;
import org.tarishi.core.spi.TrialReport;

/**
 * The chains, and those of former versions of {@code core/hooks} that still have sessions: what is said to the ones is said to the others,
 * what is asked is asked of the ones in force. Any thread.
 */
final class Switches implements PluginSwitch {

    private final AtomicReference<@Nullable PluginSwitch> current = new AtomicReference<>();
    private final List<Retired> retired = new CopyOnWriteArrayList<>();

    /** Chains that nothing new begins with, and when they are gone. */
    private record Retired(PluginSwitch chains, CompletableFuture<@Nullable Void> gone) {}

    void set(PluginSwitch chains) {
        current.set(chains);
    }

    void unset(PluginSwitch chains) {
        current.compareAndSet(chains, null);
    }

    void addRetired(PluginSwitch chains) {
        retired.add(new Retired(chains, new CompletableFuture<>()));
    }

    void removeRetired(PluginSwitch chains) {
        retired.removeIf(one -> {
            boolean isIt = one.chains().equals(chains);
            if (isIt) {
                one.gone().complete(null);
            }
            return isIt;
        });
    }

    /** Returns the chains, null while core/hooks is not there. */
    @Nullable PluginSwitch present() {
        return current.get() == null ? null : this;
    }

    private PluginSwitch now() {
        return Objects.requireNonNull(current.get(), "core/hooks is not there");
    }

    private Stream<PluginSwitch> all() {
        return Stream.concat(Stream.of(now()), retired.stream().map(Retired::chains));
    }

    @Override
    public Probe probe(long bundleId) {
        return now().probe(bundleId);
    }

    @Override
    public void putInForce(Map<String, Long> bundleByPlugin) {
        all().forEach(chains -> chains.putInForce(bundleByPlugin));
    }

    @Override
    public CompletionStage<Void> whenIdle(long bundleId) {
        var stages = new ArrayList<CompletableFuture<?>>();
        stages.add(now().whenIdle(bundleId).toCompletableFuture());
        for (var one : retired) {
            stages.add(CompletableFuture.anyOf(one.chains().whenIdle(bundleId).toCompletableFuture(), one.gone()));
        }
        return CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new));
    }

    @Override
    public Tally tally(long bundleId) {
        return now().tally(bundleId);
    }

    @Override
    public List<String> explain(String plugin) {
        return now().explain(plugin);
    }

    @Override
    public void keepOut(long bundleId) {
        all().forEach(chains -> chains.keepOut(bundleId));
    }

    @Override
    public void tryOut(PluginTrial trial) {
        all().forEach(chains -> chains.tryOut(trial));
    }

    @Override
    public void endTrial() {
        all().forEach(PluginSwitch::endTrial);
    }

    @Override
    public Optional<TrialReport> trialReport() {
        return now().trialReport();
    }
}
