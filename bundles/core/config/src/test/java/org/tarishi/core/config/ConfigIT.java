package org.tarishi.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.ConfigurationAdmin;
import org.tarishi.core.spi.SettingsArchive;

/** The gate in a real framework, with a bundle that has settings. */
class ConfigIT {

    private static final String PID = "org.tarishi.sample";

    /** How many checked settings the components of the sample make at a start. */
    private static final int MADE_BY_COMPONENTS = 2;

    /** Those that are wanted, and those that they would replace. */
    private static final int MADE_BY_A_CHECK = 2;

    @TempDir
    Path base;

    private Container container;

    @BeforeEach
    void launch() throws Exception {
        container = new Container(base);
    }

    @AfterEach
    void stop() throws Exception {
        container.close();
    }

    private Bundle sample() throws Exception {
        var bundle = container.sample("1.0.0", "");
        bundle.start();
        return bundle;
    }

    private static String settings(int port, String hosts) {
        return "SampleSettings[port=" + port + ", hosts=[" + hosts + "], delay=PT5M, queue=10]";
    }

    private ConfigurationAdmin admin() {
        return container.service(ConfigurationAdmin.class);
    }

    private Map<String, Object> stored(String pid) throws IOException {
        return Values.settings(admin().getConfiguration(pid, "?").getProperties());
    }

    @Test
    void aComponentHasWhatItsFileSaysFromItsFirstActivationOn() throws Exception {
        container.file(PID, "port = 2525\nhosts = [ \"a\",\n  # and\n  \"b, c\" ]\n");
        container.gate();
        sample();

        assertThat(container.had(PID)).containsExactly("activated: " + settings(2525, "a, b, c"));
        assertThat(stored(PID).get("port")).isEqualTo(2525);
        assertThat(container.complaints()).allMatch(line -> line.contains("waits for one"));
    }

    @Test
    void aBundleThatWasThereBeforeTheGateIsCheckedWithoutHavingStarted() throws Exception {
        container.sample("1.0.0", "");
        container.file(PID, "port = x\n");
        container.gate();
        for (var bundle : container.framework().getBundleContext().getBundles()) {
            bundle.start();
        }

        assertThat(container.hadByName("sample")).containsExactly("activated: " + settings(25, ""));
        assertThat(container.complaints())
                .containsExactly("ERROR " + container.conf.resolve(PID + ".cfg")
                        + ":1: port: want a whole number, not \"x\"; the defaults are in force");
    }

    @Test
    void aChangedFileIsTakenUpWithoutAGap() throws Exception {
        container.file(PID, "port = 2525\n");
        container.gate();
        sample();
        container.file(PID, "# mine\nport = 2526\n");

        await().until(() -> container.had(PID).size() == 2);
        assertThat(container.had(PID))
                .containsExactly("activated: " + settings(2525, ""), "modified: " + settings(2526, ""));
        await().until(() -> container.log.contains("INFO " + PID + ": changed by file: port 2525 -> 2526"));
    }

    @Test
    void aBadValueIsRefusedAndTheOldOneStaysAlsoAfterARestart() throws Exception {
        container.file(PID, "port = 2525\n");
        container.gate();
        sample();
        container.file(PID, "\nport = 70000\ndelay = soon\n");
        var line = "ERROR " + container.conf.resolve(PID + ".cfg")
                + ":2: port: \"70000\" is above the maximum (TCP port, 1 to 65535. Default: 25)"
                + "; the last good settings stay in force";
        await().until(() -> container.complaints().contains(line));
        assertThat(container.had(PID)).containsExactly("activated: " + settings(2525, ""));

        container.log.clear();
        container.restart();

        assertThat(container.had(PID)).containsExactly("activated: " + settings(2525, ""));
        assertThat(container.complaints()).containsExactly(line);
        assertThat(container.text(PID)).isEqualTo("\nport = 70000\ndelay = soon\n");
        Supplier<?> status = container.service(Supplier.class, "(tarishi.status=config)");
        assertThat(status.get().toString()).contains("ready=true", ":2: port:");

        container.file(PID, "port = 2527\n");
        await().until(() -> container.had(PID).contains("modified: " + settings(2527, "")));
        assertThat(status.get()).isEqualTo(Map.of("ready", true, "lines", List.of()));
    }

