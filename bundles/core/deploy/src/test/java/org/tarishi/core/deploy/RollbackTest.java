package org.tarishi.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.core.spi.PluginSwitch.Tally;

/** Ways in and ways back, in a framework. */
final class RollbackTest {

    @TempDir
    Path base;

    private Container container;

    @BeforeEach
    void start() throws Exception {
        container = new Container(base, "keptVersions", 2);
        for (var version : new String[] {"1.0.0", "1.1.0", "1.2.0"}) {
            container.file("p-" + version + ".jar", Jars.plugin(version));
        }
    }

    @AfterEach
    void stop() throws Exception {
        container.close();
    }

    private void untilRunning(String version) {
        await().until(() -> container.running().equals(java.util.Set.of(version)));
    }

    @Test
    void thePlanIsToldBeforeWhatWasDone() {
        assertThat(container.run("install", "p-1.0.0.jar"))
                .isEqualTo("0 installs p 1.0.0; touches nothing else; needs nothing else\np 1.0.0 is in force\n");
        assertThat(container.run("install", "p-1.1.0.jar")).isEqualTo("""
            0 replaces p 1.0.0 by 1.1.0; touches nothing else; needs nothing else
            p 1.1.0 is in force, in the place of 1.0.0
            """);
        untilRunning("1.1.0");
    }

    @Test
    void aDryRunTellsThePlanAndChangesNothing() throws Exception {
        container.run("install", "p-1.0.0.jar");
        int bundles = container.framework.getBundleContext().getBundles().length;

        assertThat(container.run("install", "p-1.1.0.jar", "--dry-run"))
                .isEqualTo("0 replaces p 1.0.0 by 1.1.0; touches nothing else; needs nothing else\n");
        container.file("needy.jar", Jars.plugin("2.0.0").header("Import-Package", "com.acme"));
        assertThat(container.run("install", "needy.jar", "--dry-run"))
                .startsWith(
                        "1 replaces p 1.0.0 by 2.0.0; touches nothing else; can't be done: org.tarishi.plugin.p 2.0.0"
                                + " needs the package com.acme, and no bundle here has it");

        assertThat(container.running()).containsExactly("1.0.0");
        assertThat(container.framework.getBundleContext().getBundles()).hasSize(bundles);
        assertThat(container.files("plugins")).hasSize(1);
        assertThat(container.history.all()).hasSize(1);
    }

    @Test
    void aRollbackGoesToTheVersionBeforeAndOffersItsSettings() throws Exception {
        container.archive.text = "key = old\n";
        container.run("install", "p-1.0.0.jar");
        container.run("install", "p-1.1.0.jar");
        untilRunning("1.1.0");
        container.archive.text = "key = new\n";

        assertThat(container.run("rollback", "p"))
                .startsWith("0 replaces p 1.1.0 by 1.0.0; touches nothing else; needs nothing else; is a downgrade\n"
                        + "p 1.0.0 is in force again, in the place of 1.1.0; its settings were others then (P: key):"
                        + " `tarishi plugin rollback org.tarishi.plugin.p ");
        untilRunning("1.0.0");
        assertThat(container.archive.text).isEqualTo("key = new\n");

        assertThat(container.run("rollback", "p", "1.0.0", "--settings"))
                .contains("is in force; its settings of then are in force: P: key");
        assertThat(container.archive.text).isEqualTo("key = old\n");
    }

    @Test
    void aRollbackToANamedVersionSurvivesARestart() {
        container.run("install", "p-1.0.0.jar");
        container.run("install", "p-1.1.0.jar");
        container.run("install", "p-1.2.0.jar");

        assertThat(container.run("rollback", "p", "1.0.0")).startsWith("0 ");
        untilRunning("1.0.0");
        container.again("keptVersions", 2);

        assertThat(container.running()).containsExactly("1.0.0");
        assertThat(container.run("rollback", "p", "9.9.9"))
                .startsWith("1 no version 9.9.9 of org.tarishi.plugin.p is kept; kept are 1.1.0 (");
    }

    @Test
    void onlySoManyVersionsAreKeptAndTheirBytesGoWithThem() throws Exception {
        for (int i = 0; i < 5; i++) {
            container.file("x.jar", Jars.plugin("3." + i + ".0"));
            assertThat(container.run("install", "x.jar")).startsWith("0 ");
        }
        untilRunning("3.4.0");
        assertThat(container.kept.of("org.tarishi.plugin.p"))
                .extracting(one -> one.version().toString())
                .containsExactly("3.2.0", "3.3.0");
        assertThat(container.files("plugins")).hasSize(3);
        assertThat(container.files("deploy/settings")).hasSize(2);
    }

    @Test
    void aVersionThatWasRemovedCanBeGoneBackToUnlessItIsPurged() throws Exception {
        container.run("install", "p-1.0.0.jar");
        assertThat(container.run("remove", "p"))
                .isEqualTo("0 removes p 1.0.0, of which no version is shipped; touches nothing else; needs nothing"
                        + " else\norg.tarishi.plugin.p is removed\n");
        assertThat(container.running()).isEmpty();

        assertThat(container.run("rollback", "p")).contains("p 1.0.0 is in force again\n");
        untilRunning("1.0.0");
        assertThat(container.run("remove", "p", "--purge")).startsWith("0 ");
        assertThat(container.run("rollback", "p"))
                .isEqualTo("1 no other version of org.tarishi.plugin.p is kept: `tarishi plugin install FILE` puts one"
                        + " in\n");
        assertThat(container.files("plugins")).isEmpty();
    }

