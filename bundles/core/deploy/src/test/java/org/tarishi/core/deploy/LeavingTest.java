package org.tarishi.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.wiring.BundleWiring;

/** What stays behind of a bundle that was told to go is named, and holds nobody up. */
final class LeavingTest {

    @TempDir
    Path base;

    private Container container;

    @BeforeEach
    void start() throws Exception {
        System.clearProperty(Jars.Clinging.LET_GO);
        container = new Container(base);
        container.file("2.jar", Jars.plugin("2.0.0"));
    }

    @AfterEach
    void stop() throws Exception {
        System.setProperty(Jars.Clinging.LET_GO, "yes");
        System.getProperties().remove(Jars.Clinging.LET_GO + ".hoard");
        container.close();
        System.clearProperty(Jars.Clinging.LET_GO);
    }

    private void install(String version, Class<?> type, String attribute) throws Exception {
        container.file(
                "1.jar",
                Jars.plugin(version).component("p", type, attribute).type(type).entry("x", type.getName()));
        assertThat(container.run("install", "1.jar")).startsWith("0 ");
    }

    private List<ClassLoader> loaders() {
        return Stream.of(container.framework.getBundleContext().getBundles())
                .filter(bundle -> "org.tarishi.plugin.p".equals(bundle.getSymbolicName()))
                .map(bundle -> bundle.adapt(BundleWiring.class).getClassLoader())
                .toList();
    }

    /** Collections are what is waited for: nothing in here forces one. */
    private String linesAfterCollections() {
        System.gc();
        container.installer.leaving().look();
        return String.join("\n", container.installer.leaving().lines());
    }

    @Test
    void aDeactivateThatBlocksIsToldWithItsStackAndHoldsUpNoFurtherUpdate() throws Exception {
        install("1.0.0", Jars.Clinging.class, "deactivate=\"stop\"");
        assertThat(container.run("install", "2.jar")).contains("p 2.0.0 is in force");

        await().untilAsserted(() -> assertThat(container.installer.leaving().lines())
                .singleElement()
                .asString()
                .startsWith("org.tarishi.plugin.p 1.0.0 [")
                .contains("does not stop since", "Jars$Clinging.stop"));
        container.file("3.jar", Jars.plugin("3.0.0"));
        assertThat(container.run("install", "3.jar")).contains("p 3.0.0 is in force, in the place of 2.0.0");
        assertThat(container.run("why", "p")).contains("does not stop since", "Jars$Clinging.stop");
        assertThat(container.run("install", "1.jar"))
                .contains("org.tarishi.plugin.p 1.0.0 is still stopping and can't start again");

        System.setProperty(Jars.Clinging.LET_GO, "yes");
        await().until(() -> container.installer.leaving().lines().isEmpty());
        await().until(() -> container.running().equals(Set.of("3.0.0")));
    }

    @Test
    void oneThatCantBeThereTwiceAndDoesNotStopStaysAndTheUpdateIsRefused() throws Exception {
        container.file(
                "1.jar",
                Jars.plugin("1.0.0")
                        .component("p", Jars.Clinging.class, "deactivate=\"stop\"")
                        .type(Jars.Clinging.class));
        assertThat(container.run("install", "1.jar")).startsWith("0 ");
        container.file(
                "2.jar",
                Jars.plugin("2.0.0")
                        .component(
                                "p",
                                Jars.Guest.class,
                                "<property name=\"tarishi.swap.in.place\" type=\"Boolean\" value=\"true\"/>"));

        assertThat(container.run("install", "2.jar"))
                .startsWith("1 ")
                .contains("does not stop within 1 s", "nothing can take its place before");
        assertThat(container.installer.leaving().lines())
                .singleElement()
                .asString()
                .contains("does not stop since", "Jars$Clinging.stop");
        System.setProperty(Jars.Clinging.LET_GO, "yes");
        await().until(() -> container.running().equals(Set.of("1.0.0")));
    }

