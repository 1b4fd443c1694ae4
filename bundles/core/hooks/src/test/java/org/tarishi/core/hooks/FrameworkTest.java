package org.tarishi.core.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.apache.felix.scr.impl.Activator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.tarishi.api.Moment;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.ConnectHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.core.spi.Admission;
import org.tarishi.core.spi.Subject;

/** How plugins are found and let go where there is a framework and Declarative Services. */
final class FrameworkTest {

    private static final String SHARED = String.join(
            ",",
            "org.osgi.service.component;version=1.5.1",
            "org.osgi.service.component.runtime;version=1.5.0",
            "org.osgi.service.component.runtime.dto;version=1.5.0",
            "org.osgi.util.promise;version=1.3.0",
            "org.osgi.util.function;version=1.2.0",
            "org.tarishi.api",
            "org.tarishi.api.hook",
            "org.tarishi.api.message");

    private final Framework framework;
    private final Engine engine;
    private final Tracking tracking;
    private final Kit log = new Kit();
    private final AtomicInteger torn = new AtomicInteger();

    FrameworkTest(@TempDir Path cache) throws Exception {
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        cache.resolve("felix").toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        SHARED,
                        "felix.log.level",
                        "0"));
        framework.start();
        var context = framework.getBundleContext();
        context.installBundle(Activator.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString())
                .start();
        var reference = Objects.requireNonNull(context.getServiceReference(ServiceComponentRuntime.class));
        tracking = new Tracking(context, withGaps(Objects.requireNonNull(context.getService(reference))));
        engine = new Engine(
                Kit.settings("plugins", Kit.list("guest"), "drain", "20s"),
                System::nanoTime,
                Carriers.ofThisJvm(),
                tracking);
    }

    /** The runtime, which for so many times as is set is asked for a component that is just getting its settings. */
    private ServiceComponentRuntime withGaps(ServiceComponentRuntime runtime) {
        return (ServiceComponentRuntime) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ServiceComponentRuntime.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("getComponentConfigurationDTOs") && torn.getAndDecrement() > 0) {
                        throw new NullPointerException("m");
                    }
                    return method.invoke(runtime, arguments);
                });
    }

    @BeforeEach
    void start() {
        tracking.open(engine);
        engine.start();
    }

    @AfterEach
    void stop() throws Exception {
        engine.close();
        tracking.close();
        engine.stop();
        framework.stop();
        framework.waitForStop(10_000);
        log.close();
        for (var key : new String[] {"guest.fails", "guest.in", "guest.go", "guest.stopped"}) {
            System.getProperties().remove(key);
        }
    }

    /** Makes a bundle with these components of {@link GuestHook}, and these classes beside. */
    private static InputStream jar(String version, String imports, Map<String, String> components, Class<?>... beside)
            throws IOException {
        var manifest = new Manifest();
        var main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "guest");
        main.putValue("Bundle-Version", version);
        if (!imports.isEmpty()) {
            main.putValue("Import-Package", imports);
        }
        main.putValue("Service-Component", "OSGI-INF/*.xml");
        main.putValue(
                "Require-Capability",
                "osgi.extender;filter:=\"(&(osgi.extender=osgi.component)(version>=1.3.0)(!(version>=2.0.0)))\"");
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, manifest)) {
            for (var component : components.entrySet()) {
                jar.putNextEntry(new JarEntry("OSGI-INF/" + component.getKey() + ".xml"));
                jar.write("""
                        <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="%s" deactivate="stop">
                          <implementation class="%s"/>
                          <service><provide interface="%s"/></service>
                          <property name="tarishi.smtp.plugin" value="%s"/>
                        </scr:component>
                        """.formatted(
                                component.getKey(),
                                GuestHook.class.getName(),
                                ConnectHook.class.getName(),
                                component.getValue())
                        .getBytes(StandardCharsets.UTF_8));
            }
            add(jar, GuestHook.class);
            for (var type : beside) {
                add(jar, type);
            }
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    private static void add(JarOutputStream jar, Class<?> type) throws IOException {
        var path = type.getName().replace('.', '/') + ".class";
        jar.putNextEntry(new JarEntry(path));
        try (var in = Objects.requireNonNull(type.getClassLoader().getResourceAsStream(path))) {
            in.transferTo(jar);
        }
    }

    private static InputStream guest(String version) throws IOException {
        return jar(version, "org.tarishi.api,org.tarishi.api.hook", Map.of("guest", "guest"));
    }

    private Bundle install(InputStream jar) throws BundleException {
        var bundle = framework.getBundleContext().installBundle("guest", jar);
        bundle.start();
        return bundle;
    }

    private CompletableFuture<Admission> begin() {
        var told = new CompletableFuture<Admission>();
        engine.begin(Runnable::run, told::complete);
        return told;
    }

    @Test
    void aPluginJoinsTheChainWithItsBundleAndLeavesWithIt() throws Exception {
        assertThat(engine.refusal()).isPresent();
        var bundle = install(guest("1.0.0"));
        assertThat(engine.refusal()).isEmpty();
        assertThat(engine.current().isEmpty(Moment.CONNECT)).isFalse();
        bundle.uninstall();
        assertThat(engine.current().links(Moment.CONNECT)).isEmpty();
        assertThat(System.getProperty("guest.stopped")).isEqualTo("true");
    }

    @Test
    void aPluginOfSeveralComponentsComesWhenAllOfThemAreThere() throws Exception {
        var bundle = install(jar(
                "1.0.0",
                "org.tarishi.api,org.tarishi.api.hook",
                Map.of("a", "guest/a", "b", "guest/b", "c", "guest/c")));
        assertThat(engine.current().links(Moment.CONNECT)).hasSize(3);
        assertThat(engine.probe(bundle.getBundleId()).problems()).isEmpty();
    }

    @Test
    void aComponentThatFailedToStartIsAbsentAndComesBackWhenItIsMended() throws Exception {
        System.setProperty("guest.fails", "true");
        var bundle = install(guest("1.0.0"));
        assertThat(engine.refusal()).isPresent();
        assertThat(log.log())
                .anySatisfy(line ->
                        assertThat(line).contains("required plugin guest is missing", "does not start", "guest fails"));
        assertThat(engine.probe(bundle.getBundleId()).problems()).isNotEmpty();

        System.getProperties().remove("guest.fails");
        assertThat(engine.probe(bundle.getBundleId()).problems()).isEmpty();
        assertThat(engine.refusal()).isEmpty();
    }

    @Test
    void aComponentThatIsJustGettingItsSettingsIsLookedAtAgain() throws Exception {
        var bundle = install(guest("1.0.0"));
        torn.set(2);
        assertThat(engine.probe(bundle.getBundleId()).problems()).isEmpty();
        assertThat(torn).hasNegativeValue();
    }

    @Test
    void aCopyOfTheApiIsOneErrorLineAndCountsAsAbsent() throws Exception {
        install(jar("1.0.0", "org.tarishi.api", Map.of("guest", "guest"), ConnectHook.class, HookResult.class));
        assertThat(engine.refusal()).isPresent();
        tracking.look();
        tracking.look();
        assertThat(log.log())
                .filteredOn(line -> line.contains("carries a copy of the API"))
                .singleElement()
                .asString()
                .contains("required plugin guest is missing", "ConnectHook");
    }

    @Test
    void whatNobodyRequiresAndDoesNotStartIsToldOnceWhenItStaysAway() throws Exception {
        System.setProperty("guest.fails", "true");
        install(jar("1.0.0", "org.tarishi.api,org.tarishi.api.hook", Map.of("visitor", "visitor")));
        for (int i = 0; i < 4; i++) {
            tracking.look();
        }
        assertThat(log.log())
                .filteredOn(line -> line.contains("visitor"))
                .singleElement()
                .asString()
                .contains("left out", "does not start", "guest fails");
    }

    @Test
    void deactivationDoesNotRunUnderACallAndBeginsWaitForTheUpdate() throws Exception {
        var bundle = install(guest("1.0.0"));
        var in = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        System.getProperties().put("guest.in", in);
        System.getProperties().put("guest.go", go);
        var answered = new CountDownLatch(1);
        SmtpConnection connection = new FakeConnection("C1", engine);
        engine.current()
                .ask(
                        Moment.CONNECT,
                        new Subject(connection, null, null, null),
                        Runnable::run,
                        verdict -> answered.countDown());
        in.await();
        var updated = new CompletableFuture<String>();
        var updater = Thread.ofPlatform().start(() -> {
            try {
                bundle.update(guest("2.0.0"));
                updated.complete("done");
            } catch (BundleException | IOException e) {
                updated.completeExceptionally(e);
            }
        });
        await().until(() -> !engine.current().gaps().plugins().isEmpty());
        var waiting = begin();
        assertThat(waiting).isNotDone();
        assertThat(System.getProperty("guest.stopped")).isNull();

        go.countDown();
        answered.await();
        updater.join();
        assertThat(Kit.get(updated)).isEqualTo("done");
        var admitted = (Admission.Admitted) Kit.get(waiting);
        assertThat(System.getProperty("guest.stopped")).isEqualTo("true");
        assertThat(engine.current().components())
                .singleElement()
                .satisfies(one -> assertThat(one.source().version().toString()).isEqualTo("2.0.0"));
        admitted.generation().release();
    }
}
