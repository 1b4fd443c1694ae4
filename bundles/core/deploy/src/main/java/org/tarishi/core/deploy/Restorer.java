package org.tarishi.core.deploy;

import java.util.List;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.PluginRefusedException;
import org.tarishi.core.spi.PluginSwitch;

/** Brings back at a start what was in force when the server stopped. */
final class Restorer {

    private static final Logger LOG = LoggerFactory.getLogger(Restorer.class);

    private final BundleContext context;
    private final Bundles bundles;
    private final PluginStore store;
    private final Planner planner;
    private final CoreSwap core;
    private final Supplier<PluginSwitch> chains;

    Restorer(
            BundleContext context,
            Bundles bundles,
            PluginStore store,
            Planner planner,
            CoreSwap core,
            Supplier<PluginSwitch> chains) {
        this.context = context;
        this.bundles = bundles;
        this.store = store;
        this.planner = planner;
        this.core = core;
        this.chains = chains;
    }

    /**
     * Brings back what was in force when the server stopped, before any plugin has started; what fails is logged, and the shipped
     * version serves.
     */
    void restore(Trust trust) {
        store.removeIncoming();
        store.all().forEach((symbolicName, entry) -> restore(symbolicName, entry, trust));
        removeStrays();
    }

    private void restore(String symbolicName, PluginStore.Entry entry, Trust trust) {
        try {
            trust.check(store.jar(entry.hash()), symbolicName, entry.since());
            var jar = store.read(symbolicName, entry.hash());
            var bundle = bundles.install(jar);
            // Resolved here, so that a bundle that can't be is known before the shipped one is stopped.
            if (!context.getBundle(Constants.SYSTEM_BUNDLE_ID)
                    .adapt(FrameworkWiring.class)
                    .resolveBundles(List.of(bundle))) {
                var needs = planner.needs(jar.toString(), bundle);
                if (!needs.isEmpty()) {
                    throw new PluginRefusedException(String.join("; ", needs));
                }
                Bundles.start(jar.toString(), bundle); // says why
            }
            if (CoreParts.has(symbolicName)) {
                core.level(bundle, bundles.shipped(symbolicName));
            }
            if (!Bundles.isActive(bundle)) {
                bundle.start();
            }
            for (var shipped : bundles.shipped(symbolicName)) {
                shipped.stop();
            }
            chains.get().putInForce(Bundles.byPlugin(entry.plugins(), bundle));
        } catch (PluginRefusedException | BundleException | RuntimeException e) {
            LOG.error(
                    "{} was in force and can't be brought back: {}; install it again, go back to a version that is"
                            + " kept, or remove it",
                    symbolicName,
                    e.getMessage());
            var bundle = bundles.at(PluginStore.LOCATION + entry.hash());
            if (bundle != null) {
                Bundles.takeOut(bundle);
            }
            Bundles.startAgain(bundles.shipped(symbolicName));
        }
    }

    /** Tells chains that have come since, after an update of core/hooks, what is in force. */
    void tell(PluginSwitch newcomer) {
        for (var entry : store.all().values()) {
            var bundle = bundles.at(PluginStore.LOCATION + entry.hash());
            if (bundle != null) {
                newcomer.putInForce(Bundles.byPlugin(entry.plugins(), bundle));
            }
        }
    }

    /** Bundles that a crash left between installation and the word that they are in force. */
    private void removeStrays() {
        var wanted = store.all().values().stream()
                .map(e -> PluginStore.LOCATION + e.hash())
                .toList();
        for (var bundle : bundles.all()) {
            if (Bundles.isInstalledHere(bundle) && !wanted.contains(bundle.getLocation())) {
                Bundles.takeOut(bundle);
            }
        }
    }
}