    @Test
    void aVersionThatFaultsOnItsProbationIsRolledBackByItself() {
        container.run("install", "p-1.0.0.jar");
        container.chains.tallies.put(container.chains.inForce, new Tally(1000, 2, 0));
        container.run("install", "p-1.1.0.jar");
        assertThat(container.installer.onProbation()).singleElement().asString().contains("1.1.0 is on probation");

        container.chains.tallies.put(container.chains.inForce, new Tally(10, 9, 0));

        untilRunning("1.0.0");
        await().until(() -> container.history.all().size() == 3);
        assertThat(container.run("history", "p"))
                .contains("1.1.0 was rolled back to 1.0.0: faults 9 in 10 transactions of its probation, against 2 in"
                        + " 1000 of 1.0.0");
        assertThat(container.installer.onProbation()).isEmpty();
    }

    @Test
    void oneThatPassesItsProbationStays() {
        container.run("install", "p-1.0.0.jar");
        container.run("install", "p-1.1.0.jar");
        container.chains.tallies.put(container.chains.inForce, new Tally(200, 1, 0));

        await().until(() -> container.installer.onProbation().isEmpty());
        await().until(() -> container.history.all().size() == 3);
        assertThat(container.running()).containsExactly("1.1.0");
    }

    @Test
    void aDryRunOfAWayBackLeavesAProbationAsItIs() {
        container.run("install", "p-1.0.0.jar");
        container.run("install", "p-1.1.0.jar");

        assertThat(container.run("rollback", "p", "--dry-run")).startsWith("0 replaces p 1.1.0 by 1.0.0");
        assertThat(container.run("remove", "p", "--dry-run")).startsWith("0 removes p 1.1.0");

        assertThat(container.installer.onProbation()).singleElement().asString().contains("1.1.0 is on probation");
        container.run("remove", "p");
        assertThat(container.installer.onProbation()).isEmpty();
    }

    @Test
    void aProbationSurvivesARestartWithWhatItHasCounted() throws Exception {
        container.run("install", "p-1.0.0.jar");
        container.chains.tallies.put(container.chains.inForce, new Tally(1000, 2, 0));
        container.run("install", "p-1.1.0.jar");
        container.chains.tallies.put(container.chains.inForce, new Tally(10, 2, 0));
        container.again("keptVersions", 2);

        assertThat(container.installer.onProbation())
                .containsExactly(
                        "org.tarishi.plugin.p 1.1.0 is on probation: 10 of 200 transactions, faults 2, of these"
                                + " time-outs 0; before it was 1.0.0");
        container.chains.tallies.put(container.chains.inForce, new Tally(12, 3, 0));
        untilRunning("1.0.0");
        container.again("keptVersions", 2);
        assertThat(container.installer.onProbation()).isEmpty();
    }

    @Test
    void whyAPlanCantBeDoneIsToldOnce() throws Exception {
        container.file("needy.jar", Jars.plugin("2.0.0").header("Import-Package", "com.acme"));
        assertThat(container.run("install", "needy.jar").lines())
                .singleElement()
                .asString()
                .startsWith(
                        "1 installs p 2.0.0; touches nothing else; can't be done: org.tarishi.plugin.p 2.0.0 needs");
        assertThat(container.history.all())
                .singleElement()
                .extracting(History.Event::text)
                .asString()
                .startsWith("org.tarishi.plugin.p 2.0.0 needs the package com.acme");
    }

    @Test
    void anUpdateOfWhatIsNotHereAndADowngradeAreRefused() {
        assertThat(container.run("update", "p-1.0.0.jar"))
                .isEqualTo("1 org.tarishi.plugin.p is not here, so there is nothing to update: `tarishi plugin install`"
                        + " puts it in\n");
        container.again("refuseDowngrades", true);
        container.run("install", "p-1.1.0.jar");
        assertThat(container.run("install", "p-1.0.0.jar"))
                .startsWith(
                        "1 org.tarishi.plugin.p 1.0.0 is older than 1.1.0, which is in force, and refuseDowngrades of"
                                + " org.tarishi.core.deploy forbids that");
        assertThat(container.running()).containsExactly("1.1.0");
        assertThat(container.run("install", "p-1.0.0.jar", "--allow-downgrade"))
                .contains("is a downgrade", "p 1.0.0 is in force");
    }

    @Test
    void whyTellsWhatIsInForceAndWhatIsKept() {
        container.run("install", "p-1.0.0.jar");
        container.run("install", "p-1.1.0.jar");
        assertThat(container.run("why", "p"))
                .startsWith("0 org.tarishi.plugin.p 1.1.0 is in force since 2026-01-02T12:00:00Z, put in by command\n"
                        + "p: asked at mail\nkept: 1.0.0 (")
                .contains("history: 2026-01-02T12:00:00Z p 1.1.0 is in force, in the place of 1.0.0 (command)\n");
        assertThat(container.run("why", "q"))
                .startsWith("0 org.tarishi.plugin.q is not installed: `tarishi plugin install FILE` puts it in\n");
    }

    @Test
    void wrongWordsGetTheUsage() {
        assertThat(container.run()).startsWith("2 usage: plugin install FILE | update FILE");
        assertThat(container.run("install"))
                .isEqualTo("2 usage: plugin install FILE [--dry-run] [--allow-downgrade] [--yes]\n");
        assertThat(container.run("list", "--purge")).isEqualTo("2 usage: plugin list\n");
        assertThat(container.run("help", "why")).startsWith("0 plugin why NAME\n");
    }
}
