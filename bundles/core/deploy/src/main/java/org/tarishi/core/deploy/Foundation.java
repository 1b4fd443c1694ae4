package org.tarishi.core.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.PluginRefusedException;

/**
 * Replaces what everything stands on: the API, and the contracts between the parts of the core. There is one of each, so whoever uses it starts
 * anew: sessions end between two transactions, and clients wait in the listening sockets, which the launcher keeps open. Guarded by the
 * installer's lock, but for what it does when it has told what it will do: this bundle is one of those that start anew.
 */
final class Foundation {

    private static final Logger LOG = LoggerFactory.getLogger(Foundation.class);

    private static final String SERVER = "org.tarishi.core.server";

    private final BundleContext context;
    private final Bundles bundles;
    private final Intake intake;
    private final PluginStore store;
    private final History history;

    Foundation(BundleContext context, Bundles bundles, Intake intake, PluginStore store, History history) {
        this.context = context;
        this.bundles = bundles;
        this.intake = intake;
        this.store = store;
        this.history = history;
    }

    /** Tells the plan, and begins to carry it out where whoever asks agrees to it; returns what is being done. */
    String putIn(PluginJar jar, Order order) throws PluginRefusedException {
        var old = bundles.active(jar.symbolicName()).getFirst();
        var fresh = intake.keep(jar, bundle -> plan(jar, bundle, old), order);
        if (fresh == null) {
            return "";
        }
        // It was there to be looked at; its bytes go into the bundle that all others are wired to.
        Bundles.takeOut(fresh);
        if (!order.agrees()) {
            forget(jar);
            throw new PluginRefusedException(
                    jar + " ends all sessions and has everything start anew: say `tarishi plugin"
                            + " update FILE --yes`, or `yes` over HTTP, to have that done");
        }
        var done = jar + " takes the place of " + old.getVersion()
                + " now: sessions end with 421, and the server is there again in some seconds; `tarishi status` tells";
        LOG.info("{} ({})", done, order.door());
        history.add(order.door(), jar.symbolicName(), History.Kind.INSTALLED, done);
        Thread.ofPlatform().name("replace " + jar.symbolicName()).start(() -> replace(jar, old));
        return done;
    }

    private Plan plan(PluginJar jar, Bundle fresh, Bundle old) {
        var users = new TreeSet<String>();
        framework().getDependencyClosure(List.of(old)).stream()
                .filter(bundle -> !bundle.equals(old))
                .forEach(bundle -> users.add(bundle.getSymbolicName()));
        return new Plan(
                "replaces " + jar.symbolicName() + " " + old.getVersion() + " by " + jar.version(),
                List.of(users.size() + " bundles, which use it and start anew: " + String.join(", ", users)),
                misfits(jar, fresh, old),
                List.of(
                        "ends all sessions with 421, each when it is between two transactions",
                        "refuses no connection: clients wait in the listening sockets meanwhile"));
    }

    /** Returns who could not be wired to the new version any more, in a sentence each. */
    private static List<String> misfits(PluginJar jar, Bundle fresh, Bundle old) {
        var wiring = old.adapt(BundleWiring.class);
        var revision = fresh.adapt(BundleRevision.class);
        if (wiring == null || revision == null) {
            return List.of();
        }
        var offered = revision.getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE);
        var misfits = new TreeSet<String>();
        for (var wire : wiring.getProvidedWires(PackageNamespace.PACKAGE_NAMESPACE)) {
            var user = wire.getRequirer();
            var wanted = wire.getRequirement();
            if (!user.getBundle().equals(old) && offered.stream().noneMatch(wanted::matches)) {
                misfits.add(user.getSymbolicName() + " " + user.getVersion() + " does not fit to " + jar + " ("
                        + Explanation.wanted(wanted) + "): replace it by a version that does first, or remove it");
            }
        }
        return new ArrayList<>(misfits);
    }

    private FrameworkWiring framework() {
        return context.getBundle(Constants.SYSTEM_BUNDLE_ID).adapt(FrameworkWiring.class);
    }

    private void replace(PluginJar jar, Bundle old) {
        var wiring = framework();
        // First, while all plugins are there: what is under way is finished as it began.
        var servers = bundles.active(SERVER);
        FrameworkListener startAgain = event -> Bundles.startAgain(servers);
        boolean isRefreshing = false;
        try {
            for (var server : servers) {
                server.stop(Bundle.STOP_TRANSIENT);
            }
            try (var in = Files.newInputStream(store.jar(jar.hash()))) {
                old.update(in);
            }
            forget(jar);
            isRefreshing = true;
            wiring.refreshBundles(List.of(old), startAgain);
        } catch (BundleException | IOException | RuntimeException e) {
            LOG.error("{} could not be put in the place of {}: {}", jar, old.getVersion(), e.toString());
            if (!isRefreshing) {
                Bundles.startAgain(servers);
            }
        }
    }

    private void forget(PluginJar jar) {
        try {
            store.forget(jar.hash());
        } catch (IOException e) {
            LOG.error("{} can't be deleted: {}", store.jar(jar.hash()), e.toString());
        }
    }
}
