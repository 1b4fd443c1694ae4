package org.tarishi.core.boot;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import org.apache.felix.framework.Felix;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.slf4j.LoggerFactory;

/** The framework as the distribution configures it; the build proves its set of bundles on the same one. */
public final class Platform {

    /** The start level at which mail is served: what a feature starts above it comes after that. Installed bundles start here. */
    static final int SERVING_LEVEL = 50;

    /** The start level at which everything of the features runs but what serves HTTP. */
    static final int WITHOUT_HTTP_LEVEL = 60;

    /** The start level at which everything of the features runs. */
    static final int TOP_LEVEL = 100;

    private Platform() {}

    /**
     * Makes a framework, neither initialised nor started.
     *
     * @param properties framework properties of this use; they win over those that the distribution sets
     * @param restart what to do when a bundle asks the framework to restart, which is what an update of the system bundle means
     */
    public static Framework framework(Map<String, String> properties, Runnable restart) {
        var all = new HashMap<String, Object>();
        all.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, extraPackages());
        // Two versions of a plugin stand side by side while one takes over from the other.
        all.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
        all.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(SERVING_LEVEL));
        all.put("felix.startlevel.bundle", Integer.toString(SERVING_LEVEL));
        all.put("felix.log.level", "2");
        all.put("felix.log.logger", new FrameworkLog());
        all.put("org.osgi.service.log.admin.loglevel", "INFO");
        // What a start does over and over, a bundle at a time, is not handed to other threads.
        all.put("felix.resolver.parallelism", "1");
        all.putAll(properties);
        return new Restartable(all, restart);
    }

    /**
     * Hands an update of the system bundle, which means a restart, to the launcher.
     *
     * <p>Felix would start again by itself, with its bundles up before the launcher's services and listeners are back.
     */
    @SuppressWarnings("unchecked") // Felix declares raw types where the framework's interfaces do not.
    private static final class Restartable extends Felix {
        private final Runnable restart;

        Restartable(Map<String, Object> properties, Runnable restart) {
            super(properties);
            this.restart = restart;
        }

        @Override
        public void update() {
            restart.run();
        }

        @Override
        public void update(@Nullable InputStream in) throws BundleException {
            try {
                if (in != null) {
                    in.close();
                }
            } catch (IOException e) {
                throw new BundleException("cannot close what was to be installed", e);
            }
            restart.run();
        }
    }

    /**
     * The packages of SLF4J, which is on the class path so that there is a log from the first millisecond.
     *
     * <p>The web console imports version {@code [1.7,2)}; 2.x serves that, so those two packages are exported under 1.7.36 as well.
     */
    private static String extraPackages() {
        var version =
                Objects.requireNonNullElse(LoggerFactory.class.getPackage().getImplementationVersion(), "2.0.0");
        var packages = new StringJoiner(",");
        for (var name : new String[] {"org.slf4j", "org.slf4j.event", "org.slf4j.helpers", "org.slf4j.spi"}) {
            packages.add(name + ";version=" + version);
        }
        return packages.add("org.slf4j;version=1.7.36")
                .add("org.slf4j.helpers;version=1.7.36")
                .toString();
    }
}
