package org.tarishi.core.deploy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.tarishi.core.spi.PluginSwitch;
import org.tarishi.core.spi.SettingsArchive;

/** Says why a version is in force, or why a plugin does not run, and what to do about it. */
final class Why {

    private static final int LAST_EVENTS = 3;

    private final Bundles bundles;
    private final PluginStore store;
    private final KeptVersions kept;
    private final History history;
    private final ComponentCheck components;
    private final Planner planner;
    private final Trials trials;
    private final Leaving leaving;
    private final Supplier<@Nullable PluginSwitch> chains;
    private final Supplier<@Nullable SettingsArchive> archive;

    Why(
            BundleContext context,
            PluginStore store,
            KeptVersions kept,
            History history,
            ComponentCheck components,
            Trials trials,
            Leaving leaving,
            Supplier<@Nullable PluginSwitch> chains,
            Supplier<@Nullable SettingsArchive> archive) {
        this.bundles = new Bundles(context);
        this.store = store;
        this.kept = kept;
        this.history = history;
        this.components = components;
        this.planner = new Planner(context, components);
        this.trials = trials;
        this.leaving = leaving;
        this.chains = chains;
        this.archive = archive;
    }

    /**
     * Explains a plugin.
     *
     * @param symbolicName its bundle
     * @param plugin its id, where only that was asked for; empty for all of the bundle
     */
    List<String> explain(String symbolicName, String plugin) {
        var lines = new ArrayList<String>();
        var there = bundles.all().stream()
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .toList();
        lines.addAll(inForce(symbolicName, there));
        there.stream().filter(bundle -> !isLeft(bundle)).forEach(bundle -> lines.addAll(problems(bundle)));
        lines.addAll(trial(symbolicName));
        lines.addAll(leaving.lines(symbolicName));
        var plugins = plugin.isEmpty() ? plugins(symbolicName, there) : Set.of(plugin);
        var switches = chains.get();
        if (switches == null) {
            lines.add("core/hooks is not there, so that no plugin is asked");
        } else {
            for (var id : plugins) {
                var known = switches.explain(id);
                lines.addAll(known.isEmpty() ? List.of(id + ": nobody offers it, and nobody asks for it") : known);
            }
        }
        lines.addAll(settings(there));
        kept.of(symbolicName).forEach(one -> lines.add("kept: " + one.shown() + ", in force until " + one.until()));
        var events = history.all().stream()
                .filter(event -> event.symbolicName().equals(symbolicName))
                .toList();
        for (var event : events.subList(Math.max(0, events.size() - LAST_EVENTS), events.size())) {
            lines.add("history: " + event.when() + " " + event.text() + " (" + event.door() + ")");
        }
        return List.copyOf(new LinkedHashSet<>(lines));
    }

    private List<String> trial(String symbolicName) {
        var running = trials.running();
        return running != null && running.jar().symbolicName().equals(symbolicName) ? trials.lines() : List.of();
    }

    private List<String> inForce(String symbolicName, List<Bundle> there) {
        var entry = store.get(symbolicName);
        if (entry.isPresent()) {
            var bundle = bundles.at(PluginStore.LOCATION + entry.get().hash());
            return List.of(
                    bundle == null
                            ? symbolicName + " was put in force on "
                                    + entry.get().since() + " by "
                                    + entry.get().door()
                                    + " and could not be brought back at the last start: the log says why; install it"
                                    + " again, or go back to a version that is kept"
                            : symbolicName + " " + bundle.getVersion() + " is in force since "
                                    + entry.get().since() + ", put in by "
                                    + entry.get().door());
        }
        return there.stream()
                .filter(bundle -> !Bundles.isInstalledHere(bundle))
                .findFirst()
                .map(shipped -> List.of(symbolicName + " " + shipped.getVersion()
                        + " comes with the distribution, and no other version was put in its place"))
                .orElse(List.of(symbolicName + " is not installed: `tarishi plugin install FILE` puts it in"));
    }

    private List<String> problems(Bundle bundle) {
        var who = bundle.getSymbolicName() + " " + bundle.getVersion();
        return switch (bundle.getState()) {
            case Bundle.ACTIVE, Bundle.STARTING -> components.problems(bundle);
            case Bundle.INSTALLED -> planner.needs(who, bundle);
            case Bundle.RESOLVED ->
                List.of(who + " is stopped: somebody stopped it, the console's bundles page starts it");
            default -> List.of();
        };
    }

    /** Not in force: a shipped version stays, stopped; one that was put in drains, and its components go before it does. */
    private boolean isLeft(Bundle bundle) {
        return store.get(bundle.getSymbolicName())
                .map(entry -> !bundle.getLocation().equals(PluginStore.LOCATION + entry.hash()))
                .orElseGet(() -> Bundles.isInstalledHere(bundle));
    }

    private Set<String> plugins(String symbolicName, List<Bundle> there) {
        var ids = new TreeSet<String>();
        there.forEach(bundle -> ids.addAll(components.plugins(bundle)));
        store.get(symbolicName).ifPresent(entry -> ids.addAll(entry.plugins()));
        if (ids.isEmpty() && symbolicName.startsWith(Names.OURS)) {
            ids.add(symbolicName.substring(Names.OURS.length()));
        }
        return ids;
    }

    private List<String> settings(List<Bundle> there) {
        var settings = archive.get();
        if (settings == null) {
            return List.of();
        }
        var pids = new TreeSet<String>();
        there.forEach(bundle -> pids.addAll(components.pids(bundle)));
        return settings.complaints(pids).stream()
                .map(line -> "its settings are refused, older ones are in force: " + line)
                .toList();
    }
}
