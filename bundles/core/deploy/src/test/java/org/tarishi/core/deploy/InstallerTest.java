package org.tarishi.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.tarishi.core.spi.PluginSwitch;
import org.tarishi.core.spi.PluginTrial;
import org.tarishi.core.spi.TrialReport;

/** What is installed, put in force and taken out when, in a framework that does as it is told. */
final class InstallerTest {

    @TempDir
    Path folder;

    private final Map<String, FakeBundle> bundles = Collections.synchronizedMap(new LinkedHashMap<>());
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final Chains chains = new Chains();
    private final AtomicInteger torn = new AtomicInteger();
    private boolean inPlace;
    private long ids;

    /** A bundle that remembers what was done with it. */
    private final class FakeBundle {
        final long id = ++ids;
        final String location;
        final Bundle bundle;
        int state = Bundle.INSTALLED;

        FakeBundle(String location, String version) {
            this.location = location;
            this.bundle = fake(Bundle.class, (name, args) -> switch (name) {
                case "getBundleId" -> id;
                case "getLocation" -> location;
                case "getSymbolicName" -> "org.tarishi.plugin.p";
                case "getVersion" -> new Version(version);
                case "getState" -> state;
                case "adapt", "findEntries" -> null;
                case "start" -> {
                    state = Bundle.ACTIVE;
                    yield null;
                }
                case "stop" -> {
                    told.add("stop " + version + (args.length == 0 ? "" : " " + args[0]));
                    state = Bundle.RESOLVED;
                    yield null;
                }
                case "uninstall" -> {
                    told.add("uninstall " + version);
                    state = Bundle.UNINSTALLED;
                    bundles.remove(location);
                    yield null;
                }
                default -> throw new UnsupportedOperationException(name);
            });
        }
    }

    private static final class Chains implements PluginSwitch {
        final Map<Long, CompletableFuture<@Nullable Void>> idle = new ConcurrentHashMap<>();
        long inForce;

        void becomesIdle(long bundle) {
            idle.computeIfAbsent(bundle, id -> new CompletableFuture<@Nullable Void>())
                    .complete(null);
        }

        @Override
        public void keepOut(long bundleId) {}

        @Override
        public void tryOut(PluginTrial trial) {}

        @Override
        public void endTrial() {}

        @Override
        public Optional<TrialReport> trialReport() {
            return Optional.empty();
        }

        @Override
        public Probe probe(long bundleId) {
            return new Probe(Set.of("p"), 1, List.of());
        }

        @Override
        public Tally tally(long bundleId) {
            return new Tally(0, 0, 0);
        }

        @Override
        public List<String> explain(String plugin) {
            return List.of();
        }

        @Override
        public void putInForce(Map<String, Long> bundleByPlugin) {
            inForce = bundleByPlugin.getOrDefault("p", 0L);
        }

        @Override
        @SuppressWarnings("unchecked") // a stage of nothing completes with null, which the interface does not say
        public CompletionStage<Void> whenIdle(long bundleId) {
            return (CompletionStage<Void>)
                    (CompletionStage<?>) idle.computeIfAbsent(bundleId, id -> new CompletableFuture<@Nullable Void>());
        }
    }

    private interface Answers {
        @Nullable Object answer(String method, Object[] args) throws Exception;
    }

    private static <T> T fake(Class<T> type, Answers answers) {
        return type.cast(Proxy.newProxyInstance(
                InstallerTest.class.getClassLoader(),
                new Class<?>[] {type},
                (self, method, args) -> switch (method.getName()) {
                    case "equals" -> System.identityHashCode(self) == System.identityHashCode(args[0]);
                    case "hashCode" -> System.identityHashCode(self);
                    case "toString" -> type.getSimpleName();
                    default -> answers.answer(method.getName(), args == null ? new Object[0] : args);
                }));
    }

