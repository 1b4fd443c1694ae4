package org.tarishi.core.deploy;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.felix.framework.FrameworkFactory;
import org.apache.felix.scr.impl.Activator;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.tarishi.core.spi.PluginSwitch;
import org.tarishi.core.spi.PluginTrial;
import org.tarishi.core.spi.SettingsArchive;
import org.tarishi.core.spi.TrialReport;

/** An installer in a real framework with Declarative Services; chains and settings are the test's. */
final class Container implements AutoCloseable {

    static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

    private static final String SHARED = String.join(
            ",",
            "org.osgi.service.component;version=1.5.1",
            "org.osgi.service.component.runtime;version=1.5.0",
            "org.osgi.service.component.runtime.dto;version=1.5.0",
            "org.osgi.util.promise;version=1.3.0",
            "org.osgi.util.function;version=1.2.0",
            "org.tarishi.api.hook;version=1.0.0",
            "com.acme.twice;version=1.4.0");

    final Path base;
    final Chains chains = new Chains();
    final FakeArchive archive = new FakeArchive();
    final Framework framework;
    private volatile Duration passed = Duration.ZERO;
    PluginStore store;
    KeptVersions kept;
    History history;
    Installer installer;
    PluginCommand command;

    Container(Path base, Object... settings) throws Exception {
        this.base = base;
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        base.resolve("felix").toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        SHARED,
                        Constants.FRAMEWORK_BSNVERSION,
                        Constants.FRAMEWORK_BSNVERSION_MULTIPLE,
                        "felix.log.level",
                        "0"));
        framework.start();
        framework
                .getBundleContext()
                .installBundle(Activator.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString())
                .start();
        var parts = parts(settings);
        store = parts.store;
        kept = parts.kept;
        history = parts.history;
        installer = parts.installer;
        command = parts.command;
    }

    private record Parts(
            PluginStore store, KeptVersions kept, History history, Installer installer, PluginCommand command) {}

    /** Makes all of it anew, as after a restart of the bundle. */
    void again(Object... settings) {
        installer.close();
        var parts = parts(settings);
        store = parts.store;
        kept = parts.kept;
        history = parts.history;
        installer = parts.installer;
        command = parts.command;
        installer.restore();
    }

    /** Lets time pass, from noon on. */
    void later(Duration time) {
        passed = passed.plus(time);
    }

    private Parts parts(Object... settings) {
        var context = framework.getBundleContext();
        var reference = Objects.requireNonNull(context.getServiceReference(ServiceComponentRuntime.class));
        var components = new ComponentCheck(Objects.requireNonNull(context.getService(reference)));
        var ofStore = new PluginStore(base.resolve("data"));
        var ofKept = new KeptVersions(ofStore);
        InstantSource time = () -> NOON.plus(passed);
        var clock = time.withZone(ZoneOffset.UTC);
        var ofHistory = new History(ofStore.folder(), clock);
        var made = settings(settings);
        var ofInstaller = new Installer(
                context,
                ofStore,
                ofKept,
                ofHistory,
                components,
                () -> chains,
                new KeptSettings(() -> archive),
                clock,
                made,
                Trust.read(made.trustedSigners(), base));
        var why = new Why(
                context,
                ofStore,
                ofKept,
                ofHistory,
                components,
                ofInstaller.trials(),
                ofInstaller.leaving(),
                () -> chains,
                () -> archive);
        return new Parts(
                ofStore,
                ofKept,
                ofHistory,
                ofInstaller,
                new PluginCommand(context, ofInstaller, components, ofStore, ofKept, ofHistory, why));
    }

    /** Settings with these keys set, alternating with their values. */
    static Settings settings(Object... pairs) {
        var values = new HashMap<String, Object>(Map.of("checkLimit", 1, "drainWait", 1, "stopLimit", 1));
        for (int i = 0; i < pairs.length; i += 2) {
            values.put((String) pairs[i], pairs[i + 1]);
        }
        return new Settings((Config) Proxy.newProxyInstance(
                Container.class.getClassLoader(),
                new Class<?>[] {Config.class, Annotation.class},
                (proxy, method, args) -> values.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    /** Runs the command; the exit code stands before what it prints. */
    String run(String... words) {
        var out = new StringBuilder();
        var all = new ArrayList<String>();
        all.add(base.toString());
        all.addAll(List.of(words));
        int code = command.apply(all, out);
        return code + " " + out;
    }

    Path file(String name, Jars jar) throws Exception {
        return jar.write(base.resolve(name));
    }

    /** The versions of the plugin that run. */
    Set<String> running() {
        var versions = new TreeSet<String>();
        for (var bundle : framework.getBundleContext().getBundles()) {
            if ("org.tarishi.plugin.p".equals(bundle.getSymbolicName()) && Bundles.isActive(bundle)) {
                versions.add(bundle.getVersion().toString());
            }
        }
        return versions;
    }

    /** What lies in a folder below the data, by name. */
    List<String> files(String folder) throws Exception {
        try (var files = Files.list(base.resolve("data").resolve(folder))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public void close() throws BundleException {
        installer.close();
        framework.stop();
        try {
            framework.waitForStop(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Chains that obtain what is registered, and count what the test says. */
    final class Chains implements PluginSwitch {
        final Map<Long, Tally> tallies = new ConcurrentHashMap<>();
        final Map<Long, CompletableFuture<@Nullable Void>> idle = new ConcurrentHashMap<>();
        volatile long inForce;
        volatile long keptOut;
        volatile @Nullable PluginTrial trial;
        volatile boolean isAsked = true;

        @Override
        public Probe probe(long bundleId) {
            var bundle = Objects.requireNonNull(framework.getBundleContext().getBundle(bundleId));
            var plugins = new TreeSet<String>();
            var problems = new ArrayList<String>();
            int components = 0;
            for (var reference : Objects.requireNonNull(bundle.getRegisteredServices())) {
                if (reference.getProperty("tarishi.smtp.plugin") instanceof String id) {
                    plugins.add(id);
                    if (framework.getBundleContext().getService(reference) == null) {
                        problems.add(id + ": its component does not start");
                    } else {
                        components++;
                    }
                }
            }
            return new Probe(plugins, components, problems);
        }

        @Override
        public void putInForce(Map<String, Long> bundleByPlugin) {
            inForce = bundleByPlugin.getOrDefault("p", 0L);
            var now = trial;
            if (now != null && now.bundleByPlugin().containsValue(inForce)) {
                trial = null;
            }
        }

        @Override
        @SuppressWarnings("unchecked") // a stage of nothing completes with null, which the interface does not say
        public CompletionStage<Void> whenIdle(long bundleId) {
            return (CompletionStage<Void>) (CompletionStage<?>) CompletableFuture.<@Nullable Void>completedFuture(null);
        }

        @Override
        public Tally tally(long bundleId) {
            return tallies.getOrDefault(bundleId, new Tally(0, 0, 0));
        }

        @Override
        public void keepOut(long bundleId) {
            keptOut = bundleId;
        }

        @Override
        public void tryOut(PluginTrial other) {
            trial = other;
        }

        @Override
        public void endTrial() {
            trial = null;
        }

        @Override
        public Optional<TrialReport> trialReport() {
            var side =
                    new TrialReport.Side(Map.of("mail ok", 3L), 3, Duration.ofMillis(1), Duration.ofMillis(2), 0, 2, 1);
            return trial == null ? Optional.empty() : Optional.of(new TrialReport(isAsked, side, side));
        }

        @Override
        public List<String> explain(String plugin) {
            return List.of(plugin + ": asked at mail");
        }
    }

    /** Settings that are one text. */
    static final class FakeArchive implements SettingsArchive {
        String text = "";
        List<String> problems = List.of();

        @Override
        public Map<String, String> texts(Set<String> pids) {
            return text.isEmpty() ? Map.of() : Map.of("P", text);
        }

        @Override
        public List<String> differences(Set<String> pids, Map<String, String> texts) {
            return texts.getOrDefault("P", "").equals(text) ? List.of() : List.of("P: key");
        }

        @Override
        public List<String> restore(Set<String> pids, Map<String, String> texts) {
            if (problems.isEmpty()) {
                text = texts.getOrDefault("P", "");
            }
            return problems;
        }

        @Override
        public List<String> complaints(Set<String> pids) {
            return List.of();
        }
    }
}
