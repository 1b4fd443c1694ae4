package org.tarishi.core.deploy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.tarishi.core.deploy.KeptVersions.Kept;
import org.tarishi.core.spi.PluginAdministration.State;
import org.tarishi.core.spi.PluginAdministration.Version;

/** Which versions of which plugins there are. Any thread. */
final class Listing {

    private final BundleContext context;
    private final ComponentCheck components;
    private final PluginStore store;
    private final KeptVersions kept;
    private final Trials trials;

    Listing(BundleContext context, ComponentCheck components, PluginStore store, KeptVersions kept, Trials trials) {
        this.context = context;
        this.components = components;
        this.store = store;
        this.kept = kept;
        this.trials = trials;
    }

    /** Returns all of them, those of one bundle together, what runs before what is kept, the latest of that first. */
    List<Version> versions() {
        var running = Arrays.stream(context.getBundles())
                .filter(b -> b.getState() == Bundle.ACTIVE
                        && (components.described(b) > 0 || CoreParts.has(b.getSymbolicName())))
                .sorted(Comparator.comparing(Bundle::getSymbolicName).thenComparing(Bundle::getVersion))
                .toList();
        var names = new LinkedHashSet<String>();
        running.forEach(bundle -> names.add(bundle.getSymbolicName()));
        names.addAll(kept.names());
        var versions = new ArrayList<Version>();
        for (var name : names) {
            running.stream()
                    .filter(bundle -> bundle.getSymbolicName().equals(name))
                    .map(this::version)
                    .forEach(versions::add);
            kept.of(name).reversed().stream().map(Listing::version).forEach(versions::add);
        }
        return versions;
    }

    private Version version(Bundle bundle) {
        var name = bundle.getSymbolicName();
        var version = bundle.getVersion().toString();
        var plugins = components.plugins(bundle);
        if (!Bundles.isInstalledHere(bundle)) {
            return new Version(name, version, plugins, State.IN_FORCE, null, null, null);
        }
        var hash = bundle.getLocation().substring(PluginStore.LOCATION.length());
        var entry = store.get(name).filter(one -> one.hash().equals(hash));
        if (entry.isPresent()) {
            return new Version(
                    name,
                    version,
                    plugins,
                    State.IN_FORCE,
                    hash,
                    entry.get().since(),
                    entry.get().door());
        }
        return new Version(
                name, version, plugins, trials.isOnTrial(bundle) ? State.ON_TRIAL : State.DRAINING, hash, null, null);
    }

    private static Version version(Kept one) {
        return new Version(
                one.symbolicName(),
                one.version().toString(),
                one.plugins(),
                State.KEPT,
                one.isShipped() ? null : one.hash(),
                one.until(),
                null);
    }

    /** Returns the same as text, a line for each. */
    List<String> lines() {
        var lines = new ArrayList<String>();
        var names = new LinkedHashSet<String>();
        for (var version : versions()) {
            boolean isFirst = names.add(version.bundle());
            if (version.state() == State.KEPT) {
                if (isFirst) {
                    lines.add(version.bundle() + ", removed");
                }
                lines.add("    kept " + version.version() + " ("
                        + (version.hash() == null
                                ? KeptVersions.SHIPPED
                                : version.hash().substring(0, 12))
                        + "), in force until " + version.when());
            } else {
                lines.add(version.bundle() + " " + version.version() + ", " + word(version));
            }
        }
        return lines;
    }

    private static String word(Version version) {
        return switch (version.state()) {
            case ON_TRIAL -> "on trial";
            case DRAINING -> "drains";
            case IN_FORCE, KEPT ->
                version.hash() == null
                        ? KeptVersions.SHIPPED
                        : "since " + Objects.requireNonNull(version.when()) + " by " + version.door();
        };
    }
}
