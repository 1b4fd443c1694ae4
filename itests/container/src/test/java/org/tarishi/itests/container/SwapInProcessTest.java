package org.tarishi.itests.container;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.systemPackages;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.BundleWiring;
import org.tarishi.core.spi.PluginInstaller;
import org.tarishi.itests.harness.Load;
import org.tarishi.itests.harness.PluginJar;
import org.tarishi.itests.harness.Ports;
import org.tarishi.itests.harness.TestMail;

/** A plugin is replaced while mail flows, seen from within: each class loader that served is let go. */
@RunWith(PaxExam.class)
public class SwapInProcessTest {

    private static final Pattern BUNDLE =
            Pattern.compile("\\{ *\"id\": *\"([^:\"]+):([^:\"]+)(?::[^\"]*)?\", *\"start-order\": *(\\d+) *}");
    private static final String STAMP = "org.tarishi.itests.stamp";
    private static final int CLIENTS = 50;
    private static final long COLLECTED_WITHIN = TimeUnit.SECONDS.toNanos(5);

    @Inject
    private BundleContext context;

    /** The bundles of the features base and mx, an instance's folders, and what the launcher would be to them. */
    @Configuration
    public Option[] container() throws IOException {
        var work = Path.of(property("tarishi.work"));
        if (Files.exists(work)) {
            try (var files = Files.walk(work)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        for (var folder : List.of("conf", "data", "deploy", "logs")) {
            Files.createDirectories(work.resolve(folder));
        }
        int port = Ports.free();
        var home = Path.of(property("tarishi.distribution")).normalize();
        try (var shipped = Files.newDirectoryStream(home.resolve("config"), "*.cfg")) {
            for (var file : shipped) {
                Files.copy(file, work.resolve("conf").resolve(file.getFileName()));
            }
        }
        Files.writeString(work.resolve("conf/org.tarishi.core.server.listener~smtp.cfg"), "port = " + port + "\n");
        Files.writeString(work.resolve("conf/org.tarishi.chain.cfg"), "plugins = [ \"stamp?\" ]\n");

        var options = new ArrayList<Option>(List.of(
                cleanCaches(),
                frameworkStartLevel(10),
                junitBundles(),
                // As the launcher does: the log is the class path's.
                systemPackages(
                        "org.slf4j;version=2.0.0",
                        "org.slf4j.event;version=2.0.0",
                        "org.slf4j.helpers;version=2.0.0",
                        "org.slf4j.spi;version=2.0.0"),
                systemProperty("tarishi.test.port").value(Integer.toString(port)),
                frameworkProperty("tarishi.plugin.startlevel").value("7"),
                frameworkProperty("tarishi.home").value(home.toString()),
                frameworkProperty("tarishi.base").value(work.toString()),
                frameworkProperty("tarishi.version").value("test"),
                bundle(Path.of(property("tarishi.harness")).toUri().toString()).startLevel(6)));
        for (var folder : List.of("conf", "data", "deploy", "logs")) {
            options.add(frameworkProperty("tarishi." + folder)
                    .value(work.resolve(folder).toString()));
        }
        for (var feature : List.of("base", "mx")) {
            var matcher = BUNDLE.matcher(Files.readString(home.resolve("features/" + feature + ".json")));
            while (matcher.find()) {
                // Pax Exam brings a log of its own.
                if (!matcher.group(2).equals("org.apache.felix.log")) {
                    var jar = jar(home.resolve("repository"), matcher.group(1), matcher.group(2));
                    options.add(bundle(jar.toUri().toString()).startLevel(Integer.parseInt(matcher.group(3))));
                }
            }
        }
        return options.toArray(Option[]::new);
    }

    @Test
    public void aPluginIsReplacedUnderTrafficAndEachOldClassLoaderIsCollected() throws Exception {
        int port = Integer.getInteger("tarishi.test.port", 0);
        int swaps = Integer.getInteger("tarishi.swaps", 0);
        var work = Path.of(property("tarishi.work"));
        var sockets = sockets();
        var old = new ArrayList<WeakReference<ClassLoader>>();
        try {
            var installer = installer();
            installer.install(stamp(work, 0), "test");
            until("a listener", () -> isListening(port), TimeUnit.SECONDS.toNanos(30));
            var load =
                    Load.start(port, CLIENTS, "user@example.com", 500, Duration.parse(property("tarishi.swapPause")));
            until(
                    "50 busy connections",
                    () -> load.greeted() == CLIENTS && load.accepted() > CLIENTS,
                    TimeUnit.SECONDS.toNanos(60));

            for (int version = 1; version <= swaps; version++) {
                old.add(new WeakReference<>(loader(version - 1)));
                installer.install(stamp(work, version), "test");
                long before = load.accepted();
                until(
                        "mail behind swap " + version,
                        () -> load.accepted() > before + CLIENTS,
                        TimeUnit.SECONDS.toNanos(30));
                assertEquals("failed or dropped at swap " + version, 0, load.trouble());
                // The last transaction of the old version ended before the last of these was accepted, or soon after.
                until(
                        "loader of version " + (version - 1) + " collected",
                        () -> isCollected(old.getLast()),
                        COLLECTED_WITHIN);
            }

            var tally = load.stop();
            assertEquals(tally.troubles().toString(), 0, tally.dropped());
            assertEquals(tally.troubles().toString(), 0, tally.failed());
            assertTrue(old.stream().allMatch(SwapInProcessTest::isCollected));
            assertEquals(1, stamps().size());
            var stored = new HashSet<String>();
            var versions = new TreeSet<String>();
            try (var files = Files.list(work.resolve("data/maildir/example.com/user/new"))) {
                for (var file : files.toList()) {
                    var found = TestMail.find(Files.readAllBytes(file));
                    stored.add(found.id());
                    assertEquals(found.id(), Integer.valueOf(1), found.counts().get("X-Stamp-Mail"));
                    assertEquals(found.id(), Integer.valueOf(1), found.counts().get("X-Stamp-Data"));
                    var stamp = Objects.requireNonNull(found.fields().get("X-Stamp-Mail"));
                    assertEquals(found.id(), stamp, found.fields().get("X-Stamp-Data"));
                    versions.add(stamp);
                }
            }
            assertEquals(tally.accepted(), stored);
            assertEquals(swaps + 1, versions.size());
        } finally {
            sockets.unregister();
        }
    }

    /** What the launcher gives to the server: listening sockets. */
    private ServiceRegistration<?> sockets() {
        Function<InetSocketAddress, ServerSocketChannel> listen = address -> {
            try {
                var channel = ServerSocketChannel.open();
                channel.bind(address);
                channel.configureBlocking(false);
                return channel;
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        };
        return context.registerService(
                Function.class, listen, FrameworkUtil.asDictionary(Map.of("tarishi.boot", "listen")));
    }

    private PluginInstaller installer() {
        until(
                "the installer",
                () -> context.getServiceReference(PluginInstaller.class) != null,
                TimeUnit.SECONDS.toNanos(30));
        var reference = Objects.requireNonNull(context.getServiceReference(PluginInstaller.class));
        return Objects.requireNonNull(context.getService(reference));
    }

    private List<Bundle> stamps() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> STAMP.equals(bundle.getSymbolicName()))
                .toList();
    }

    private ClassLoader loader(int version) {
        return stamps().stream()
                .filter(bundle -> bundle.getVersion().getMicro() == version)
                .findFirst()
                .orElseThrow()
                .adapt(BundleWiring.class)
                .getClassLoader();
    }

    private static boolean isCollected(WeakReference<ClassLoader> loader) {
        if (loader.refersTo(null)) {
            return true;
        }
        System.gc();
        return loader.refersTo(null);
    }

    private static boolean isListening(int port) {
        try (var channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static void until(String what, BooleanSupplier condition, long nanos) {
        long end = System.nanoTime() + nanos;
        while (!condition.getAsBoolean()) {
            assertTrue("within " + TimeUnit.NANOSECONDS.toSeconds(nanos) + " s: " + what, System.nanoTime() < end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private static Path stamp(Path work, int version) throws IOException {
        return new PluginJar(jar(Path.of(property("tarishi.plugins"), "stamp/target"), STAMP))
                .header("Bundle-Version", "1.0." + version)
                .entry("stamp.txt", "v" + version + "\n")
                .write(work.resolve("stamp.jar"));
    }

    private static Path jar(Path repository, String group, String artifact) throws IOException {
        var folder = repository.resolve(group.replace('.', '/')).resolve(artifact);
        try (var versions = Files.newDirectoryStream(folder)) {
            for (var version : versions) {
                return jar(version, artifact);
            }
        }
        throw new IOException("nothing in " + folder);
    }

    private static Path jar(Path folder, String artifact) throws IOException {
        try (var jars = Files.newDirectoryStream(folder, artifact + "-*.jar")) {
            for (var jar : jars) {
                return jar.normalize();
            }
        }
        throw new IOException("no " + artifact + " in " + folder);
    }

    private static String property(String key) {
        return Objects.requireNonNull(System.getProperty(key), () -> key + ": the build has to set it");
    }
}
