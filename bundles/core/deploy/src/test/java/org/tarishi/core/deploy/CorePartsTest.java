package org.tarishi.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.startlevel.BundleStartLevel;

/** Parts of the server are replaced by the same way in, in a framework. */
final class CorePartsTest {

    private static final String DNS = "org.tarishi.core.dns";
    private static final String QUEUE = "org.tarishi.core.queue";

    @TempDir
    Path base;

    private Container container;

    @BeforeEach
    void start() throws Exception {
        container = new Container(base);
    }

    @AfterEach
    void stop() throws Exception {
        container.close();
    }

    private static Jars part(String name, String version) {
        return part(name, version, Jars.Guest.class);
    }

    private static Jars part(String name, String version, Class<?> type) {
        return Jars.plugin(version)
                .header("Bundle-SymbolicName", name)
                .type(type)
                .entry("OSGI-INF/p.xml", """
            <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="P">
              <implementation class="%s"/>
              <service><provide interface="java.lang.Runnable"/></service>
            </scr:component>
            """.formatted(type.getName()));
    }

    private Bundle ship(String name) throws Exception {
        var bundle = container
                .framework
                .getBundleContext()
                .installBundle(
                        "tarishi:" + name,
                        new ByteArrayInputStream(part(name, "1.0.0").bytes()));
        bundle.adapt(BundleStartLevel.class).setStartLevel(1);
        bundle.start();
        return bundle;
    }

    private List<String> running(String name) {
        return Arrays.stream(container.framework.getBundleContext().getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()) && Bundles.isActive(bundle))
                .map(bundle -> bundle.getVersion().toString())
                .toList();
    }

    @Test
    void aPartIsReplacedBesideTheShippedOneAndRolledBack() throws Exception {
        ship(DNS);
        container.file("dns.jar", part(DNS, "1.1.0"));
        assertThat(container.run("update", "dns.jar")).isEqualTo("""
            0 replaces org.tarishi.core.dns 1.0.0 by 1.1.0; touches nothing else; needs nothing else; is part of the server: what has begun with the old version ends with it
            org.tarishi.core.dns 1.1.0 is in force, in the place of 1.0.0
            """);
        await().until(() -> running(DNS).equals(List.of("1.1.0")));
        assertThat(container.run("list")).contains("org.tarishi.core.dns");

        assertThat(container.run("rollback", DNS)).startsWith("0 ").contains("org.tarishi.core.dns 1.0.0 is in force");
        await().until(() -> running(DNS).equals(List.of("1.0.0")));
    }

    @Test
    void whatIsInForceComesBackAfterARestartWhereTheShippedVersionStarts() throws Exception {
        var shipped = ship(DNS);
        container.file("dns.jar", part(DNS, "1.1.0"));
        container.run("update", "dns.jar");
        await().until(() -> running(DNS).equals(List.of("1.1.0")));
        shipped.start();
        container.again();
        assertThat(running(DNS)).containsExactly("1.1.0");
        var level = Arrays.stream(container.framework.getBundleContext().getBundles())
                .filter(bundle -> DNS.equals(bundle.getSymbolicName()) && Bundles.isActive(bundle))
                .map(bundle -> bundle.adapt(BundleStartLevel.class).getStartLevel())
                .toList();
        assertThat(level).containsExactly(1);
    }

    @Test
    void aPartThatDoesNotPassItsCheckLeavesTheOldOneInForce() throws Exception {
        ship(DNS);
        container.file("dns.jar", part(DNS, "1.1.0", Jars.Failing.class));
        assertThat(container.run("update", "dns.jar"))
                .startsWith("1 ")
                .contains(
                        "org.tarishi.core.dns 1.1.0 does not pass its check: P fails to start: java.lang.IllegalStateException: no licence");
        assertThat(running(DNS)).containsExactly("1.0.0");
        assertThat(container.files("plugins")).isEmpty();
    }

    @Test
    void whatCanNotBeThereTwiceGoesFirstAndComesBackWhenTheNewOneIsRefused() throws Exception {
        ship(QUEUE);
        container.file("bad.jar", part(QUEUE, "1.1.0", Jars.Failing.class));
        assertThat(container.run("update", "bad.jar")).startsWith("1 ");
        assertThat(running(QUEUE)).containsExactly("1.0.0");

        container.file("good.jar", part(QUEUE, "1.2.0"));
        assertThat(container.run("update", "good.jar"))
                .startsWith("0 ")
                .contains("can't be there twice: mail for other hosts waits while it is replaced");
        assertThat(running(QUEUE)).containsExactly("1.2.0");
    }

    @Test
    void whatIsNoPartThatCanBeReplacedIsRefused() throws Exception {
        ship("org.tarishi.core.message");
        container.file("message.jar", part("org.tarishi.core.message", "1.1.0"));
        assertThat(container.run("update", "message.jar"))
                .contains("org.tarishi.core.message is part of the server: it comes with a new distribution");
    }

    @Test
    void aPartIsNoPluginToBeTried() throws Exception {
        ship(DNS);
        container.file("dns.jar", part(DNS, "1.1.0"));
        assertThat(container.run("canary", "dns.jar", "--percent", "5"))
                .startsWith("1 ")
                .contains("only plugins are tried");
    }
}