    @Test
    void aFileIsBackInForceAfterConfigAdminLostItsStore() throws Exception {
        container.file(PID, "port = 2525\n");
        container.gate();
        sample();
        container.command("set", PID, "port=26");
        admin().getConfiguration(PID, "?").delete();
        await().until(() -> !Files.exists(container.conf.resolve(PID + ".cfg")));
        container.file(PID, "port = 27\n");
        container.restart();

        assertThat(container.had(PID)).containsExactly("activated: " + settings(27, ""));
    }

    @Test
    void whatABundleFoundGoodItIsNotAskedAgainAtEachStart() throws Exception {
        container.file(PID, "port = 2525\n");
        container.gate();
        sample();
        assertThat(madeAtARestart()).isEqualTo(MADE_BY_COMPONENTS);

        container.command("set", PID, "port=26");
        assertThat(madeAtARestart()).isEqualTo(MADE_BY_COMPONENTS);
        assertThat(container.had(PID)).containsExactly("activated: " + settings(26, ""));
    }

    @Test
    void whatHasChangedMeanwhileIsAskedAgain() throws Exception {
        container.file(PID, "port = 2525\n");
        container.gate();
        sample();
        container.file(PID, "port = 27\n");
        await().until(() -> container.had(PID).size() == 2);
        container.stopGate();
        container.file(PID, "port = 28\n");
        assertThat(madeAtARestart()).isEqualTo(MADE_BY_COMPONENTS + MADE_BY_A_CHECK);
        assertThat(container.had(PID)).containsExactly("activated: " + settings(28, ""));

        // As a crash would leave it, between the store and the last good text.
        container.stopGate();
        admin().getConfiguration(PID, "?").update(FrameworkUtil.asDictionary(Map.of("port", 99)));
        await().until(() -> container.had(PID).contains("modified: " + settings(99, "")));
        assertThat(madeAtARestart()).isEqualTo(MADE_BY_COMPONENTS + MADE_BY_A_CHECK);
        assertThat(container.had(PID)).containsExactly("activated: " + settings(28, ""));
    }

    private int madeAtARestart() throws Exception {
        var made = new AtomicInteger();
        System.getProperties().put("sample.made", made);
        try {
            container.restart();
            await().until(() -> container.had(PID).size() == 1);
            return made.get();
        } finally {
            System.getProperties().remove("sample.made");
        }
    }

    @Test
    void aGoodChangeBehindTheGateIsWrittenIntoTheFileAndItsCommentsStay() throws Exception {
        container.file(PID, "# the port\nport = 2525\n\n# who\nhosts = a\n");
        container.gate();
        sample();
        container.log.clear();

        // As the console sends it: everything, as text.
        admin().getConfiguration(PID, "?")
                .update(FrameworkUtil.asDictionary(Map.of(
                        "port",
                        "2600",
                        "hosts",
                        new String[] {"a"},
                        "mode",
                        "strict",
                        "delay",
                        "PT1M",
                        "strict",
                        "true")));

        assertThat(container.text(PID)).isEqualTo("# the port\nport = 2600\n\n# who\nhosts = a\ndelay = PT1M\n");
        assertThat(stored(PID).get("port")).isEqualTo(2600);
        assertThat(stored(PID).keySet()).containsExactly("delay", "hosts", "port");
        await().until(() -> container.had(PID).size() == 2);
        assertThat(container.had(PID).getLast())
                .startsWith("modified: SampleSettings[port=2600, hosts=[a], delay=PT1M");
        assertThat(container.complaints()).isEmpty();
    }

