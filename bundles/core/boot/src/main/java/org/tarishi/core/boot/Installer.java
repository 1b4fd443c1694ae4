package org.tarishi.core.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the installed bundles agree with the features, in an initialised framework that has not started.
 *
 * <p>It touches only what it installed itself, known by the location prefix {@value #LOCATION}: what {@code core/deploy} or the
 * operator put in is theirs to judge. It starts a bundle when it installs it and never again, so one that was stopped for good stays
 * so.
 */
final class Installer {

    static final String LOCATION = "tarishi:";

    private static final Logger log = LoggerFactory.getLogger(Installer.class);

    /** What there is to do; the entries are locations. */
    record Plan(List<String> uninstall, List<String> update, List<String> install) {
        boolean isEmpty() {
            return uninstall.isEmpty() && update.isEmpty() && install.isEmpty();
        }
    }

    private final BundleContext context;
    private final Repository repository;
    private final Path memory;
    private final Path underWay;

    /**
     * Makes one for a framework.
     *
     * @param cache the framework's storage; what was installed from which content is remembered there, and goes with it
     */
    Installer(BundleContext context, Repository repository, Path cache) {
        this.context = context;
        this.repository = repository;
        this.memory = cache.resolve("tarishi.installed");
        this.underWay = cache.resolve("tarishi.installing");
    }

    /** Compares what is wanted, by location and fingerprint, with what was remembered and what is installed. */
    static Plan plan(Map<String, String> wanted, Map<String, String> remembered, Set<String> installed) {
        var uninstall = installed.stream()
                .filter(location -> location.startsWith(LOCATION) && !wanted.containsKey(location))
                .sorted()
                .toList();
        var update = new ArrayList<String>();
        var install = new ArrayList<String>();
        wanted.forEach((location, fingerprint) -> {
            if (!installed.contains(location)) {
                install.add(location);
            } else if (!fingerprint.equals(remembered.get(location))) {
                update.add(location);
            }
        });
        return new Plan(uninstall, update, install);
    }

    /** Brings about what the features say; a bundle that cannot be installed gets one line, the others go on. */
    void reconcile(Features features) throws IOException {
        var wanted = new LinkedHashMap<String, String>();
        var levels = new HashMap<String, Integer>();
        for (var entry : features.bundles()) {
            try {
                wanted.put(LOCATION + entry.id(), repository.fingerprint(entry.id()));
                levels.put(LOCATION + entry.id(), entry.startOrder());
            } catch (IOException e) {
                log.error("{} is missing from the distribution: {}", entry.id(), Folders.reason(e));
            }
        }
        var installed = new HashMap<String, Bundle>();
        for (var bundle : context.getBundles()) {
            installed.put(bundle.getLocation(), bundle);
        }
        // Where an earlier start was cut off in here, nothing that it left is believed.
        var interrupted = Files.exists(underWay);
        var plan = plan(wanted, interrupted ? Map.of() : remembered(), installed.keySet());
        if (!plan.isEmpty()) {
            Files.writeString(underWay, "");
            for (var location : plan.uninstall()) {
                attempt("uninstall", location, () -> at(installed, location).uninstall());
            }
            for (var location : plan.update()) {
                attempt("update", location, () -> {
                    var bundle = at(installed, location);
                    bundle.update(StoredJar.open(file(location)));
                    if (interrupted) {
                        start(bundle);
                    }
                });
            }
            for (var location : plan.install()) {
                attempt("install", location, () -> {
                    var bundle = context.installBundle(location, StoredJar.open(file(location)));
                    installed.put(location, bundle);
                    start(bundle);
                });
            }
        }
        levels.forEach((location, level) -> {
            var bundle = installed.get(location);
            if (bundle != null) {
                var startLevel = bundle.adapt(BundleStartLevel.class);
                if (startLevel.getStartLevel() != level) {
                    startLevel.setStartLevel(level);
                }
            }
        });
        if (!plan.isEmpty()) {
            remember(wanted);
            Files.delete(underWay);
            log.info(
                    "bundles: {} installed, {} updated, {} removed",
                    plan.install().size(),
                    plan.update().size(),
                    plan.uninstall().size());
        }
    }

    private interface Step {
        void run() throws BundleException, IOException;
    }

    private static void attempt(String what, String location, Step step) {
        try {
            step.run();
        } catch (BundleException | IOException e) {
            log.error("cannot {} {}: {}", what, location.substring(LOCATION.length()), e.getMessage());
        }
    }

    /** Marks a bundle to be started when its level comes; a fragment never is. */
    private static void start(Bundle bundle) throws BundleException {
        if (bundle.getHeaders("").get(Constants.FRAGMENT_HOST) == null) {
            bundle.start();
        }
    }

    private static Bundle at(Map<String, Bundle> installed, String location) {
        var bundle = installed.get(location);
        if (bundle == null) {
            throw new IllegalStateException(location);
        }
        return bundle;
    }

    private Path file(String location) {
        return repository.file(location.substring(LOCATION.length()));
    }

    private Map<String, String> remembered() throws IOException {
        var remembered = new HashMap<String, String>();
        try {
            for (var line : Files.readAllLines(memory)) {
                var tab = line.indexOf('\t');
                if (tab > 0) {
                    remembered.put(line.substring(0, tab), line.substring(tab + 1));
                }
            }
        } catch (NoSuchFileException e) {
            // nothing was installed yet
        }
        return remembered;
    }

    private void remember(Map<String, String> wanted) throws IOException {
        var text = new StringBuilder();
        wanted.forEach((location, fingerprint) ->
                text.append(location).append('\t').append(fingerprint).append('\n'));
        var temporary = memory.resolveSibling("tarishi.installed.new");
        Files.writeString(temporary, text);
        Files.move(temporary, memory, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
