package org.tarishi.core.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.PluginInstaller;
import org.tarishi.core.spi.PluginRefusedException;
import org.tarishi.core.spi.PluginSwitch;

/**
 * Carries out the one way in: copy, install beside, resolve, start, check, put in force, let the old one drain and go.
 *
 * <p>One installation at a time. Until the new bundle is in force nothing has changed for mail; whatever goes wrong before that takes
 * it out again. A plugin that can't be there twice ({@code SwapInPlace}) is the exception: its old version stops first, and starts
 * again when the new one is refused.
 */
final class Installer implements PluginInstaller {

    private static final Logger LOG = LoggerFactory.getLogger(Installer.class);

    /** The old one in force and two that drain: a fourth would mean that updates come faster than transactions end. */
    private static final int MOST_DRAINING = 2;

    private final BundleContext context;
    private final PluginStore store;
    private final ComponentCheck components;
    private final Supplier<PluginSwitch> chains;
    private final Clock clock;

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition drainEnded = lock.newCondition();
    private final Map<String, Set<Bundle>> draining = new HashMap<>();

    private volatile Limits limits;

    /**
     * How long things may take.
     *
     * @param check how long a new bundle's components may take to be ready
     * @param drain how long an installation waits for a place when too many old versions still drain
     */
    record Limits(Duration check, Duration drain) {}

    Installer(
            BundleContext context,
            PluginStore store,
            ComponentCheck components,
            Supplier<PluginSwitch> chains,
            Clock clock,
            Limits limits) {
        this.context = context;
        this.store = store;
        this.components = components;
        this.chains = chains;
        this.clock = clock;
        this.limits = limits;
    }

    void limits(Limits other) {
        limits = other;
    }

    /** Tells whether the framework has come so far that a bundle which is told to start does. */
    boolean isOpen() {
        var level = context.getBundle(0).adapt(FrameworkStartLevel.class);
        return level.getStartLevel() >= level.getInitialBundleStartLevel();
    }

