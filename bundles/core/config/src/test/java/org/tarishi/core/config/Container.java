package org.tarishi.core.config;

import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.launch.Framework;
import org.slf4j.LoggerFactory;

/** A real framework in this JVM with ConfigAdmin, Metatype and SCR; the bundle under test and samples come when told. */
final class Container implements AutoCloseable {

    private static final String PACKAGES =
            Stream.of("org.slf4j", "org.slf4j.helpers", "org.slf4j.spi", "org.slf4j.event")
                            .map(name -> name + ";version=2.0.20")
                            .collect(Collectors.joining(","))
                    // So that the test and the bundles mean the same ConfigAdmin.
                    + ",org.osgi.service.cm;version=1.6.1";

    final Path base;
    final Path conf;
    final List<String> log = new CopyOnWriteArrayList<>();

    private final AppenderBase<ILoggingEvent> appender;
    private Framework framework;

    Container(Path base) throws BundleException, IOException {
        this.base = base;
        this.conf = Files.createDirectories(base.resolve("conf"));
        appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                log.add(event.getLevel() + " " + event.getFormattedMessage());
            }
        };
        appender.start();
        logger().addAppender(appender);
        if (!Files.exists(conf.resolve("org.tarishi.core.config.cfg"))) {
            file("org.tarishi.core.config", "poll = PT0.1S\n");
        }
        framework = launch();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger("org.tarishi.core.config");
    }

    private Framework launch() throws BundleException, IOException {
        var made = new FrameworkFactory()
                .newFramework(Map.of(
                        "org.osgi.framework.storage",
                        base.resolve("cache").toString(),
                        "org.osgi.framework.system.packages.extra",
                        PACKAGES,
                        "felix.cm.dir",
                        base.resolve("data/config").toString(),
                        "tarishi.conf",
                        conf.toString(),
                        "tarishi.data",
                        base.resolve("data").toString()));
        made.start();
        if (made.getBundleContext().getBundles().length == 1) {
            var context = made.getBundleContext();
            try (var jars = Files.newDirectoryStream(Path.of(property("container")), "*.jar")) {
                for (var jar : jars) {
                    context.installBundle(jar.toUri().toString());
                }
            }
            for (var bundle : context.getBundles()) {
                bundle.start();
            }
        }
        return made;
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name);
    }

    /** Starts the bundle under test. */
    Bundle gate() throws BundleException {
        var bundle = framework
                .getBundleContext()
                .installBundle(Path.of(property("bundle")).toUri().toString());
        bundle.start();
        return bundle;
    }

    /** Stops the bundle under test until the framework starts again: what happens meanwhile, it does not hear of. */
    void stopGate() throws BundleException {
        for (var bundle : framework.getBundleContext().getBundles()) {
            if ("org.tarishi.core.config".equals(bundle.getSymbolicName())) {
                bundle.stop(Bundle.STOP_TRANSIENT);
            }
        }
    }

    /** Stops the framework and starts it again, with what was installed and stored. */
    void restart() throws BundleException, IOException {
        stop();
        framework = launch();
    }

    Framework framework() {
        return framework;
    }

    Path file(String pid, String text) throws IOException {
        // As an editor does: beside, then in place.
        var temporary = conf.resolve(pid + ".tmp");
        Files.writeString(temporary, text);
        return Files.move(
                temporary,
                conf.resolve(pid + ".cfg"),
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    String text(String pid) throws IOException {
        return Files.readString(conf.resolve(pid + ".cfg"));
    }

    <T> T service(Class<T> type) {
        return service(type, null);
    }

    <T> T service(Class<T> type, @org.jspecify.annotations.Nullable String filter) {
        return await().until(() -> services(type, filter), found -> !found.isEmpty())
                .getFirst();
    }

    /** A service of a type that bundles have from a bundle, and this test from its class path; all that it takes and tells is the JDK's. */
    <T> T bridged(Class<T> type) {
        var context = framework.getBundleContext();
        var reference = await().until(() -> context.getAllServiceReferences(type.getName(), null), Objects::nonNull)[0];
        var service = Objects.requireNonNull(context.getService(reference));
        var theirs = Stream.of(service.getClass().getInterfaces())
                .filter(each -> each.getName().equals(type.getName()))
                .findFirst()
                .orElseThrow();
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (_, method, arguments) -> theirs.getMethod(method.getName(), method.getParameterTypes())
                        .invoke(service, arguments)));
    }

    <T> List<T> services(Class<T> type, @org.jspecify.annotations.Nullable String filter)
            throws InvalidSyntaxException {
        var context = framework.getBundleContext();
        return context.getServiceReferences(type, filter).stream()
                .map(context::getService)
                .toList();
    }

    /** What a sample had, in order. */
    @SuppressWarnings("unchecked")
    List<String> had(String pid) {
        return ((Supplier<List<String>>) (Supplier<?>) service(Supplier.class, "(service.pid=" + pid + ")")).get();
    }

    /** What a sample that was never configured had. */
    @SuppressWarnings("unchecked")
    List<String> hadByName(String component) {
        return ((Supplier<List<String>>) (Supplier<?>) service(Supplier.class, "(component.name=" + component + ")"))
                .get();
    }

    /** Runs the command; returns its code, then what it printed. */
    @SuppressWarnings("unchecked")
    String command(String... arguments) {
        var out = new StringBuilder();
        var all =
                Stream.concat(Stream.of(conf.toString()), Stream.of(arguments)).toList();
        var command = (BiFunction<List<String>, Appendable, Integer>)
                (BiFunction<?, ?, ?>) service(BiFunction.class, "(tarishi.command=config)");
        var code = command.apply(all, out);
        return (code + " " + out.toString().strip()).strip();
    }

    /** Returns what was logged at ERROR or WARN. */
    List<String> complaints() {
        return log.stream()
                .filter(line -> !line.startsWith("INFO") && !line.startsWith("DEBUG"))
                .toList();
    }

    private void stop() throws BundleException {
        framework.stop();
        try {
            framework.waitForStop(30_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws BundleException {
        stop();
        logger().detachAppender(appender);
    }

    /** Installs a sample bundle; it is not started. */
    Bundle sample(String version, String moreKeys) throws BundleException, IOException {
        var jar = base.resolve("sample-" + version + ".jar");
        var manifest = new Manifest();
        var main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "sample");
        main.putValue("Bundle-Version", version);
        main.putValue("Import-Package", "org.tarishi.api.config,org.tarishi.core.spi");
        main.putValue("Service-Component", "OSGI-INF/sample.xml, OSGI-INF/trying.xml, OSGI-INF/route.xml");
        main.putValue(
                "Provide-Capability",
                Stream.of("org.tarishi.sample", "org.tarishi.sample.trying", "org.tarishi.sample.route")
                        .map(pid -> "tarishi.settings;pid=" + pid
                                + ";settings=\"org.tarishi.core.config.sample.SampleSettings\"")
                        .collect(Collectors.joining(",")));
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (var name : List.of("Sample", "SampleConfig", "SampleSettings")) {
                var path = "org/tarishi/core/config/sample/" + name + ".class";
                try (var in =
                        Objects.requireNonNull(Container.class.getClassLoader().getResourceAsStream(path))) {
                    out.putNextEntry(new JarEntry(path));
                    in.transferTo(out);
                }
            }
            entry(
                    out,
                    "OSGI-INF/sample.xml",
                    component("sample", "org.tarishi.sample", "optional", "modified=\"modified\""));
            entry(out, "OSGI-INF/trying.xml", component("trying", "org.tarishi.sample.trying", "optional", ""));
            entry(
                    out,
                    "OSGI-INF/route.xml",
                    component("route", "org.tarishi.sample.route", "require", "modified=\"modified\""));
            entry(out, "OSGI-INF/metatype/sample.xml", metatype(moreKeys));
        }
        return framework.getBundleContext().installBundle(jar.toUri().toString());
    }

    private static void entry(OutputStream out, String name, String text) throws IOException {
        ((JarOutputStream) out).putNextEntry(new JarEntry(name));
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String component(String name, String pid, String policy, String more) {
        return """
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="%s" immediate="true"
                    configuration-pid="%s" configuration-policy="%s" activate="activate" %s>
                  <property name="port" type="Integer" value="25"/>
                  <property name="mode" value="strict"/>
                  <property name="delay" value="PT5M"/>
                  <property name="strict" type="Boolean" value="true"/>
                  <property name="ratio" type="Double" value="0.5"/>
                  <property name="queue.max-size" type="Long" value="10"/>
                  <implementation class="org.tarishi.core.config.sample.Sample"/>
                  <service><provide interface="java.util.function.Supplier"/></service>
                </scr:component>
                """.formatted(name, pid, policy, more);
    }

    private static String metatype(String moreKeys) {
        return """
                <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.3.0">
                  <OCD id="sample" name="Sample">
                    <AD id="port" type="Integer" default="25" min="1" max="65535" description="TCP port, 1 to 65535. Default: 25"/>
                    <AD id="hosts" type="String" cardinality="2147483647"/>
                    <AD id="mode" type="String" default="strict"><Option label="s" value="strict"/><Option label="l" value="lax"/></AD>
                    <AD id="delay" type="String" default="PT5M"/>
                    <AD id="password" type="Password" required="false"/>
                    <AD id="strict" type="Boolean" default="true"/>
                    <AD id="ratio" type="Double" default="0.5"/>
                    <AD id="queue.max-size" type="Long" default="10"/>
                    %s
                  </OCD>
                  <Designate pid="org.tarishi.sample"><Object ocdref="sample"/></Designate>
                  <Designate pid="org.tarishi.sample.trying"><Object ocdref="sample"/></Designate>
                  <Designate factoryPid="org.tarishi.sample.route"><Object ocdref="sample"/></Designate>
                </metatype:MetaData>
                """.formatted(moreKeys);
    }
}