    @Test
    void aThreadThatIsLeftBehindIsNamedWithItsStack() throws Exception {
        install("1.0.0", Jars.Haunting.class, "");
        assertThat(container.run("install", "2.jar")).startsWith("0 ");

        await().untilAsserted(() -> assertThat(linesAfterCollections())
                .startsWith("org.tarishi.plugin.p 1.0.0 [")
                .contains("left threads behind: ghost at ", "Jars$Haunting"));
        System.setProperty(Jars.Clinging.LET_GO, "yes");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(linesAfterCollections()).isEmpty());
    }

    @Test
    void aThreadThatEndsAMomentLaterIsNothingToTell() throws Exception {
        install("1.0.0", Jars.Haunting.class, "");
        assertThat(container.run("install", "2.jar")).startsWith("0 ");
        await().until(() -> loaders().size() == 1);
        container.installer.leaving().look();
        assertThat(container.installer.leaving().lines()).isEmpty();

        System.setProperty(Jars.Clinging.LET_GO, "yes");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("ghost")));
        for (int i = 0; i < 3; i++) {
            assertThat(linesAfterCollections()).isEmpty();
        }
    }

    @Test
    void theThreadsOfAVersionThatStaysInForceAreNotWhatARefusedOneHasLeftBehind() throws Exception {
        install("1.0.0", Jars.Working.class, "deactivate=\"stop\"");
        container.file(
                "2.jar",
                Jars.plugin("2.0.0")
                        .component("p", Jars.Failing.class, "")
                        .type(Jars.Failing.class)
                        .type(Jars.Working.class)
                        .type(Jars.class));
        assertThat(container.run("install", "2.jar")).startsWith("1 ").contains("does not pass its check");

        container.installer.leaving().look();
        container.installer.leaving().look();
        assertThat(container.installer.leaving().lines()).isEmpty();
    }

    /** Of three versions the first one still drains when the second has gone. */
    @Test
    void theThreadsOfAVersionThatIsThereStillAreNotWhatItsSuccessorHasLeftBehind() throws Exception {
        install("1.0.0", Jars.Working.class, "deactivate=\"stop\"");
        var bundle = Stream.of(container.framework.getBundleContext().getBundles())
                .filter(one -> "org.tarishi.plugin.p".equals(one.getSymbolicName()))
                .findFirst()
                .orElseThrow();
        var second = container
                .framework
                .getBundleContext()
                .installBundle(container
                        .file(
                                "2.jar",
                                Jars.plugin("2.0.0").type(Jars.Working.class).type(Jars.class))
                        .toUri()
                        .toString());
        second.start();
        var leaving = container.installer.leaving();
        leaving.noteThreads(bundle);
        leaving.noteThreads(second);

        leaving.takeOut(second);
        leaving.look();
        leaving.look();
        assertThat(leaving.lines()).isEmpty();
    }

    @Test
    void theThreadsOfASuccessorWithTheSameClassesAreNotWhatIsLeftBehind() throws Exception {
        var inPlace = "<property name=\"tarishi.swap.in.place\" type=\"Boolean\" value=\"true\"/>";
        for (var version : List.of("1.0.0", "2.0.0")) {
            container.file(
                    version + ".jar",
                    Jars.plugin(version)
                            .component("p", Jars.Working.class, "deactivate=\"stop\"" + inPlace)
                            .type(Jars.Working.class)
                            .type(Jars.class));
        }
        assertThat(container.run("install", "1.0.0.jar")).startsWith("0 ");
        var old = loaders();

        assertThat(container.run("install", "2.0.0.jar")).startsWith("0 ");
        await().until(() -> loaders().size() == 1);
        container.installer.leaving().look();
        container.installer.leaving().look();
        assertThat(container.installer.leaving().lines()).isEmpty();
        // It was held until here.
        assertThat(old).hasSize(1);
    }

    @Test
    void aClassLoaderThatIsNotCollectedIsNamedWhenOthersWere() throws Exception {
        install("1.0.0", Jars.Hoarded.class, "");
        assertThat(container.run("install", "2.jar")).startsWith("0 ");

        for (int i = 0; i < 5; i++) {
            // Compiled code may hold it as long.
            assertThat(linesAfterCollections()).isEmpty();
        }
        container.later(Duration.ofMinutes(15));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(linesAfterCollections())
                        .contains("org.tarishi.plugin.p 1.0.0 [", "is still in memory since"));
        System.getProperties().remove(Jars.Clinging.LET_GO + ".hoard");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(linesAfterCollections()).isEmpty());
    }

    @Test
    void aShippedOneThatStopsStaysInMemoryAndThatIsNothingToTell() throws Exception {
        var shipped = container.file("shipped.jar", Jars.plugin("1.0.0"));
        container
                .framework
                .getBundleContext()
                .installBundle("reference:" + shipped.toUri())
                .start();
        assertThat(container.run("install", "2.jar")).contains("p 2.0.0 is in force, in the place of 1.0.0");
        container.later(Duration.ofMinutes(15));
        for (int i = 0; i < 5; i++) {
            assertThat(linesAfterCollections()).isEmpty();
        }
    }

    @Test
    void oneThatIsWellLeavesNothingToTell() throws Exception {
        install("1.0.0", Jars.Guest.class, "");
        assertThat(container.run("install", "2.jar")).startsWith("0 ");
        container.later(Duration.ofMinutes(15));
        for (int i = 0; i < 5; i++) {
            assertThat(linesAfterCollections()).isEmpty();
        }
    }
}
