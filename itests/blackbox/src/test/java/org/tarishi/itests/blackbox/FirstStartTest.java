package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.Ports;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** What somebody meets who unpacks the distribution and starts it. */
@Timeout(300)
class FirstStartTest {

    private static final Pattern READY_MILLIS = Pattern.compile(" ready: .*?(\\d+) ms");

    @TempDir
    Path root;

    @Test
    void theFirstStartTellsAllThatIsNeededForAFirstMailAndThatMailArrives() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).withConsole().start()) {
            var welcome = instance.readOutput();
            assertThat(welcome)
                    .contains(
                            "127.0.0.1:" + instance.smtpPort(),
                            "http://127.0.0.1:" + instance.httpPort() + "/system/console",
                            instance.base() + "/conf",
                            instance.base() + "/deploy",
                            instance.base() + "/data/maildir/<domain>/<user>",
                            instance.base() + "/logs/tarishi.log",
                            "user admin, password ");
            // How long a start may take is the benchmark's business, on a machine that does nothing else.
            var ready = READY_MILLIS.matcher(instance.log());
            assertThat(ready.find()).as(instance.log()).isTrue();
            assertThat(Long.parseLong(ready.group(1))).isPositive();
            for (var folder : List.of("conf", "deploy", "data", "logs")) {
                assertThat(instance.base().resolve(folder)).isDirectory();
            }
            for (var pid : List.of(
                    Instance.CHAIN,
                    Instance.HOST_LIST,
                    Instance.MAILDIR,
                    Instance.LISTENER,
                    "org.tarishi.core.server",
                    "org.tarishi.core.boot",
                    "org.tarishi.logging")) {
                assertThat(instance.conf(pid)).exists();
            }

            var firstMail = welcome.lines()
                    .filter(line -> line.strip().startsWith("a mail:"))
                    .findFirst()
                    .orElseThrow()
                    .strip()
                    .substring("a mail:".length());
            var sent = Commands.run(Map.of(), List.of("sh", "-c", firstMail));
            assertThat(sent.code()).as(firstMail + "\n" + sent.out()).isZero();
            var messages = instance.maildir("example.com", "you").messages();
            assertThat(messages).hasSize(1);
            assertThat(Files.readString(messages.getFirst())).endsWith("Subject: hello\r\n\r\nA first mail.\r\n");

            var status = instance.cli("status");
            assertThat(status.code()).isZero();
            assertThat(status.out())
                    .startsWith("ready: process " + instance.pid())
                    .contains("127.0.0.1:" + instance.smtpPort());
            assertThat(instance.log()).doesNotContain(" ERROR ", " WARN ");
        }
    }

    @Test
    void mailIsTakenForTheDefaultDomainsAndNoOther() throws Exception {
        var host = InetAddress.getLocalHost().getHostName();
        try (var instance = Instance.in(root.resolve("base")).start()) {
            for (var domain : List.of("localhost", "example.com", host)) {
                try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
                    var mail = TestMail.of("to-" + domain, 100);
                    assertThat(dialog.transact("me@client.example", "anyone@" + domain, mail.bytes()))
                            .startsWith("250 2.");
                }
                assertThat(instance.maildir(domain.toLowerCase(java.util.Locale.ROOT), "anyone")
                                .found())
                        .extracting(TestMail.Found::id)
                        .containsExactly("to-" + domain);
            }
            try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
                dialog.send("MAIL FROM:<me@client.example>").expect("250 2.1.0");
                for (var domain : List.of("client.example", "example.com.client.example", "xexample.com", "com")) {
                    dialog.send("RCPT TO:<anyone@" + domain + ">").expect("550 5.");
                }
                dialog.send("RCPT TO:<anyone@example.com>").expect("250 2.1.5");
                dialog.send("QUIT").expect("221 2.0.0");
            }
        }
    }

    @Test
    void theReadmesRunCommandStartsAnInstance() throws Exception {
        var run = Setup.distribution().resolve("../../run").normalize();
        var base = root.resolve("from run");
        var ports = new int[] {Ports.free(), Ports.free(), Ports.free()};
        var out = root.resolve("run.out");
        var builder = new ProcessBuilder(
                        // Whatever a shell runs in the background ignores it, and all that comes of that.
                        "env",
                        "--default-signal=INT",
                        run.toString(),
                        "--base",
                        base.toString(),
                        "--set",
                        "org.tarishi.core.boot:http.port=" + ports[0],
                        "--set",
                        Instance.LISTENER + ":port=" + ports[1],
                        "--set",
                        Instance.SUBMISSION + ":port=" + ports[2])
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().put("TARISHI_JAVA_HOME", Objects.requireNonNull(System.getProperty("java.home")));
        var process = builder.start();
        try {
            await().atMost(Duration.ofMinutes(4)).until(() -> {
                assertThat(process.isAlive()).as(Files.readString(out)).isTrue();
                return Files.readString(out).contains("Ctrl-C stops it");
            });
            try (var dialog = SmtpDialog.hello(ports[1])) {
                assertThat(dialog.transact(
                                "me@client.example",
                                "you@localhost",
                                TestMail.of("run", 1).bytes()))
                        .startsWith("250 ");
            }
            // What Ctrl-C sends.
            assertThat(Commands.run(Map.of(), List.of("kill", "-INT", Long.toString(process.pid())))
                            .code())
                    .isZero();
            assertThat(process.waitFor(60, java.util.concurrent.TimeUnit.SECONDS))
                    .isTrue();
            assertThat(process.exitValue()).as(Files.readString(out)).isIn(0, 130);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void theConsoleComesAndGoesWithItsSettingWhileMailIsTaken() throws Exception {
        try (var instance = Instance.in(root.resolve("base"))
                        .set(Instance.BOOT, "http.port", "0")
                        .start();
                var dialog = SmtpDialog.hello(instance.smtpPort())) {
            assertThat(instance.ask("status").out()).doesNotContain("console");
            assertThat(instance.readOutput()).doesNotContain("console:", "password");

            instance.configure(Instance.BOOT, "http.enabled=true");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> instance.ask("status").out().contains("console: http://127.0.0.1:"));
            var told = instance.ask("status").out();
            var port = Integer.parseInt(told.replaceAll("(?s).*console: http://127.0.0.1:(\\d+).*", "$1"));
            assertThat(instance.listensAt(port)).isTrue();

            instance.configure(Instance.BOOT, "http.enabled=false");
            await().atMost(Duration.ofSeconds(20)).until(() -> !instance.listensAt(port));
            // The port goes first, its bundles a moment later.
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !instance.ask("status").out().contains("console"));
            assertThat(instance.ask("status").out()).startsWith("ready:");
            assertThat(dialog.transact(
                            "me@client.example",
                            "anyone@example.com",
                            TestMail.of("meanwhile", 100).bytes()))
                    .startsWith("250 2.");
            assertThat(instance.log()).doesNotContain(" ERROR ");
        }
    }

    /** The password is told once to who sits in front, and is nowhere else. */
    @Test
    void theConsolesPasswordIsOnNoDiskAndInNoLog() throws Exception {
        try (var instance = Instance.in(root.resolve("base"))
                        .withConsole()
                        .set("org.tarishi.logging", "level", "DEBUG")
                        .start();
                var console = ConsoleSession.login(instance)) {
            assertThat(console.get("/system/console/configMgr").statusCode()).isEqualTo(200);
            var password = instance.password();
            assertThat(password).hasSizeGreaterThanOrEqualTo(12);
            instance.stop();
            assertThat(Files.size(instance.base().resolve("logs/tarishi.log"))).isPositive();
            try (var files = Files.walk(instance.base())) {
                for (var file : files.filter(Files::isRegularFile).toList()) {
                    assertThat(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
                            .as(file.toString())
                            .doesNotContain(password);
                }
            }
        }
    }
}
