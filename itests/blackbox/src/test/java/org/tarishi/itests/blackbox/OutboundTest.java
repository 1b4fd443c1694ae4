package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.Load;
import org.tarishi.itests.harness.Ports;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** Mail for other hosts, from the client to the next hop: a real one, that writes down what it takes. */
class OutboundTest {

    private static final String ELSEWHERE = "user@elsewhere.example";
    private static final String DELIVERY = "org.tarishi.core.delivery";
    private static final Pattern ID = Pattern.compile("(?m)^X-Test-Id: (\\S+)$");

    /** The shipped limit on attempts at once to one destination. */
    private static final int MOST_IN_FLIGHT = 20;

    @TempDir
    Path root;

    private @Nullable Debian debian;

    private Path dumps() {
        return root.resolve("dumps");
    }

    private Debian debian() throws IOException {
        var made = debian;
        if (made == null) {
            made = new Debian(root.resolve("accounts"));
            debian = made;
        }
        return made;
    }

    private Debian.Server sink(int port) throws IOException, InterruptedException {
        Files.createDirectories(dumps());
        var server = debian().start(
                        root.resolve("sink.out"),
                        "smtp-sink",
                        "-u",
                        "root",
                        "-d",
                        dumps() + "/%s.",
                        "127.0.0.1:" + port,
                        "1000");
        // Who is called before it listens has made an attempt, and the next one may be an hour away.
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
        return server;
    }

    private Instance relaying(int port) throws Exception {
        var instance = Instance.in(root.resolve("base"))
                .set(DELIVERY, "smartHost", "smtp://127.0.0.1:" + port)
                .set("org.tarishi.core.scheduler", "retrySchedule", "5s*1000")
                .set("org.tarishi.core.scheduler", "rest", "PT1S")
                .set("org.tarishi.core.scheduler", "longestRest", "PT1S")
                .start();
        assertThat(instance.cli("plugin", "install", Setup.plugin("relay").toString())
                        .code())
                .isZero();
        return instance;
    }

    /** Runs a command: of the server, or, while that does not run, by itself. */
    private static Commands.Result command(Instance instance, boolean isRunning, String... words)
            throws IOException, InterruptedException {
        return isRunning ? instance.ask(words) : instance.cli(words);
    }

    /** How often each message has arrived, by its id; fails when one is damaged, or half of itself. */
    private Map<String, Integer> arrivedWhole() throws IOException {
        var counts = new HashMap<String, Integer>();
        try (var files = Files.list(dumps())) {
            for (var file : files.toList()) {
                var dump = Files.readString(file, StandardCharsets.ISO_8859_1);
                // The sink ends lines by LF, and the dump by an empty one.
                var message = dump.substring(0, dump.length() - 1).replace("\n", "\r\n");
                var found = TestMail.find(message.getBytes(StandardCharsets.ISO_8859_1));
                counts.merge(found.id(), 1, Integer::sum);
            }
        }
        return counts;
    }

    /** How often each message has arrived, by its id. */
    private Map<String, Integer> arrived() throws IOException {
        var counts = new HashMap<String, Integer>();
        try (var files = Files.list(dumps())) {
            for (var file : files.toList()) {
                var found = ID.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
                if (found.find()) {
                    counts.merge(found.group(1), 1, Integer::sum);
                }
            }
        }
        return counts;
    }

