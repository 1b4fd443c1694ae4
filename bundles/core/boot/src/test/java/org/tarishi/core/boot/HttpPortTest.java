package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** On a real framework, with a bundle that has the name of the HTTP service and says what it would say. */
class HttpPortTest {

    private static final Logger service = LoggerFactory.getLogger(HttpPort.SERVICE);

    @TempDir
    Path root;

    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final CountDownLatch restarted = new CountDownLatch(1);
    private Framework framework = Platform.framework(Map.of(), () -> {});

    private static ch.qos.logback.classic.Logger rootLogger() {
        return ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(Logger.ROOT_LOGGER_NAME);
    }

    @BeforeEach
    void start() throws BundleException, IOException {
        said.start();
        rootLogger().addAppender(said);
        framework = Platform.framework(
                Map.of("org.osgi.framework.storage", root.resolve("cache").toString()), () -> {});
        framework.init();
        framework.start();
        framework.getBundleContext().installBundle("http", jar()).start();
        framework.getBundleContext().addBundleListener(event -> {
            if (event.getType() == BundleEvent.STARTED) {
                restarted.countDown();
            }
        });
    }

    @AfterEach
    void stop() throws BundleException, InterruptedException {
        rootLogger().detachAppender(said);
        framework.stop();
        framework.waitForStop(10_000);
    }

    private static ByteArrayInputStream jar() throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", HttpPort.SERVICE + ".jetty12");
        var bytes = new ByteArrayOutputStream();
        new JarOutputStream(bytes, manifest).close();
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    private static void complain(int port) {
        service.error(
                "Failed to start Connector: ServerConnector@1{HTTP/1.1}",
                new IOException("Failed to bind to /127.0.0.1:" + port, new BindException("Address already in use")));
        service.error("Jetty stopped (no connectors available)");
        service.error("Exception while initializing Jetty", new NullPointerException("this.server"));
    }

    private List<ILoggingEvent> errors() {
        return said.list.stream().filter(each -> each.getLevel() == Level.ERROR).toList();
    }

    @Test
    void aTakenPortIsToldInOneLineAndTriedAgainUntilItIsFree() throws Exception {
        var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        int port = taken.getLocalPort();
        try (var _ = HttpPort.watch(framework.getBundleContext(), "127.0.0.1", port)) {
            try (taken) {
                complain(port);
                complain(port);

                assertThat(errors()).singleElement().satisfies(event -> {
                    assertThat(event.getFormattedMessage())
                            .contains(
                                    "127.0.0.1:" + port + ": Address already in use",
                                    "http.port in org.tarishi.core.boot");
                    assertThat(event.getThrowableProxy()).isNull();
                });
                assertThat(restarted.getCount()).isOne();
            }
            assertThat(restarted.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whatElseTheServiceSaysIsPassedOn() {
        try (var _ = HttpPort.watch(framework.getBundleContext(), "127.0.0.1", 1)) {
            service.info("Started Jetty");
            service.error("Exception while initializing Jetty", new IllegalStateException("other"));
        }
        service.warn("behind");

        assertThat(said.list.stream().map(ILoggingEvent::getFormattedMessage))
                .containsSubsequence("Started Jetty", "Exception while initializing Jetty", "behind")
                .doesNotHaveDuplicates();
    }
}
