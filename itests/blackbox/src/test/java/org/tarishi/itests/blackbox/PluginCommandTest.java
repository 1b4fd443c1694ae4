package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.itests.harness.PluginJar;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** Plugins come in, go back and are refused by the command line, while mail is served. */
@Timeout(300)
class PluginCommandTest {

    private static final String DEPLOY = "org.tarishi.core.deploy";

    @TempDir
    Path root;

    private Instance start() throws Exception {
        return Instance.in(root.resolve("base")).start();
    }

    private Instance startWithConsole() throws Exception {
        return Instance.in(root.resolve("base")).withConsole().start();
    }

    private Path stamp(int version) throws IOException {
        return new PluginJar(Setup.plugin("stamp"))
                .header("Bundle-Version", "1.0." + version)
                .entry("stamp.txt", "v" + version + "\n")
                .write(root.resolve("stamp-" + version + ".jar"));
    }

    private Path hostile(String version) throws IOException {
        return new PluginJar(Setup.plugin("hostile"))
                .header("Bundle-Version", version)
                .write(root.resolve("hostile-" + version + ".jar"));
    }

    private static String told(Instance instance, int code, String... words) throws IOException {
        var result = instance.ask(words);
        assertThat(result.code()).as(result.out()).isEqualTo(code);
        return result.out();
    }