    @Test
    void aBadChangeBehindTheGateIsPutBackBeforeTheComponentSeesIt() throws Exception {
        container.file(PID, "port = 2525\n");
        container.gate();
        sample();
        container.log.clear();

        admin().getConfiguration(PID, "?").update(FrameworkUtil.asDictionary(Map.of("port", 2525, "delay", "PT0S")));

        assertThat(stored(PID)).isEqualTo(Map.of("port", 2525));
        assertThat(container.text(PID)).isEqualTo("port = 2525\n");
        assertThat(container.complaints())
                .containsExactly("WARN " + PID
                        + ": a change by another client of ConfigAdmin is put back: delay: must be positive,"
                        + " such as PT5M: PT0S");
        // What is told after it proves that the component was told nothing before.
        container.command("set", PID, "port=2526");
        await().until(() -> container.had(PID).getLast().contains("2526"));
        assertThat(container.had(PID))
                .containsOnly(
                        "activated: " + settings(2525, ""),
                        "modified: " + settings(2525, ""),
                        "modified: " + settings(2526, ""));
    }

    @Test
    void aBadFirstConfigurationBehindTheGateIsDeletedAgain() throws Exception {
        container.gate();
        sample();
        admin().getConfiguration(PID, "?").update(FrameworkUtil.asDictionary(Map.of("prt", 1)));

        assertThat(admin().listConfigurations("(service.pid=" + PID + ")")).isNull();
        assertThat(container.conf.resolve(PID + ".cfg")).doesNotExist();
        assertThat(container.complaints())
                .singleElement()
                .asString()
                .contains("prt: no such setting; did you mean port?");
    }

    @Test
    void aFileMayComeBeforeItsBundle() throws Exception {
        container.file(PID, "port = 2525\n");
        container.gate();
        assertThat(container.complaints())
                .containsExactly("WARN " + container.conf.resolve(PID + ".cfg")
                        + ": no bundle has settings of this name; the file waits for one that has");
        assertThat(container.command("list")).contains("waiting   " + PID);
        sample();

        assertThat(container.had(PID)).containsExactly("activated: " + settings(2525, ""));
        assertThat(container.command("list")).contains("file      " + PID);
    }

    @Test
    void aNewerVersionBesideTheRunningOneMayHaveKeysOfItsOwn() throws Exception {
        container.file(PID, "port = 2525\n");
        container.gate();
        sample();
        container.file(PID, "port = 2525\nfresh = 1\n");
        await().until(() -> container.complaints().stream().anyMatch(line -> line.contains("fresh: no such setting")));

        var second = container.sample("2.0.0", "<AD id=\"fresh\" type=\"Integer\" default=\"0\"/>");
        second.start();

        await().untilAsserted(() -> assertThat(stored(PID)).isEqualTo(Map.of("port", 2525, "fresh", 1)));
        assertThat(container.command("list")).contains("file      " + PID);
    }

    @Test
    void anInstanceOfAFactoryLivesAsLongAsItsFile() throws Exception {
        container.gate();
        sample();
        var pid = "org.tarishi.sample.route~north";
        container.file(pid, "port = 24\n");
        assertThat(container.had(pid)).containsExactly("activated: " + settings(24, ""));
        container.file(pid, "port = 26\n");
        await().until(() -> container.had(pid).size() == 2);

        Files.delete(container.conf.resolve(pid + ".cfg"));

        await().until(() ->
                container.services(Supplier.class, "(service.pid=" + pid + ")").isEmpty());
        assertThat(container.command("undo", pid)).isEqualTo("0");
        assertThat(container.had(pid)).containsExactly("activated: " + settings(26, ""));
    }

    @Test
    void anInstanceThatTheConsoleMadeGetsANameAndAFile() throws Exception {
        container.gate();
        sample();
        var made = admin().createFactoryConfiguration("org.tarishi.sample.route", "?");
        made.update(FrameworkUtil.asDictionary(Map.of("port", "99")));

        List<String> files;
        try (var all = Files.list(container.conf)) {
            files = all.map(file -> file.getFileName().toString())
                    .filter(name -> name.contains("~"))
                    .toList();
        }
        assertThat(files).singleElement().asString().matches("org\\.tarishi\\.sample\\.route~[0-9a-f]+\\.cfg");
        var pid = files.getFirst().replace(".cfg", "");
        assertThat(container.had(pid)).containsExactly("activated: " + settings(99, ""));
        assertThat(admin().listConfigurations("(service.factoryPid=org.tarishi.sample.route)"))
                .hasSize(1);
        assertThat(container.complaints()).isEmpty();
    }

