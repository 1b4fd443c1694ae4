package org.tarishi.core.admin;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;

/** A real framework in this JVM with SCR, the HTTP service and the web console; the bundle under test comes when told. */
final class Container implements AutoCloseable {
    private static final String SLF4J = Stream.of("2.0.20", "1.7.36")
            .flatMap(version -> Stream.of("org.slf4j", "org.slf4j.helpers", "org.slf4j.spi", "org.slf4j.event")
                    .map(name -> name + ";version=" + version))
            .reduce((a, b) -> a + "," + b)
            .orElseThrow();

    private final Framework framework;
    /** What the operator was told. */
    final List<String> told = new CopyOnWriteArrayList<>();

    Container(Path folder, Map<String, String> properties, boolean operator) throws BundleException, IOException {
        var all = new HashMap<>(Map.of(
                "org.osgi.framework.storage",
                folder.resolve("cache").toString(),
                "org.osgi.framework.system.packages.extra",
                SLF4J,
                "org.apache.felix.http.host",
                "127.0.0.1",
                "org.osgi.service.http.port",
                "0",
                "tarishi.data",
                folder.resolve("data").toString()));
        all.putAll(properties);
        framework = new FrameworkFactory().newFramework(all);
        framework.init();
        if (operator) {
            Consumer<String> tell = told::add;
            framework
                    .getBundleContext()
                    .registerService(Consumer.class, tell, FrameworkUtil.asDictionary(Map.of("tarishi.boot", "tell")));
        }
        framework.start();
        var platform = new ArrayList<Bundle>();
        try (var jars = Files.newDirectoryStream(Path.of(property("container")), "*.jar")) {
            for (var jar : jars) {
                platform.add(
                        framework.getBundleContext().installBundle(jar.toUri().toString()));
            }
        }
        for (var bundle : platform) {
            bundle.start();
        }
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name);
    }

    /** Installs and starts the bundle under test. */
    Bundle admin() throws BundleException {
        var bundle = framework
                .getBundleContext()
                .installBundle(Path.of(property("bundle")).toUri().toString());
        bundle.start();
        return bundle;
    }

    Bundle bundle(String symbolicName) {
        return Stream.of(framework.getBundleContext().getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }

    /** Returns a service, waiting for it. */
    <T> T service(Class<T> type, String filter) {
        return await().until(
                        () -> references(type, filter).stream()
                                .map(framework.getBundleContext()::getService)
                                .toList(),
                        found -> !found.isEmpty())
                .getFirst();
    }

    private <T> Collection<ServiceReference<T>> references(Class<T> type, String filter) throws InvalidSyntaxException {
        return framework.getBundleContext().getServiceReferences(type, filter);
    }

    /** Returns where the HTTP service accepts. */
    URI http() throws InvalidSyntaxException {
        var runtime = await().until(
                        () -> framework
                                .getBundleContext()
                                .getAllServiceReferences("org.osgi.service.servlet.runtime.HttpServiceRuntime", null),
                        found -> found != null && found.length > 0)[0];
        return URI.create(((String[]) runtime.getProperty("osgi.http.endpoint"))[0]);
    }

    @Override
    public void close() throws BundleException {
        framework.stop();
        try {
            framework.waitForStop(30_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
