package org.tarishi.core.deploy;

import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.tarishi.core.spi.PluginRefusedException;

/** Knows what is in force, and takes in the bytes of what is to be; nothing of it runs yet. Guarded by the installer's lock. */
final class Intake {

    private final Bundles bundles;
    private final PluginStore store;
    private final KeptVersions kept;
    private final Draining draining;
    private final Leaving leaving;
    private final Trials trials;

    Intake(Bundles bundles, PluginStore store, KeptVersions kept, Draining draining, Leaving leaving, Trials trials) {
        this.bundles = bundles;
        this.store = store;
        this.kept = kept;
        this.draining = draining;
        this.leaving = leaving;
        this.trials = trials;
    }

    /** Returns the bundles of a name that serve all: those that run and neither drain nor are on trial. */
    List<Bundle> inForce(String symbolicName) {
        return bundles.active(symbolicName).stream()
                .filter(bundle -> !draining.has(symbolicName, bundle))
                .filter(bundle -> !trials.isOnTrial(bundle))
                .toList();
    }

    /** Installs beside what is there, plans, and keeps the bytes; nothing of it runs. Null where the plan was all that was wanted. */
    @Nullable Bundle keep(PluginJar jar, Function<Bundle, Plan> planning, Order order) throws PluginRefusedException {
        boolean wasThere = bundles.at(jar.location()) != null;
        var fresh = bundles.install(jar);
        leaving.check(fresh);
        boolean isTaken = false;
        try {
            var plan = planning.apply(fresh);
            order.planned().accept(plan);
            if (order.isDryRun()) {
                return null;
            }
            if (!plan.needs().isEmpty()) {
                throw new PluginRefusedException(String.join("; ", plan.needs()));
            }
            store.keep(jar);
            isTaken = true;
            return fresh;
        } catch (IOException e) {
            throw new PluginRefusedException("can't copy " + jar + " into " + store.jar(jar.hash()) + ": " + e
                    + "; make room, or make the folder writable");
        } finally {
            if (!isTaken && !wasThere) {
                Bundles.takeOut(fresh);
            }
        }
    }

    /** Deletes the bytes of what was refused, unless it was in force once. */
    void forget(PluginJar jar) {
        kept.forgetUnlessKept(jar);
    }
}
