package org.tarishi.core.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.PluginRefusedException;

/** The framework's bundles, as an installation sees them: shipped ones stay where they are, installed ones come and go. */
final class Bundles {

    private static final Logger LOG = LoggerFactory.getLogger(Bundles.class);

    private final BundleContext context;

    Bundles(BundleContext context) {
        this.context = context;
    }

    /** Tells whether the framework has come so far that a bundle which is told to start does. */
    boolean isOpen() {
        var level = context.getBundle(0).adapt(FrameworkStartLevel.class);
        return level.getStartLevel() >= level.getInitialBundleStartLevel();
    }

    List<Bundle> all() {
        return List.of(context.getBundles());
    }

    /** Returns the bundle that has some bytes, if it is installed. */
    @Nullable Bundle at(String location) {
        return context.getBundle(location);
    }

    /** Returns the bundles of a name that were not installed here. */
    List<Bundle> shipped(String symbolicName) {
        return Arrays.stream(context.getBundles())
                .filter(b -> symbolicName.equals(b.getSymbolicName()))
                .filter(b -> !isInstalledHere(b))
                .toList();
    }

    /** Returns the bundles of a name that run. */
    List<Bundle> active(String symbolicName) {
        return Arrays.stream(context.getBundles())
                .filter(b -> symbolicName.equals(b.getSymbolicName()))
                .filter(Bundles::isActive)
                .toList();
    }

    static boolean isInstalledHere(Bundle bundle) {
        return bundle.getLocation().startsWith(PluginStore.LOCATION);
    }

    static boolean isActive(@Nullable Bundle bundle) {
        return bundle != null && (bundle.getState() == Bundle.ACTIVE || bundle.getState() == Bundle.STARTING);
    }

    /** Installs a jar, unless its bytes are installed already; nothing of it runs. */
    Bundle install(PluginJar jar) throws PluginRefusedException {
        var there = context.getBundle(jar.location());
        if (there != null) {
            return there;
        }
        try (var in = Files.newInputStream(jar.file())) {
            return context.installBundle(jar.location(), in);
        } catch (BundleException e) {
            throw new PluginRefusedException(Explanation.notInstalled(jar.toString(), e));
        } catch (IOException e) {
            throw new PluginRefusedException(jar + " can't be read: " + e.getMessage());
        }
    }

    /** Resolves and starts a bundle. */
    static void start(String who, Bundle bundle) throws PluginRefusedException {
        try {
            bundle.start();
        } catch (BundleException e) {
            throw new PluginRefusedException(Explanation.notStarted(who, e));
        }
    }

    /** Stops a bundle for good: what was installed here is uninstalled, what was shipped stays, stopped. */
    static void takeOut(Bundle bundle) {
        try {
            if (bundle.getState() == Bundle.UNINSTALLED) {
                return;
            }
            if (isInstalledHere(bundle)) {
                bundle.uninstall();
            } else {
                bundle.stop();
            }
        } catch (IllegalStateException e) {
            // somebody else was quicker
            LOG.debug("{} is out already", bundle, e);
        } catch (BundleException e) {
            LOG.error("{} {} can't be taken out: {}", bundle.getSymbolicName(), bundle.getVersion(), e.getMessage());
        }
    }

    static void startAgain(List<Bundle> stopped) {
        for (var bundle : stopped) {
            try {
                bundle.start();
            } catch (BundleException e) {
                LOG.error(
                        "{} {} served before and does not start again: {}",
                        bundle.getSymbolicName(),
                        bundle.getVersion(),
                        e.getMessage());
            }
        }
    }

    /** Names a bundle for each plugin in it. */
    static Map<String, Long> byPlugin(Set<String> plugins, Bundle bundle) {
        var map = new HashMap<String, Long>();
        plugins.forEach(plugin -> map.put(plugin, bundle.getBundleId()));
        return map;
    }
}
