package org.tarishi.core.deploy;

import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.tarishi.core.deploy.KeptVersions.Kept;
import org.tarishi.core.spi.PluginRefusedException;

/** Knows which versions there are to go back to. */
final class Versions {

    private final Bundles bundles;
    private final KeptVersions kept;
    private final ComponentCheck components;
    private final Clock clock;

    Versions(Bundles bundles, KeptVersions kept, ComponentCheck components, Clock clock) {
        this.bundles = bundles;
        this.kept = kept;
        this.components = components;
        this.clock = clock;
    }

    /** Returns the version in force, as one that could be kept; null when there is none. */
    @Nullable Kept current(String symbolicName, List<Bundle> inForce) {
        return inForce.isEmpty() ? null : of(symbolicName, inForce.getFirst());
    }

    /** Returns the version that is meant; without a word, the one that was in force last. */
    Kept choose(String symbolicName, @Nullable String to, @Nullable Kept current) throws PluginRefusedException {
        var candidates = kept.of(symbolicName).stream()
                .filter(one -> current == null || !one.hash().equals(current.hash()))
                .filter(one ->
                        !one.isShipped() || !bundles.shipped(symbolicName).isEmpty())
                .toList();
        if (candidates.isEmpty()) {
            throw new PluginRefusedException(
                    "no other version of " + symbolicName + " is kept: `tarishi plugin install FILE` puts one in");
        }
        if (to == null) {
            return candidates.getLast();
        }
        var called = candidates.stream().filter(one -> one.isCalled(to)).toList();
        if (called.size() == 1) {
            return called.getFirst();
        }
        var known = String.join(", ", candidates.stream().map(Kept::shown).toList());
        throw new PluginRefusedException(
                called.isEmpty()
                        ? "no version " + to + " of " + symbolicName + " is kept; kept are " + known
                        : "several versions are called " + to + ", say which by its hash: " + known);
    }

    /** Returns the ids of the plugins of a running bundle. */
    Set<String> plugins(Bundle bundle) {
        return components.plugins(bundle);
    }

    /** Returns a running bundle as the version that it is. */
    Kept of(String symbolicName, Bundle bundle) {
        return new Kept(
                symbolicName,
                Bundles.isInstalledHere(bundle)
                        ? bundle.getLocation().substring(PluginStore.LOCATION.length())
                        : KeptVersions.SHIPPED,
                bundle.getVersion(),
                components.plugins(bundle),
                clock.instant());
    }
}