    @Override
    public String install(Path file, String door) throws PluginRefusedException {
        lock.lock();
        try {
            if (!isOpen()) {
                throw new PluginRefusedException("the server is starting: try again in a moment");
            }
            var jar = PluginJar.read(file);
            var done = install(jar, door);
            LOG.info("{} ({})", done, door);
            return done;
        } catch (PluginRefusedException e) {
            LOG.warn("refused ({}): {}", door, e.getMessage());
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private String install(PluginJar jar, String door) throws PluginRefusedException {
        refuseWhatIsNotAPlugin(jar);
        var known = store.get(jar.symbolicName());
        if (known.isPresent() && known.get().hash().equals(jar.hash()) && isActive(context.getBundle(jar.location()))) {
            return jar + " is in force already, the same bytes";
        }
        awaitPlace(jar);
        // The same bytes may be there yet: put in through another door meanwhile, or draining still.
        var old = activeOf(jar.symbolicName()).stream()
                .filter(bundle -> !bundle.getLocation().equals(jar.location()))
                .toList();
        try {
            store.keep(jar);
        } catch (IOException e) {
            throw new PluginRefusedException("can't copy " + jar + " into " + store.jar(jar.hash()) + ": " + e
                    + "; make room, or make the folder writable");
        }
        var fresh = bundleOf(jar);
        boolean wasDraining = isDraining(jar.symbolicName(), fresh);
        var inPlace = new ArrayList<Bundle>();
        try {
            if (old.stream().anyMatch(components::swapsInPlace)) {
                for (var bundle : old) {
                    // For a while only: so core/hooks knows that it is replaced, and lets mail wait.
                    bundle.stop(Bundle.STOP_TRANSIENT);
                    inPlace.add(bundle);
                }
            }
            start(jar, fresh);
            var plugins = check(jar, fresh);
            putInForce(jar, fresh, plugins, door);
            leaveDrain(jar.symbolicName(), fresh);
            old.forEach(bundle -> drain(jar, bundle));
            return describe(jar, old, plugins);
        } catch (PluginRefusedException e) {
            takeBack(fresh, wasDraining, inPlace);
            throw e;
        } catch (BundleException | RuntimeException e) {
            takeBack(fresh, wasDraining, inPlace);
            throw new PluginRefusedException(jar + " can't be installed: " + e);
        }
    }

    private void takeBack(Bundle fresh, boolean wasDraining, List<Bundle> inPlace) {
        if (!wasDraining) {
            takeOut(fresh);
        }
        startAgain(inPlace);
    }

    /**
     * Brings back what was in force when the server stopped, before any plugin has started; what fails is logged, and the shipped
     * version serves.
     */
    void restore() {
        lock.lock();
        try {
            store.all().forEach(this::restore);
            removeStrays();
        } finally {
            lock.unlock();
        }
    }

    private void restore(String symbolicName, PluginStore.Entry entry) {
        try {
            var jar = PluginJar.read(store.jar(entry.hash()));
            var bundle = bundleOf(jar);
            // Resolved here, so that a bundle that can't be is known before the shipped one is stopped.
            if (!context.getBundle(0).adapt(FrameworkWiring.class).resolveBundles(List.of(bundle))) {
                start(jar, bundle); // says why
            }
            bundle.start();
            for (var shipped : shipped(symbolicName)) {
                shipped.stop();
            }
            chains.get().putInForce(byPlugin(entry.plugins(), bundle));
        } catch (PluginRefusedException | BundleException | RuntimeException e) {
            LOG.error(
                    "{} was in force and can't be brought back: {}; install it again, or remove it",
                    symbolicName,
                    e.getMessage());
            startAgain(shipped(symbolicName));
        }
    }

    /** Tells chains that have come since, after an update of core/hooks, what is in force. */
    void tell(PluginSwitch newcomer) {
        lock.lock();
        try {
            for (var entry : store.all().values()) {
                var bundle = context.getBundle(PluginStore.LOCATION + entry.hash());
                if (bundle != null) {
                    newcomer.putInForce(byPlugin(entry.plugins(), bundle));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private List<Bundle> shipped(String symbolicName) {
        return Arrays.stream(context.getBundles())
                .filter(b -> symbolicName.equals(b.getSymbolicName()))
                .filter(b -> !b.getLocation().startsWith(PluginStore.LOCATION))
                .toList();
    }

    /** Takes out what was installed under a symbolic name; a shipped version of it comes back. Returns what was done. */
    String remove(String symbolicName) throws PluginRefusedException {
        lock.lock();
        try {
            var entry = store.get(symbolicName)
                    .orElseThrow(() -> new PluginRefusedException(
                            symbolicName + " was not installed here; see `tarishi plugin list`"));
            var bundle = context.getBundle(PluginStore.LOCATION + entry.hash());
            var shipped = shipped(symbolicName).stream().findFirst();
            store.remove(symbolicName);
            if (shipped.isPresent()) {
                shipped.get().start();
                chains.get().putInForce(byPlugin(pluginsOf(shipped.get()), shipped.get()));
            }
            if (bundle != null) {
                takeOut(bundle);
            }
            var done = symbolicName + " is removed"
                    + shipped.map(b -> "; the shipped version " + b.getVersion() + " is in force")
                            .orElse("");
            LOG.info("{}", done);
            return done;
        } catch (IOException | BundleException e) {
            throw new PluginRefusedException(symbolicName + " can't be removed: " + e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private void refuseWhatIsNotAPlugin(PluginJar jar) throws PluginRefusedException {
        var name = jar.symbolicName();
        if (name.equals("org.tarishi.api") || name.startsWith("org.tarishi.core.")) {
            throw new PluginRefusedException(name + " is part of the server: it comes with a new distribution");
        }
        var platform =
                shipped(name).stream().filter(b -> components.described(b) == 0).findFirst();
        if (platform.isPresent() && isActive(platform.get())) {
            throw new PluginRefusedException(name + " " + platform.get().getVersion()
                    + " is part of the platform: it comes with a new distribution");
        }
    }

    private Bundle bundleOf(PluginJar jar) throws PluginRefusedException {
        var there = context.getBundle(jar.location());
        if (there != null) {
            return there;
        }
        try (var in = Files.newInputStream(store.jar(jar.hash()))) {
            return context.installBundle(jar.location(), in);
        } catch (BundleException e) {
            throw new PluginRefusedException(jar + " is no valid bundle: " + e.getMessage());
        } catch (IOException e) {
            throw new PluginRefusedException(jar + " can't be read: " + e.getMessage());
        }
    }

    private static void start(PluginJar jar, Bundle bundle) throws PluginRefusedException {
        try {
            bundle.start();
        } catch (BundleException e) {
            if (e.getType() == BundleException.RESOLVE_ERROR) {
                throw new PluginRefusedException(Explanation.unresolved(jar, String.valueOf(e.getMessage())));
            }
            var cause = e.getCause() == null ? e : e.getCause();
            throw new PluginRefusedException(jar + " fails to start: " + cause);
        }
    }

    /** Waits until the components are ready, obtains them, and returns the ids of the plugins. */
    private Set<String> check(PluginJar jar, Bundle bundle) throws PluginRefusedException {
        int described = components.described(bundle);
        if (described == 0) {
            throw new PluginRefusedException(jar + " has no plugin in it: no component carries @SmtpPlugin");
        }
        long deadline = System.nanoTime() + limits.check().toNanos();
        while (true) {
            var problems = new LinkedHashSet<>(components.problems(bundle));
            if (problems.isEmpty()) {
                var probe = chains.get().probe(bundle.getBundleId());
                if (probe.components() >= described && probe.problems().isEmpty()) {
                    return probe.plugins();
                }
                // A component that failed when it was asked for has its reason by now.
                problems.addAll(components.problems(bundle));
                if (problems.isEmpty()) {
                    problems.addAll(probe.problems());
                }
                if (!probe.problems().isEmpty()) {
                    throw doesNotPass(jar, problems);
                }
            } else if (components.hasFailed(bundle)) {
                throw doesNotPass(jar, problems);
            }
            if (System.nanoTime() - deadline > 0) {
                throw doesNotPass(jar, problems.isEmpty() ? Set.of("its components do not appear") : problems);
            }
            pause();
        }
    }

    private static PluginRefusedException doesNotPass(PluginJar jar, Set<String> problems) {
        return new PluginRefusedException(jar + " does not pass its check: " + String.join("; ", problems));
    }

    /** The component runtime tells nobody when a component is ready; it is asked again. */
    private static void pause() throws PluginRefusedException {
        try {
            TimeUnit.MILLISECONDS.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PluginRefusedException("the server is stopping");
        }
    }

    private void putInForce(PluginJar jar, Bundle bundle, Set<String> plugins, String door)
            throws PluginRefusedException {
        try {
            store.putInForce(jar, plugins, clock.instant(), door);
        } catch (IOException e) {
            throw new PluginRefusedException("can't write down that " + jar + " is in force: " + e);
        }
        chains.get().putInForce(byPlugin(plugins, bundle));
    }

    private static Map<String, Long> byPlugin(Set<String> plugins, Bundle bundle) {
        var map = new HashMap<String, Long>();
        plugins.forEach(plugin -> map.put(plugin, bundle.getBundleId()));
        return map;
    }

    private Set<String> pluginsOf(Bundle bundle) {
        return chains.get().probe(bundle.getBundleId()).plugins();
    }

    private void drain(PluginJar by, Bundle old) {
        draining.computeIfAbsent(by.symbolicName(), name -> new LinkedHashSet<>())
                .add(old);
        var _ = chains.get()
                .whenIdle(old.getBundleId())
                .whenComplete((nothing, failure) ->
                        Thread.ofVirtual().name("drained " + old).start(() -> drained(by, old)));
    }

    private void drained(PluginJar by, Bundle old) {
        lock.lock();
        try {
            if (leaveDrain(by.symbolicName(), old)) {
                takeOut(old);
                LOG.debug("{} {} has drained", old.getSymbolicName(), old.getVersion());
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isDraining(String symbolicName, Bundle bundle) {
        return draining.getOrDefault(symbolicName, Set.of()).contains(bundle);
    }

    /** Ends a bundle's drain; false when it did not drain, because it was put in force again meanwhile. */
    private boolean leaveDrain(String symbolicName, Bundle bundle) {
        var left = draining.get(symbolicName);
        if (left == null || !left.remove(bundle)) {
            return false;
        }
        if (left.isEmpty()) {
            draining.remove(symbolicName);
        }
        drainEnded.signalAll();
        return true;
    }

    private void awaitPlace(PluginJar jar) throws PluginRefusedException {
        long left = limits.drain().toNanos();
        try {
            while (draining.getOrDefault(jar.symbolicName(), Set.of()).size() >= MOST_DRAINING) {
                if (left <= 0) {
                    throw new PluginRefusedException("two older versions of " + jar.symbolicName()
                            + " still have transactions to end: try again later");
                }
                left = drainEnded.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PluginRefusedException("the server is stopping");
        }
    }

    /** Stops a bundle for good: what was installed here is uninstalled, what was shipped stays, stopped. */
    private void takeOut(Bundle bundle) {
        try {
            if (bundle.getState() == Bundle.UNINSTALLED) {
                return;
            }
            if (!bundle.getLocation().startsWith(PluginStore.LOCATION)) {
                bundle.stop();
                return;
            }
            bundle.uninstall();
            var hash = bundle.getLocation().substring(PluginStore.LOCATION.length());
            if (store.all().values().stream().noneMatch(e -> e.hash().equals(hash))) {
                Files.deleteIfExists(store.jar(hash));
            }
        } catch (BundleException | IOException e) {
            LOG.error("{} {} can't be taken out: {}", bundle.getSymbolicName(), bundle.getVersion(), e.getMessage());
        }
    }

    private static void startAgain(List<Bundle> stopped) {
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

    /** Bundles that a crash left between installation and the word that they are in force. */
    private void removeStrays() {
        var wanted = store.all().values().stream()
                .map(e -> PluginStore.LOCATION + e.hash())
                .toList();
        for (var bundle : context.getBundles()) {
            if (bundle.getLocation().startsWith(PluginStore.LOCATION) && !wanted.contains(bundle.getLocation())) {
                takeOut(bundle);
            }
        }
    }

    private List<Bundle> activeOf(String symbolicName) {
        var busy = draining.getOrDefault(symbolicName, Set.of());
        return Arrays.stream(context.getBundles())
                .filter(b -> symbolicName.equals(b.getSymbolicName()))
                .filter(Installer::isActive)
                .filter(b -> !busy.contains(b))
                .toList();
    }

    private static boolean isActive(@Nullable Bundle bundle) {
        return bundle != null && (bundle.getState() == Bundle.ACTIVE || bundle.getState() == Bundle.STARTING);
    }

    private static String describe(PluginJar jar, List<Bundle> old, Set<String> plugins) {
        var what = plugins.size() == 1
                        && jar.symbolicName()
                                .equals("org.tarishi.plugin."
                                        + plugins.iterator().next())
                ? plugins.iterator().next() + " " + jar.version()
                : jar + " (" + String.join(", ", plugins) + ")";
        return old.isEmpty()
                ? what + " is in force"
                : what + " is in force, in the place of " + old.getFirst().getVersion();
    }
}