    /** The version of the stamp that mail to a user gets. */
    private static String stamped(Instance instance, String user) throws Exception {
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            assertThat(dialog.transact(
                            "me@client.example",
                            user + "@example.com",
                            TestMail.of(user, 10).bytes()))
                    .startsWith("250");
        }
        var found = instance.maildir("example.com", user).found();
        return found.getFirst().fields().getOrDefault("X-Stamp-Data", "none");
    }

    @Test
    void aPluginIsInstalledUpdatedGoneBackToAndRemovedAndEachStepSurvivesARestart() throws Exception {
        try (var instance = start()) {
            assertThat(told(instance, 0, "plugin", "install", stamp(0).toString(), "--dry-run"))
                    .isEqualTo("installs org.tarishi.itests.stamp 1.0.0 (stamp); touches nothing else; needs nothing"
                            + " else\n");
            assertThat(stamped(instance, "a")).isEqualTo("none");

            told(instance, 0, "plugin", "install", stamp(0).toString());
            assertThat(told(instance, 0, "plugin", "update", stamp(1).toString()))
                    .isEqualTo("replaces org.tarishi.itests.stamp 1.0.0 (stamp) by 1.0.1; touches nothing else; needs"
                            + " nothing else\n"
                            + "org.tarishi.itests.stamp 1.0.1 (stamp) is in force, in the place of 1.0.0\n");
            assertThat(stamped(instance, "b")).isEqualTo("v1");

            assertThat(told(instance, 0, "plugin", "rollback", "stamp"))
                    .contains("org.tarishi.itests.stamp 1.0.0 (stamp) is in force again, in the place of 1.0.1");
            assertThat(stamped(instance, "c")).isEqualTo("v0");
            assertThat(instance.stop()).isZero();
            instance.start();
            assertThat(stamped(instance, "d")).isEqualTo("v0");

            assertThat(told(instance, 0, "plugin", "rollback", "stamp", "1.0.1"))
                    .contains("1.0.1 (stamp) is in force again");
            assertThat(stamped(instance, "e")).isEqualTo("v1");
            assertThat(told(instance, 0, "plugin", "why", "stamp"))
                    .contains("org.tarishi.itests.stamp 1.0.1 is in force since", "is asked at mail", "kept: 1.0.0 (");
            assertThat(told(instance, 0, "plugin", "history", "stamp").lines()).hasSize(4);
            assertThat(told(instance, 0, "plugin", "list"))
                    .contains("org.tarishi.itests.stamp 1.0.1, since ", "    kept 1.0.0 (");

            told(instance, 0, "plugin", "remove", "stamp");
            assertThat(stamped(instance, "f")).isEqualTo("none");
            told(instance, 0, "plugin", "rollback", "stamp");
            assertThat(stamped(instance, "g")).isEqualTo("v1");
        }
    }

    @Test
    void theSameIsDoneByHttpBehindTheLoginOfTheConsoleAndForNobodyElse() throws Exception {
        try (var instance = startWithConsole();
                var console = ConsoleSession.login(instance);
                var stranger = ConsoleSession.stranger(instance)) {
            assertThat(stranger.plugins("GET", "").statusCode()).isEqualTo(401);
            assertThat(stranger.plugins("POST", "", Files.readAllBytes(stamp(0)))
                            .statusCode())
                    .isEqualTo(401);

            assertThat(console.plugins("POST", "?dry-run", Files.readAllBytes(stamp(0)))
                            .body())
                    .isEqualTo("{\"done\":true,\"lines\":[\"installs org.tarishi.itests.stamp 1.0.0 (stamp); touches"
                            + " nothing else; needs nothing else\"]}\n");
            assertThat(stamped(instance, "a")).isEqualTo("none");
            assertThat(console.plugins("POST", "", Files.readAllBytes(stamp(0))).statusCode())
                    .isEqualTo(200);
            assertThat(stamped(instance, "b")).isEqualTo("v0");
            assertThat(console.plugins("POST", "/trial?client=127.0.0.0/8", Files.readAllBytes(stamp(1)))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(stamped(instance, "c")).isEqualTo("v1");
            assertThat(console.plugins("GET", "/trial").body()).contains("transactions", "mail continue");
            assertThat(console.plugins("POST", "/trial/promote").statusCode()).isEqualTo(200);
            assertThat(console.plugins("GET", "").body())
                    .contains("\"bundle\":\"org.tarishi.itests.stamp\",\"version\":\"1.0.1\",\"plugins\":[\"stamp\"],"
                            + "\"state\":\"in_force\"");
            assertThat(console.plugins("POST", "/stamp/rollback").statusCode()).isEqualTo(200);
            assertThat(stamped(instance, "d")).isEqualTo("v0");
            assertThat(console.plugins("GET", "/history").body()).contains("rest:admin");
            assertThat(console.plugins("DELETE", "/stamp").statusCode()).isEqualTo(200);
            assertThat(stamped(instance, "e")).isEqualTo("none");
            var refused = console.plugins("POST", "", "no jar".getBytes(StandardCharsets.US_ASCII));
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.body()).contains("\"done\":false");
        }
    }

    @Test
    void aNewVersionThatFaultsTooOftenIsRolledBackByItself() throws Exception {
        try (var instance = start()) {
            instance.configure(DEPLOY, "probationFaults=2");
            told(instance, 0, "plugin", "install", hostile("1.0.0").toString());
            told(instance, 0, "plugin", "install", hostile("1.1.0").toString());
            assertThat(told(instance, 0, "status")).contains("hostile 1.1.0 is on probation: 0 of 200 transactions");
            try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
                dialog.send("MAIL FROM:<throws@client.example>").expect("451");
                dialog.send("MAIL FROM:<throws@client.example>").expect("451");
            }
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !instance.logged(0, " ERROR ", "1.1.0 is rolled back: faults 2 in ")
                            .isEmpty());
            assertThat(told(instance, 0, "plugin", "history")).contains("1.1.0 was rolled back to 1.0.0: faults 2 in ");
            assertThat(told(instance, 0, "status")).contains("1.1.0 was rolled back to 1.0.0");
            assertThat(told(instance, 0, "plugin", "list")).contains("org.tarishi.itests.hostile 1.0.0, since ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exits", "halts"})
    void aPluginThatWouldEndTheProcessHasAFaultInstead(String way) throws Exception {
        try (var instance = start()) {
            told(instance, 0, "plugin", "install", hostile("1.0.0").toString());
            try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
                dialog.send("MAIL FROM:<" + way + "@client.example>").expect("451");
                dialog.send("MAIL FROM:<honest@client.example>").expect("250");
            }
            assertThat(instance.isAlive()).isTrue();
            assertThat(instance.logged(0, " ERROR ", "a plugin must not end the server"))
                    .hasSize(1);
        }
    }

    @Test
    void whatIsNotSignedByATrustedSignerIsRefusedAtEachDoorBeforeItRuns() throws Exception {
        try (var instance = startWithConsole();
                var console = ConsoleSession.login(instance)) {
            var keys = root.resolve("keys").toString();
            tool(
                    "keytool",
                    "-genkeypair",
                    "-alias",
                    "me",
                    "-dname",
                    "CN=me",
                    "-keyalg",
                    "EC",
                    "-keystore",
                    keys,
                    "-storepass",
                    "changeit");
            tool(
                    "keytool",
                    "-exportcert",
                    "-rfc",
                    "-alias",
                    "me",
                    "-keystore",
                    keys,
                    "-storepass",
                    "changeit",
                    "-file",
                    instance.base().resolve("conf/me.pem").toString());
            instance.configure(DEPLOY, "trustedSigners=[ \"me.pem\" ]");

            assertThat(told(instance, 1, "plugin", "install", stamp(0).toString()))
                    .contains("is not signed");
            var answer = console.upload(Files.readAllBytes(stamp(0)), "stamp.jar");
            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(answer.body()).contains("is not signed");
            instance.drop(Files.readAllBytes(stamp(0)), "stamp.jar");
            var reason = instance.deploy().resolve("stamp.jar.refused.txt");
            await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(reason));
            assertThat(reason).content().contains("is not signed");
            assertThat(instance.loaded("org.tarishi.itests.stamp.Stamp")).isZero();

            var signed = stamp(1);
            tool("jarsigner", "-keystore", keys, "-storepass", "changeit", signed.toString(), "me");
            told(instance, 0, "plugin", "install", signed.toString());
            assertThat(stamped(instance, "a")).isEqualTo("v1");
        }
    }

    private static void tool(String name, String... words) throws IOException, InterruptedException {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", name).toString());
        line.addAll(List.of(words));
        var result = Commands.run(Map.of(), line);
        assertThat(result.code()).as(result.out()).isZero();
    }
}
