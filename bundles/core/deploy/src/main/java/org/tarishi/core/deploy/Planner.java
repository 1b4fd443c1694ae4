package org.tarishi.core.deploy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/** Finds out what an installation would do, from bundles that need not be resolved; nothing of them runs. */
final class Planner {

    private final BundleContext context;
    private final ComponentCheck components;

    Planner(BundleContext context, ComponentCheck components) {
        this.context = context;
        this.components = components;
    }

    /** Makes the plan of putting a bundle in the place of others. */
    Plan plan(PluginJar jar, Bundle fresh, List<Bundle> old) {
        var remarks = new ArrayList<String>();
        if (!old.isEmpty() && old.getFirst().getVersion().compareTo(jar.version()) > 0) {
            remarks.add("is a downgrade");
        }
        if (!old.isEmpty() && (jar.swapsInPlace() || old.stream().anyMatch(components::swapsInPlace))) {
            remarks.add("can't be there twice, so that mail waits while it is replaced");
        }
        CoreParts.way(jar.symbolicName())
                .map(way -> way == CoreParts.Way.BESIDE
                        ? "is part of the server: what has begun with the old version ends with it"
                        : "is part of the server and can't be there twice: mail for other hosts waits while it is"
                                + " replaced")
                .ifPresent(remarks::add);
        return new Plan(
                does(jar, old), touches(jar.symbolicName(), jar.plugins(), old), needs(jar.toString(), fresh), remarks);
    }

    /** Makes the plan of trying a bundle beside another one. */
    Plan trial(PluginJar jar, Bundle fresh, Bundle old, TrialRequest request) {
        return new Plan(
                "tries " + Names.shown(jar.symbolicName(), jar.version(), jar.plugins()) + " as a " + request.word()
                        + " beside " + old.getVersion() + ": it " + request.sessions(),
                List.of(),
                needs(jar.toString(), fresh),
                List.of());
    }

    /** Makes the plan of ending a trial. */
    Plan drop(Trials.Running trial) {
        return new Plan(
                "drops " + trial.shown() + ", " + trial.before().version() + " is in force for all",
                List.of(),
                List.of(),
                List.of());
    }

    private static String does(PluginJar jar, List<Bundle> old) {
        if (old.isEmpty()) {
            return "installs " + Names.shown(jar.symbolicName(), jar.version(), jar.plugins());
        }
        var before = old.getFirst().getVersion();
        return "replaces " + Names.shown(jar.symbolicName(), before, jar.plugins())
                + (before.equals(jar.version()) ? " by another build of it" : " by " + jar.version());
    }

    /** Returns what else is changed when bundles go: those that use their packages, and others with the same plugins. */
    List<String> touches(String symbolicName, Set<String> plugins, List<Bundle> old) {
        var touched = new TreeSet<String>();
        for (var bundle : old) {
            var wiring = bundle.adapt(BundleWiring.class);
            if (wiring != null) {
                for (var wire : wiring.getProvidedWires(null)) {
                    var user = wire.getRequirer().getBundle();
                    if (!user.equals(bundle) && !symbolicName.equals(user.getSymbolicName())) {
                        touched.add(user.getSymbolicName() + ", which uses packages of it and keeps those of "
                                + bundle.getVersion() + " until a restart");
                    }
                }
            }
        }
        for (var bundle : context.getBundles()) {
            if (bundle.getState() == Bundle.ACTIVE && !symbolicName.equals(bundle.getSymbolicName())) {
                var both = components.plugins(bundle);
                both.retainAll(plugins);
                if (!both.isEmpty()) {
                    touched.add(bundle.getSymbolicName() + ", whose plugin " + String.join(", ", both)
                            + " it takes the place of");
                }
            }
        }
        return List.copyOf(touched);
    }

    /** Returns what a bundle needs and nothing here has, in a sentence each. */
    List<String> needs(String who, Bundle bundle) {
        var revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return List.of();
        }
        var wiring = context.getBundle(Constants.SYSTEM_BUNDLE_ID).adapt(FrameworkWiring.class);
        var missing = new LinkedHashSet<String>();
        for (var requirement : revision.getDeclaredRequirements(null)) {
            if (isMandatory(requirement) && wiring.findProviders(requirement).isEmpty()) {
                missing.add(Explanation.missing(who, requirement));
            }
        }
        return List.copyOf(missing);
    }

    private static boolean isMandatory(BundleRequirement requirement) {
        var directives = requirement.getDirectives();
        return !Constants.RESOLUTION_OPTIONAL.equals(directives.get(Constants.RESOLUTION_DIRECTIVE))
                && !"dynamic".equals(directives.get(Constants.RESOLUTION_DIRECTIVE))
                && !HostNamespace.HOST_NAMESPACE.equals(requirement.getNamespace())
                && Constants.EFFECTIVE_RESOLVE.equals(
                        directives.getOrDefault(Constants.EFFECTIVE_DIRECTIVE, Constants.EFFECTIVE_RESOLVE));
    }
}