    private Installer installer() {
        var level = fake(FrameworkStartLevel.class, (name, args) -> 1);
        var system = fake(Bundle.class, (name, args) -> level);
        var context = fake(BundleContext.class, (name, args) -> switch (name) {
            case "getBundle" ->
                args[0] instanceof String location
                        ? bundles.containsKey(location) ? bundles.get(location).bundle : null
                        : system;
            case "getBundles" ->
                bundles.values().stream().map(one -> one.bundle).toArray(Bundle[]::new);
            case "installBundle" -> {
                var made = new FakeBundle((String) args[0], "1." + bundles.size());
                bundles.put(made.location, made);
                yield made.bundle;
            }
            default -> throw new UnsupportedOperationException(name);
        });
        var description = new ComponentDescriptionDTO();
        description.name = "P";
        var runtime = fake(ServiceComponentRuntime.class, (name, args) -> {
            description.properties = inPlace
                    ? Map.of("tarishi.smtp.plugin", "p", "tarishi.swap.in.place", true)
                    : Map.of("tarishi.smtp.plugin", "p");
            return switch (name) {
                case "getComponentDescriptionDTOs" -> List.of(description);
                case "getComponentConfigurationDTOs" -> {
                    if (torn.getAndDecrement() > 0) {
                        throw new NullPointerException("m");
                    }
                    var configuration = new ComponentConfigurationDTO();
                    configuration.description = description;
                    configuration.state = ComponentConfigurationDTO.ACTIVE;
                    yield List.of(configuration);
                }
                case "isComponentEnabled" -> true;
                default -> throw new UnsupportedOperationException(name);
            };
        });
        var store = new PluginStore(folder.resolve("data"));
        var clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
        return new Installer(
                context,
                store,
                new KeptVersions(store),
                new History(store.folder(), clock),
                new ComponentCheck(runtime),
                () -> chains,
                new KeptSettings(() -> null),
                clock,
                Container.settings("checkLimit", 5, "drainWait", 5),
                Trust.ALL);
    }

    private Path jar(String version) throws IOException {
        var file = folder.resolve(version + ".jar");
        if (Files.exists(file)) {
            return file;
        }
        Jars.plugin(version).write(file);
        return file;
    }

    @Test
    void aVersionThatIsPutInForceAgainWhileItDrainsIsNotTakenOut() throws Exception {
        var installer = installer();
        installer.install(jar("1.0.0"), "deploy");
        installer.install(jar("2.0.0"), "deploy");
        long first = bundles.values().iterator().next().id;
        assertThat(chains.idle).containsOnlyKeys(first);

        assertThat(installer.install(jar("1.0.0"), "deploy")).contains("in force");
        assertThat(chains.inForce).isEqualTo(first);
        // its last transaction had ended just before, and that is heard of only now
        chains.becomesIdle(first);
        chains.becomesIdle(2);
        awaitGone(2);

        assertThat(told).containsExactly("uninstall 1.1");
        assertThat(bundles.values()).extracting(one -> one.id).containsExactly(first);
    }

    @Test
    void aComponentThatIsJustGettingItsSettingsIsNoReasonToRefuseItsBundle() throws Exception {
        torn.set(2);
        assertThat(installer().install(jar("1.0.0"), "deploy")).contains("in force");
        assertThat(torn).hasNegativeValue();
        assertThat(chains.inForce).isEqualTo(1);
    }

    @Test
    void theSameBytesFromTwoDoorsAtOnceDoNotDrainThemselves() throws Exception {
        var installer = installer();
        installer.install(jar("1.0.0"), "deploy");
        installer.install(jar("2.0.0"), "deploy");
        installer.install(jar("3.0.0"), "deploy");
        // two drain: both doors wait for a place
        var done = new CountDownLatch(2);
        var fourth = jar("4.0.0");
        for (var door : List.of("deploy", "console")) {
            Thread.ofVirtual().start(() -> {
                try {
                    installer.install(fourth, door);
                    done.countDown();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
        }
        chains.becomesIdle(1);
        chains.becomesIdle(2);
        chains.becomesIdle(3);

        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        awaitGone(3);
        assertThat(chains.idle).doesNotContainKey(4L);
        assertThat(chains.inForce).isEqualTo(4);
    }

    @Test
    void whatIsReplacedInPlaceIsStoppedForAWhileOnlySoThatMailWaitsForItsReplacement() throws Exception {
        var installer = installer();
        installer.install(jar("1.0.0"), "deploy");
        inPlace = true;
        installer.install(jar("2.0.0"), "deploy");
        assertThat(told).startsWith("stop 1.0 " + Bundle.STOP_TRANSIENT);
    }

    @Test
    void chainsThatComeLaterAreToldWhatIsInForce() throws Exception {
        var installer = installer();
        installer.install(jar("1.0.0"), "deploy");
        var others = new Chains();
        installer.succeed(others, () -> {});
        assertThat(others.inForce).isEqualTo(1);
    }

    private void awaitGone(long id) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (bundles.values().stream().anyMatch(one -> one.id == id)) {
            assertThat(System.nanoTime()).as("bundle " + id + " is still there").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
