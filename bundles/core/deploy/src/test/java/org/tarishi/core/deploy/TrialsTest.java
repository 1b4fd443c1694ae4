package org.tarishi.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.core.spi.PluginRefusedException;
import org.tarishi.core.spi.PluginSwitch.Tally;
import org.tarishi.core.spi.PluginTrial;

/** A version is tried beside the one in force, and promoted or dropped. */
final class TrialsTest {

    @TempDir
    Path base;

    private Container container;

    @BeforeEach
    void start() throws Exception {
        container = new Container(base);
        container.file("1.jar", Jars.plugin("1.0.0"));
        container.file("2.jar", Jars.plugin("2.0.0"));
        container.file("safe.jar", Jars.plugin("2.0.0").shadowSafe());
        container.run("install", "1.jar");
    }

    @AfterEach
    void stop() throws Exception {
        container.close();
    }

    private PluginTrial trial() {
        return Objects.requireNonNull(container.chains.trial);
    }

    private long candidate() {
        return trial().bundleByPlugin().values().iterator().next();
    }

    @Test
    void aCanaryRunsBesideTheVersionInForceWhichStays() {
        long before = container.chains.inForce;
        assertThat(container.run("canary", "2.jar", "--percent", "10"))
                .isEqualTo("0 tries p 2.0.0 as a canary beside 1.0.0: it has 10 of 100 sessions; touches nothing else;"
                        + " needs nothing else\n"
                        + "p 2.0.0 is on trial as a canary beside 1.0.0: it has 10 of 100 sessions\n");

        assertThat(container.running()).containsExactly("1.0.0", "2.0.0");
        assertThat(container.chains.inForce).isEqualTo(before);
        assertThat(container.chains.keptOut).isEqualTo(candidate());
        assertThat(trial().percent()).isEqualTo(10);
        assertThat(trial().mode()).isEqualTo(PluginTrial.Mode.CANARY);
        assertThat(container.run("list")).contains("p 2.0.0, on trial");
        assertThat(container.run("why", "p")).contains("1.0.0 is in force", "p 2.0.0 is on trial as a canary");
    }

    @Test
    void clientsAreNamedByAddressAndNetwork() {
        assertThat(container.run("canary", "2.jar", "--client", "192.0.2.7,2001:db8::/32"))
                .startsWith("0 ")
                .contains("it has the sessions of 192.0.2.7/32, 2001:db8:0:0:0:0:0:0/32");
        assertThat(trial().clients().blocks()).hasSize(2);
    }

    @Test
    void promotedItIsInForceAsAfterAnUpdateAndOnProbation() {
        container.run("canary", "2.jar", "--percent", "10");
        long candidate = candidate();
        assertThat(container.run("canary", "promote", "--dry-run"))
                .isEqualTo("0 replaces p 1.0.0 by 2.0.0; touches nothing else; needs nothing else\n");
        assertThat(container.run("canary", "promote")).endsWith("p 2.0.0 is in force, in the place of 1.0.0\n");

        await().until(() -> container.running().equals(Set.of("2.0.0")));
        assertThat(container.chains.inForce).isEqualTo(candidate);
        assertThat(container.chains.trial).isNull();
        assertThat(container.installer.onProbation()).hasSize(1);
        assertThat(container.run("rollback", "p")).contains("p 1.0.0 is in force again");
        assertThat(container.run("canary", "report")).startsWith("1 no version is on trial");
    }

    @Test
    void droppedItGoesAndLeavesNothing() throws Exception {
        container.run("canary", "2.jar", "--percent", "10");
        assertThat(container.run("canary", "drop"))
                .endsWith("p 2.0.0 is dropped; 1.0.0 is in force for all\n")
                .startsWith("0 ");

        await().until(() -> container.running().equals(Set.of("1.0.0")));
        assertThat(container.chains.trial).isNull();
        assertThat(container.files("plugins")).hasSize(1);
        assertThat(container.run("history", "p")).contains("is on trial as a canary", "2.0.0 is dropped");
    }

    @Test
    void oneThatFaultsMoreThanTwiceAsOftenIsDroppedByItself() {
        container.chains.tallies.put(container.chains.inForce, new Tally(1000, 2, 0));
        container.run("canary", "2.jar", "--percent", "10");
        container.chains.tallies.put(candidate(), new Tally(10, 9, 0));

        await().until(() -> container.running().equals(Set.of("1.0.0")));
        await().untilAsserted(() -> assertThat(container.run("history", "p"))
                .contains("p 2.0.0 is dropped: faults 9 in 10 transactions of its trial, against 2 in 1000 of 1.0.0;"
                        + " 1.0.0 is in force for all"));
    }

    @Test
    void oneThatCantBeAskedAnyMoreIsDroppedByItself() {
        container.run("canary", "2.jar", "--percent", "10");
        container.chains.isAsked = false;

        await().until(() -> container.running().equals(Set.of("1.0.0")));
    }