    private static String send(Instance instance, String id) throws IOException {
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            return dialog.transact(
                    "sender@client.example", ELSEWHERE, TestMail.of(id, 500).bytes());
        }
    }

    @Test
    @Timeout(300)
    void mailWaitsInTheQueueAndGoesWhenAnOperatorOrAHangUpSaysSo() throws Exception {
        int port = Ports.free();
        try (var instance = relaying(port)) {
            assertThat(instance.cli("config", "set", "org.tarishi.core.scheduler", "retrySchedule=1h*10")
                            .code())
                    .isZero();
            assertThat(send(instance, "first")).startsWith("250 2.0.0 Message Queued (");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> instance.cli("queue", "list", "--state", "deferred")
                            .out()
                            .contains("451 4.4.1"));
            assertThat(instance.cli("queue", "stats").out()).contains("deferred    1");
            try (var _ = sink(port)) {
                assertThat(instance.cli("queue", "retry", "elsewhere.example").out())
                        .isEqualTo("1 mail due now\n");
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> arrived().keySet().contains("first"));
            }
            assertThat(send(instance, "second")).startsWith("250 ");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> instance.cli("queue", "list", "--state", "deferred")
                            .out()
                            .contains("451 4.4.1"));
            try (var _ = sink(port)) {
                Commands.run(Map.of(), List.of("kill", "-HUP", Long.toString(instance.pid())));
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> arrived().keySet().contains("second"));
            }
            assertThat(instance.isAlive()).isTrue();
            assertThat(arrived()).containsOnly(Map.entry("first", 1), Map.entry("second", 1));
        }
    }

    @Test
    @Timeout(300)
    void whileTheQueueIsFullClientsAreToldBeforeTheMessageAndMailIsTakenAgainWhenSomeHasLeft() throws Exception {
        int port = Ports.free();
        try (var instance = relaying(port)) {
            assertThat(instance.cli("config", "set", "org.tarishi.core.queue", "maxMails=3")
                            .code())
                    .isZero();
            for (int i = 0; i < 3; i++) {
                assertThat(send(instance, "in" + i)).startsWith("250 ");
            }
            try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
                dialog.send("MAIL FROM:<sender@client.example>").expect("452 4.3.1");
                dialog.send("NOOP").expect("250");
            }
            assertThat(instance.cli("status").out()).contains("takes no mail now: FULL");
            try (var _ = sink(port)) {
                assertThat(instance.cli("queue", "retry", "elsewhere.example").code())
                        .isBetween(0, 1);
                await().atMost(Duration.ofSeconds(60)).until(() -> arrived().size() == 3);
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(send(instance, "again")).startsWith("250 "));
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> arrived().keySet().contains("again"));
            }
            assertThat(arrived()).containsOnlyKeys("in0", "in1", "in2", "again");
        }
    }

    @Test
    @Timeout(300)
    void aFullDiskUnderTheQueueLosesNothingAndMailIsTakenAgainWhenThereIsRoom() throws Exception {
        int port = Ports.free();
        var disk = Files.createDirectory(root.resolve("disk"));
        try (var instance = Instance.in(root.resolve("base"))
                .set(DELIVERY, "smartHost", "smtp://127.0.0.1:" + port)
                .set("org.tarishi.core.scheduler", "retrySchedule", "5s*1000")
                .set("org.tarishi.core.scheduler", "rest", "PT1S")
                .set("org.tarishi.core.scheduler", "longestRest", "PT1S")
                .set("org.tarishi.core.queue", "folder", disk.toString())
                .set("org.tarishi.core.queue", "segmentBytes", "1048576")
                .set("org.tarishi.core.queue", "freeBytes", "2000000")
                .onSmallDisk(disk, "8m")
                .start()) {
            assertThat(instance.cli("plugin", "install", Setup.plugin("relay").toString())
                            .code())
                    .isZero();
            var accepted = new HashSet<String>();
            var load = Load.start(instance.smtpPort(), 10, ELSEWHERE, 30_000);
            await().atMost(Duration.ofSeconds(60)).until(() -> load.trouble() > 0);
            var tally = load.stop();
            accepted.addAll(tally.accepted());
            assertThat(accepted).isNotEmpty();
            assertThat(tally.troubles()).allSatisfy(reply -> assertThat(reply).contains("45"));
            assertThat(instance.isAlive()).isTrue();
            try (var _ = sink(port)) {
                assertThat(instance.cli("queue", "retry").code()).isBetween(0, 1);
                await().atMost(Duration.ofMinutes(2))
                        .pollInterval(Duration.ofSeconds(1))
                        .until(() -> instance.cli("queue", "stats").out().contains("total       0"));
                assertThat(arrived().keySet()).containsAll(accepted);
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(send(instance, "room")).startsWith("250 "));
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> arrived().keySet().contains("room"));
            }
        }
    }

    @Test
    @Timeout(300)
    void aMessageIsImportedListedExportedAndVerifiedWhileTheServerRunsAndWhileItDoesNot() throws Exception {
        int port = Ports.free();
        var file = Files.writeString(root.resolve("in.eml"), "X-Test-Id: imported\nSubject: x\n\nbody\n");
        try (var instance = relaying(port)) {
            for (boolean isRunning : new boolean[] {true, false}) {
                if (!isRunning) {
                    instance.stop();
                }
                var taken = command(
                        instance,
                        isRunning,
                        "queue",
                        "import",
                        file.toString(),
                        "--from",
                        "<>",
                        "--to",
                        "you@elsewhere.example");
                assertThat(taken.code()).as(taken.out()).isZero();
                var id = taken.out().strip().replace("queued as ", "");
                assertThat(command(instance, isRunning, "queue", "list").out()).contains(id);
                assertThat(command(instance, isRunning, "queue", "show", id).out())
                        .contains("elsewhere.example");
                var out = root.resolve("out" + isRunning + ".eml");
                assertThat(command(instance, isRunning, "queue", "export", id, out.toString())
                                .code())
                        .isZero();
                assertThat(out).hasContent("X-Test-Id: imported\r\nSubject: x\r\n\r\nbody\r\n");
                assertThat(command(instance, isRunning, "queue", "verify").code())
                        .isZero();
                var haraka = Files.createDirectories(root.resolve("haraka"));
                assertThat(command(instance, isRunning, "queue", "import-haraka", haraka.toString())
                                .out())
                        .startsWith("0 mails");
            }
            instance.start();
            try (var _ = sink(port)) {
                // What was tried before is not due for a while.
                assertThat(instance.ask("queue", "retry").code()).isBetween(0, 1);
                await().atMost(Duration.ofSeconds(60)).until(() -> arrived().getOrDefault("imported", 0) == 2);
            }
        }
    }

    @Test
    @Timeout(value = 6, unit = TimeUnit.HOURS)
    void killedUnderLoadItLosesNoMailThatWasAnsweredWith250AndRepeatsAtMostWhatWasUnderWay() throws Exception {
        int port = Ports.free();
        var accepted = new HashSet<String>();
        try (var _ = sink(port);
                var instance = relaying(port)) {
            for (int i = 0; i < Setup.queueKills(); i++) {
                if (i > 0) {
                    instance.launch().untilReady();
                }
                var load = Load.start(instance.smtpPort(), 20, ELSEWHERE, i % 5 == 0 ? 400_000 : 3000);
                int wanted = 20 + 7 * (i % 20);
                await().atMost(Duration.ofSeconds(60)).until(() -> load.accepted() > wanted);

                instance.kill();

                var tally = load.join();
                assertThat(tally.failed()).as(tally.troubles().toString()).isZero();
                accepted.addAll(tally.accepted());
                instance.forgetSettings();
            }
            instance.start();
            await().atMost(Duration.ofMinutes(5))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> instance.ask("queue", "stats").out().contains("total       0"));

            var counts = arrivedWhole();
            var lost = new HashSet<>(accepted);
            lost.removeAll(counts.keySet());
            assertThat(lost).isEmpty();
            int repeated = counts.values().stream().mapToInt(n -> n - 1).sum();
            assertThat(repeated).isLessThanOrEqualTo(MOST_IN_FLIGHT * Setup.queueKills());
            System.getLogger("itests")
                    .log(System.Logger.Level.INFO, "{0} accepted, {1} repeated", accepted.size(), repeated);
        }
    }
}