    @Test
    void aDeletedFileBringsTheDefaultsBack() throws Exception {
        var file = container.file(PID, "port = 2525\n");
        container.gate();
        sample();
        Files.delete(file);

        await().until(() -> container.log.contains("INFO " + PID + ": file removed by file; back to defaults"));
        await().until(() -> container.hadByName("sample").contains("modified: " + settings(25, "")));
        container.restart();
        assertThat(container.hadByName("sample")).containsExactly("activated: " + settings(25, ""));
    }

    @Test
    void aFileDeletedWhileTheServerIsDownBringsTheDefaultsBackToo() throws Exception {
        var file = container.file(PID, "port = 2525\n");
        container.gate();
        sample();
        container.framework().stop();
        container.framework().waitForStop(30_000);
        Files.delete(file);
        container.restart();

        assertThat(container.hadByName("sample")).containsExactly("activated: " + settings(25, ""));
    }

    @Test
    void whatTheComponentFailsToTakeIsPutBack() throws Exception {
        var pid = "org.tarishi.sample.trying";
        container.file(pid, "port = 12\n");
        container.gate();
        sample();

        assertThat(container.command("set", pid, "port=13"))
                .isEqualTo("1 the component did not take the settings: trying failed: java.lang.IllegalStateException:"
                        + " port 13 is taken");

        assertThat(container.text(pid)).isEqualTo("port = 12\n");
        assertThat(stored(pid)).isEqualTo(Map.of("port", 12));
        await().until(() -> container.had(pid).getLast().equals("activated: " + settings(12, "")));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        port=x                      | port: want a whole number, not "x"
        port=                       | port: want a whole number, not ""
        port=1.5                    | port: want a whole number, not "1.5"
        port=0                      | port: "0" is below the minimum (TCP port, 1 to 65535. Default: 25)
        port=65536                  | port: "65536" is above the maximum (TCP port, 1 to 65535. Default: 25)
        port=["1","2"]              | port: want a whole number, not a list
        mode=loose                  | mode: want one of strict, lax, not "loose"
        strict=yes                  | strict: want true or false, not "yes"
        ratio=half                  | ratio: want a number, not "half"
        queue.max-size=many         | queue.max-size: want a whole number, not "many"
        queue.max-size=666          | org.tarishi.core.config.sample.SampleSettings failed over these settings: java.lang.IllegalStateException: a check with a fault
        delay=5m                    | delay: want ISO-8601, such as PT5M: 5m
        delay=-PT5M                 | delay: must be positive, such as PT5M: PT-5M
        hosts=["a", "nowhere"]      | hosts: nowhere is no host
        hosts=["a"                  | hosts: the list that begins here has no ]
        Prot=25                     | Prot: no such setting; did you mean port?
        colour=red                  | colour: no such setting; there are delay, hosts, mode, password, port, queue.max-size, ratio, strict
        x.target=(                  | x.target: want an LDAP filter, such as (name=value), not (
        password=["s3cret","x"]     | password: want a text, not a list
        """)
    void aBadSettingIsRefusedByName(String assignment, String message) throws Exception {
        container.file(PID, "port = 2525\n");
        container.gate();
        sample();

        assertThat(container.command("set", PID, assignment)).isEqualTo("1 " + message);
        assertThat(container.text(PID)).isEqualTo("port = 2525\n");
        assertThat(stored(PID)).isEqualTo(Map.of("port", 2525));
    }

    @Test
    void whatTheMachineDoesNotGiveIsRefusedByEveryDoorAndTheOldSettingsAreInForceAfterARestartToo() throws Exception {
        System.setProperty("sample.taken", "99");
        try {
            var pid = "org.tarishi.sample.route~north";
            var file = container.file(pid, "port = 24\n");
            container.gate();
            sample();
            container.log.clear();

            assertThat(container.command("set", pid, "port=99")).isEqualTo("1 port: 99 is taken; 24 is in force");
            assertThat(container.text(pid)).isEqualTo("port = 24\n");
            admin().getFactoryConfiguration("org.tarishi.sample.route", "north", "?")
                    .update(FrameworkUtil.asDictionary(Map.of("port", 99)));
            assertThat(container.text(pid)).isEqualTo("port = 24\n");
            assertThat(container.complaints())
                    .containsExactly(
                            "WARN " + pid + ": a change by another client of ConfigAdmin is put back: port: 99 is"
                                    + " taken; 24 is in force");
            container.log.clear();
            var refused =
                    "ERROR " + file + ":2: port: 99 is taken; 24 is in force; the last good settings stay in force";
            container.file(pid, "\nport = 99\n");
            await().until(() -> container.complaints().equals(List.of(refused)));
            // What was put back is handed over once more.
            assertThat(container.had(pid)).allMatch(had -> had.endsWith(": " + settings(24, "")));

            container.log.clear();
            container.restart();
            assertThat(container.had(pid)).containsExactly("activated: " + settings(24, ""));
            assertThat(container.complaints()).containsExactly(refused);

            System.clearProperty("sample.taken");
            container.restart();
            assertThat(container.had(pid)).containsExactly("activated: " + settings(99, ""));
        } finally {
            System.clearProperty("sample.taken");
        }
    }

    @Test
    void whatReplacesNothingIsNotAskedWhetherTheMachineGivesIt() throws Exception {
        System.setProperty("sample.taken", "99");
        try {
            container.file("org.tarishi.sample.route~north", "port = 99\n");
            container.gate();
            sample();

            assertThat(container.had("org.tarishi.sample.route~north"))
                    .containsExactly("activated: " + settings(99, ""));
            assertThat(container.complaints()).allMatch(line -> line.contains("waits for one"));
        } finally {
            System.clearProperty("sample.taken");
        }
    }

    @Test
    void theCommandChangesShowsAndUndoes() throws Exception {
        container.file(PID, "# the port\nport = 2525\n");
        container.gate();
        sample();

        assertThat(container.command("set", PID, "port=26", "hosts=[ \"x\" ]", "password=s3cret"))
                .isEqualTo("0");
        assertThat(container.text(PID)).isEqualTo("# the port\nport = 26\nhosts = [ \"x\" ]\npassword = s3cret\n");
        assertThat(container.command("show", PID))
                .isEqualTo("0 # the port\nport = 26\nhosts = [ \"x\" ]\npassword = ********");
        assertThat(container.command("unset", PID, "hosts")).isEqualTo("0");
        assertThat(container.command("history", PID).replaceAll("20\\S+Z", "TIME"))
                .isEqualTo("""
                    0 1  TIME  start    created
                       2  TIME  command  hosts (default) -> [ "x" ]; password (secret); port 2525 -> 26
                       3  TIME  command  hosts [ "x" ] -> (default)\
                    """);
        assertThat(container.command("undo", PID, "2")).isEqualTo("0");
        assertThat(container.text(PID)).isEqualTo("# the port\nport = 2525\n");
        assertThat(stored(PID)).isEqualTo(Map.of("port", 2525));
        assertThat(container.command("undo", PID)).isEqualTo("0");
        assertThat(container.text(PID)).isEqualTo("# the port\nport = 26\npassword = s3cret\n");
        assertThat(container.log).noneMatch(line -> line.contains("s3cret"));

        assertThat(container.command("undo", PID, "99")).isEqualTo("1 no such change of org.tarishi.sample is kept");
        assertThat(container.command("set", "org.tarishi.sampel", "a=b"))
                .isEqualTo("1 no bundle has settings of the name org.tarishi.sampel; did you mean org.tarishi.sample?");
        assertThat(container.command("show", "org.tarishi.sampel"))
                .isEqualTo("1 no settings of the name org.tarishi.sampel; did you mean org.tarishi.sample?");
        assertThat(container.command("set", "../../etc/passwd", "a=b"))
                .isEqualTo("1 ../../etc/passwd is no name of a PID");
        assertThat(container.command("history", "../..")).startsWith("1 ");
        assertThat(container.command("set", PID)).startsWith("2 config shows and changes");
        assertThat(container.command("grow")).startsWith("2 ");
    }

    @Test
    void theCommandIsBackWhenTheComponentHasEndedItsWorkWithTheSettings() throws Exception {
        container.file(PID, "port = 2525\n");
        container.gate();
        sample();
        var overtaken = new CountDownLatch(1);
        System.getProperties().put("sample.overtaken", overtaken);
        try {
            container.command("set", PID, "port=2526");
            overtaken.countDown();
            await().until(() -> container.had(PID).contains("modified: " + settings(2526, "")));
        } finally {
            System.getProperties().remove("sample.overtaken");
        }

        assertThat(container.had(PID)).doesNotContain("overtaken");
    }

    @Test
    void theCommandChecksFilesThatAreNotInForce() throws Exception {
        container.gate();
        sample();
        var folder = Files.createDirectories(base.resolve("elsewhere"));
        Files.writeString(folder.resolve(PID + ".cfg"), "port = 1\nport = 2\n");

        assertThat(container.command("check")).startsWith("0 ").endsWith("org.tarishi.core.config.cfg: good");
        assertThat(container.command("check", "../elsewhere/" + PID + ".cfg"))
                .endsWith(PID + ".cfg:2: port: stands on line 1 already")
                .startsWith("1 ");
        assertThat(container.command("check", "no-such.cfg")).startsWith("1 ").endsWith("no such file");
    }

    @Test
    void historyIsBoundedBySetting() throws Exception {
        container.file(Settings.PID, "poll = PT0.1S\nhistory = 2\n");
        container.file(PID, "port = 1\n");
        container.gate();
        sample();
        for (var port = 2; port < 6; port++) {
            assertThat(container.command("set", PID, "port=" + port)).isEqualTo("0");
        }

        assertThat(container.command("history", PID).lines().map(line -> line.replaceAll(".*command", "")))
                .containsExactly("  port 3 -> 4", "  port 4 -> 5");
        assertThat(container.command("set", Settings.PID, "history=0"))
                .startsWith("1 history: \"0\" is below the minimum");
        assertThat(container.command("set", Settings.PID, "poll=PT0S"))
                .isEqualTo("1 poll: want PT0.1S to PT1M, not PT0S");
    }

    @Test
    void theLauncherTakesItsOwnSettingsThroughTheGate() throws Exception {
        var taken = new CopyOnWriteArrayList<Map<String, ?>>();
        Consumer<Map<String, ?>> launcher = values -> {
            if ("LOUD".equals(values.get("level"))) {
                throw new IllegalArgumentException("level: want INFO or DEBUG, not LOUD");
            }
            taken.add(Map.copyOf(values));
        };
        container
                .framework()
                .getBundleContext()
                .registerService(
                        Consumer.class,
                        launcher,
                        FrameworkUtil.asDictionary(
                                Map.of("tarishi.boot", "settings", "tarishi.pid", "org.tarishi.logging")));
        container.file("org.tarishi.logging", "level = INFO\n");
        container.gate();

        assertThat(container.command("set", "org.tarishi.logging", "level=DEBUG"))
                .isEqualTo("0");
        assertThat(container.command("set", "org.tarishi.logging", "level=LOUD"))
                .isEqualTo("1 level: want INFO or DEBUG, not LOUD");
        assertThat(taken.getLast()).isEqualTo(Map.of("level", "DEBUG"));
        container.file("org.tarishi.logging", "\nlevel = LOUD\n");
        await().until(() -> container
                .complaints()
                .contains("ERROR " + container.conf.resolve("org.tarishi.logging.cfg")
                        + ":2: level: want INFO or DEBUG, not LOUD; the last good settings stay in force"));
        container.log.clear();
        container.file("org.tarishi.logging", "level = DEBUG\n");
        await().until(() -> container.command("list").contains("file      org.tarishi.logging"));
        assertThat(container.text("org.tarishi.logging")).isEqualTo("level = DEBUG\n");
        assertThat(container.complaints()).isEmpty();
    }

    @Test
    void aPlatformPidIsStoredAsTextsUntilSomebodyDeclaresIt() throws Exception {
        container.file("org.example.http", "port = 8080\nhosts = [ \"a\" ]\n");
        container.gate();

        assertThat(stored("org.example.http").get("port")).isEqualTo("8080");
        assertThat(container.complaints())
                .containsExactly("WARN " + container.conf.resolve("org.example.http.cfg")
                        + ": no bundle declares this PID yet; its values are stored unchecked, as texts");
    }

    @Test
    void aFolderThatIsGoneForgetsNothing() throws Exception {
        container.file(PID, "port = 2525\n");
        container.gate();
        sample();
        Files.move(container.conf, base.resolve("away"));

        await().until(() ->
                container.complaints().stream().anyMatch(line -> line.contains("all settings stay as they are")));
        assertThat(stored(PID)).isEqualTo(Map.of("port", 2525));
        Files.move(base.resolve("away"), container.conf);
    }

    @Test
    void aSecretOfABundleThatIsNotThereIsNotShown() throws Exception {
        container.file(PID, "port = 2525\npassword = s3cret\n");
        container.gate();

        assertThat(container.command("show", PID)).contains("port = 2525", "password = ********");
        assertThat(container.log).noneMatch(line -> line.contains("s3cret"));
    }

    @Test
    void aFileThatCantBeReadIsReadWhenItCan() throws Exception {
        container.file(PID, "port = 2525\n");
        container.gate();
        sample();
        // A folder in its place: what root can't read either.
        Files.delete(container.conf.resolve(PID + ".cfg"));
        Files.createDirectory(container.conf.resolve(PID + ".cfg"));
        await().until(() -> container.complaints().stream()
                .anyMatch(
                        line -> line.startsWith("ERROR ") && line.endsWith("; the last good settings stay in force")));
        assertThat(stored(PID)).isEqualTo(Map.of("port", 2525));

        Files.delete(container.conf.resolve(PID + ".cfg"));
        container.file(PID, "port = 2526\n");
        await().until(() -> container.had(PID).contains("modified: " + settings(2526, "")));
    }

    @Test
    void theTextsOfThenComeBackThroughTheGateAllOrNone() throws Exception {
        container.file(PID, "port = 2525\npassword = s3cret\n");
        container.gate();
        sample();
        var archive = container.bridged(SettingsArchive.class);
        var then = archive.texts(Set.of(PID));
        assertThat(then).containsEntry(PID, "port = 2525\npassword = s3cret\n");
        assertThat(archive.differences(Set.of(PID), then)).isEmpty();

        assertThat(container.command("set", PID, "port=26", "password=other")).isEqualTo("0");
        assertThat(archive.differences(Set.of(PID), then)).containsExactly(PID + ": password, port");
        assertThat(archive.differences(Set.of(PID), Map.of())).containsExactly(PID + ": password, port");
        assertThat(archive.restore(Set.of(PID), Map.of(PID, "port = 70000\n")))
                .singleElement()
                .asString()
                .startsWith(PID + ":1: port: ");
        assertThat(stored(PID).get("port")).isEqualTo(26);

        assertThat(archive.restore(Set.of(PID), then)).isEmpty();
        assertThat(container.text(PID)).isEqualTo("port = 2525\npassword = s3cret\n");
        assertThat(container.log).noneMatch(line -> line.contains("s3cret"));

        container.file(PID, "port = x\n");
        await().until(() -> !archive.complaints(Set.of(PID)).isEmpty());
        assertThat(archive.complaints(Set.of(PID))).singleElement().asString().contains(PID + ".cfg:1: port: ");
    }
}