    @Test
    void theReportShowsBothSideBySide() {
        container.chains.tallies.put(container.chains.inForce, new Tally(1000, 2, 0));
        container.run("shadow", "safe.jar");
        container.chains.tallies.put(container.chains.inForce, new Tally(1090, 3, 1));
        container.chains.tallies.put(candidate(), new Tally(10, 1, 0));

        assertThat(container.run("shadow", "report")).isEqualTo("""
            0 p 2.0.0 is on trial as a shadow since 2026-01-02T12:00:00Z: it sees every session, decides nothing
                                              1.0.0        2.0.0
              transactions                       90           10
              mail ok                   3 (100.0 %)  3 (100.0 %)
              faults                              1            1
              of these time-outs                  1            0
              half of the calls within     1.000 ms     1.000 ms
              99 of 100 within             2.000 ms     2.000 ms
              same answer                             2 (66.7 %)
              another answer                          1 (33.3 %)
              left out                                         0
            """);
        assertThat(container.run("canary", "report"))
                .startsWith("1 p 2.0.0 is on trial as a shadow: say `plugin shadow report`");
    }

    @Test
    void whatIsComparedIsNotChangedMeanwhile() throws Exception {
        container.run("canary", "2.jar", "--percent", "10");
        container.file("3.jar", Jars.plugin("3.0.0"));
        for (var words : new String[][] {
            {"install", "3.jar"}, {"install", "2.jar"}, {"remove", "p"}, {"canary", "3.jar", "--percent", "5"}
        }) {
            assertThat(container.run(words))
                    .startsWith("1 p 2.0.0 is on trial: `tarishi plugin canary promote` puts it in force");
        }
        assertThat(container.running()).containsExactly("1.0.0", "2.0.0");
    }

    @Test
    void aTrialEndsWithTheServersStopAndThatIsWrittenDown() {
        container.run("canary", "2.jar", "--percent", "10");
        container.again();

        assertThat(container.running()).containsExactly("1.0.0");
        assertThat(container.run("history", "p")).contains("2.0.0 is dropped: nobody watches it");
    }

    @Test
    void aDryRunTellsThePlanAndChangesNothing() throws Exception {
        assertThat(container.run("canary", "2.jar", "--percent", "10", "--dry-run"))
                .isEqualTo("0 tries p 2.0.0 as a canary beside 1.0.0: it has 10 of 100 sessions; touches nothing else;"
                        + " needs nothing else\n");
        assertThat(container.running()).containsExactly("1.0.0");
        assertThat(container.files("plugins")).hasSize(1);
        assertThat(container.chains.trial).isNull();
    }

    @Test
    void whatCantBeTriedIsRefusedInWordsAndLeavesNothingBehind() throws Exception {
        container.file(
                "failing.jar",
                Jars.plugin("2.0.0").component("p", Jars.Failing.class, "").type(Jars.Failing.class));
        container.file(
                "inplace.jar",
                Jars.plugin("2.0.0")
                        .component(
                                "p",
                                Jars.Guest.class,
                                "<property name=\"tarishi.swap.in.place\" type=\"Boolean\" value=\"true\"/>"));
        container.file("other.jar", Jars.plugin("1.0.0").header("Bundle-SymbolicName", "com.acme.q"));
        assertThat(container.run("shadow", "2.jar"))
                .startsWith("1 org.tarishi.plugin.p 2.0.0 does not promise by @ShadowSafe");
        assertThat(container.run("canary", "1.jar", "--percent", "5")).contains("is in force already, the same bytes");
        assertThat(container.run("canary", "inplace.jar", "--percent", "5"))
                .startsWith("1 org.tarishi.plugin.p 2.0.0 can't be there twice");
        assertThat(container.run("canary", "other.jar", "--percent", "5"))
                .startsWith("1 com.acme.q is not here, so there is nothing to try it beside");
        assertThat(container.run("canary", "failing.jar", "--percent", "5")).contains("does not pass its check");
        assertThat(container.run("canary", "2.jar")).startsWith("1 say which sessions have the new version");
        assertThat(container.run("canary", "2.jar", "--percent")).startsWith("2 usage: plugin canary");

        assertThat(container.running()).containsExactly("1.0.0");
        assertThat(container.files("plugins")).hasSize(1);
    }

    @Test
    void anOlderVersionIsNotTriedWhereDowngradesAreRefused() throws Exception {
        container.again("refuseDowngrades", true);
        container.file("0.jar", Jars.plugin("0.9.0"));
        assertThat(container.run("canary", "0.jar", "--percent", "5"))
                .startsWith("1 org.tarishi.plugin.p 0.9.0 is older than 1.0.0, which is in force");
        assertThat(container.running()).containsExactly("1.0.0");
    }

    @ParameterizedTest
    @CsvSource({"0,''", "100,''", "ten,''", "10,192.0.2.1", "'',''", "'',10.1", "'',192.0.2.1/24", "'',','"})
    void sessionsThatAreNamedBadlyAreRefused(String percent, String clients) {
        assertThatThrownBy(() -> TrialRequest.canary(percent, clients)).isInstanceOf(PluginRefusedException.class);
    }
}
