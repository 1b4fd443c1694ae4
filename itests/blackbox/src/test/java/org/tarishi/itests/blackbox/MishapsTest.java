package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** What happens to machines: a port that is taken, a folder that is gone, a disk that is full. */
@Timeout(180)
class MishapsTest {

    @TempDir
    Path root;

    @Test
    void aPortThatIsTakenAtStartIsToldAndTakenLater() throws Exception {
        try (var instance = Instance.in(root.resolve("base"))) {
            var free = org.tarishi.itests.harness.Ports.free();
            try (var taken = new ServerSocket(instance.smtpPort(), 1, InetAddress.getLoopbackAddress())) {
                instance.launch();
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> !instance.logged(0, " ERROR ", Integer.toString(taken.getLocalPort()))
                                .isEmpty());
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> instance.cli("status").code() == 2);
                assertThat(instance.logged(0, " ERROR "))
                        .singleElement()
                        .asString()
                        .contains("127.0.0.1:" + taken.getLocalPort());
                assertThat(instance.isAlive()).isTrue();

                instance.configure(Instance.LISTENER, "port=" + free);
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> instance.cli("status").code() == 0);
            accepts(free, "moved");
        }
    }

    @Test
    void aConsolePortThatIsTakenAtStartIsToldInOneLineWhileMailIsServedAndTakenLater() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).withConsole()) {
            try (var taken = new ServerSocket(instance.httpPort(), 1, InetAddress.getLoopbackAddress())) {
                instance.launch();
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> instance.cli("status").out().contains("console: no port is bound"));
                assertThat(instance.cli("status").code()).isZero();
                assertThat(troubles(instance, 0))
                        .singleElement()
                        .asString()
                        .contains("127.0.0.1:" + taken.getLocalPort() + ": Address already in use", "http.port");
                assertThat(instance.log()).doesNotContain("\tat ", "\t  at ");
                accepts(instance.smtpPort(), "without console");
                instance.untilGreeted();
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> instance.cli("status").out().contains("console: http://"));
            // Its password is told behind the greeting.
            ConsoleSession.login(instance).close();
            assertThat(instance.isAlive()).isTrue();
        }
    }

    @Test
    void aListenerIsNotMovedToATakenPortByAnyDoorAndARestartFindsItWhereItWas() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).start();
                var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var file = instance.conf(Instance.LISTENER);
            var before = Files.readString(file);
            var trouble = "port: cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": Address already in use";
            try (var open = SmtpDialog.hello(instance.smtpPort())) {
                long since = instance.log().length();

                var result = instance.cli("config", "set", Instance.LISTENER, "port=" + taken.getLocalPort());
                assertThat(result.code()).isEqualTo(1);
                assertThat(result.out().lines()).singleElement().asString().startsWith(trouble);
                assertThat(Files.readString(file)).isEqualTo(before);

                SettingsTest.write(
                        file, before.replace("port = " + instance.smtpPort(), "port = " + taken.getLocalPort()));
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> !troubles(instance, since).isEmpty());
                assertThat(troubles(instance, since))
                        .singleElement()
                        .asString()
                        .contains(file.getFileName().toString(), trouble, "the last good settings stay in force");
                accepts(instance.smtpPort(), "old");
                open.send("NOOP").expect("250");
                assertThat(instance.cli("status").code()).isZero();
            }

            assertThat(instance.stop()).isZero();
            long since = instance.log().length();
            instance.forgetSettings().start();
            accepts(instance.smtpPort(), "still");
            assertThat(troubles(instance, since)).singleElement().asString().contains(trouble);
        }
    }

    @Test
    void aMaildirFolderThatCannotBeMadeIsATemporaryRefusalWithOneLineUntilItCan() throws Exception {
        // A file where the folder should be stops root too.
        var folder = Files.writeString(root.resolve("mail"), "");
        try (var instance = Instance.in(root.resolve("base"))
                .set(Instance.MAILDIR, "root", folder.toString())
                .start()) {
            long since = instance.log().length();
            refusedForNow(instance, 100);
            assertThat(troubles(instance, since)).singleElement().asString().contains("maildir", folder.toString());

            Files.delete(folder);
            accepts(instance.smtpPort(), "back");
            assertThat(new Maildir(folder.resolve("example.com/user")).found()).hasSize(1);
        }
    }

    @Test
    void aSettingsFolderThatIsGoneChangesNothing() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).start()) {
            long since = instance.log().length();
            var conf = instance.base().resolve("conf");
            Files.move(conf, root.resolve("moved"));
            await().atMost(Duration.ofSeconds(10))
                    .until(() ->
                            !instance.logged(since, " ERROR ", conf.toString()).isEmpty());
            accepts(instance.smtpPort(), "without");
            Files.move(root.resolve("moved"), conf);
            accepts(instance.smtpPort(), "with");
            assertThat(instance.logged(since, " ERROR ")).hasSize(1);
        }
    }

    @Test
    void aFullDiskUnderTheMaildirIsATemporaryRefusalAndRoomEndsIt() throws Exception {
        var disk = Files.createDirectory(root.resolve("disk"));
        try (var instance = Instance.in(root.resolve("base"))
                .set(Instance.MAILDIR, "root", disk.toString())
                .onSmallDisk(disk, "1m")
                .start()) {
            fullAndRoomAgain(instance, disk, 300_000);
        }
    }

    /** Larger messages go to a file while they arrive. */
    @Test
    void aFullDiskUnderTheSpoolIsATemporaryRefusalAndRoomEndsIt() throws Exception {
        var disk = Files.createDirectory(root.resolve("disk"));
        try (var instance = Instance.in(root.resolve("base"))
                .set("org.tarishi.core.message", "folder", disk.toString())
                .onSmallDisk(disk, "1m")
                .start()) {
            long since = instance.log().length();
            refusedForNow(instance, 3_000_000);
            assertThat(troubles(instance, since)).singleElement().asString().contains("No space left");
            assertThat(instance.isAlive()).isTrue();
            // The half message has gone: there is room for one that fits, and for small ones.
            accepts(instance.smtpPort(), 600_000, "fits");
            accepts(instance.smtpPort(), "small");
            assertThat(instance.cli("status").code()).isZero();
        }
    }

    private void fullAndRoomAgain(Instance instance, Path disk, int size) throws Exception {
        long since = instance.log().length();
        int accepted = 0;
        String reply;
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            do {
                reply = dialog.transact(
                        "me@client.example",
                        "user@example.com",
                        TestMail.of("full" + accepted, size).bytes());
                accepted++;
            } while (reply.startsWith("250") && accepted < 100);
            assertThat(reply).matches("(?s)45[12] 4\\..*");
            // The session lives on.
            dialog.send("NOOP").expect("250");
        }
        assertThat(troubles(instance, since)).singleElement().asString().contains("No space left");
        assertThat(instance.isAlive()).isTrue();

        // Seen from within the process' own mounts.
        var seen = Path.of("/proc", Long.toString(instance.pid()), "root")
                .resolve(Path.of("/").relativize(disk));
        var maildir = new Maildir(seen.resolve("example.com/user"));
        assertThat(maildir.found())
                .as("whole messages, and those that were accepted")
                .hasSize(accepted - 1);
        for (var message : maildir.messages()) {
            Files.delete(message);
        }
        accepts(instance.smtpPort(), "room");
        assertThat(maildir.found()).hasSize(1);
    }

    private static List<String> troubles(Instance instance, long since) {
        return java.util.stream.Stream.concat(
                        instance.logged(since, " ERROR ").stream(), instance.logged(since, " WARN ").stream())
                .toList();
    }

    private static void refusedForNow(Instance instance, int size) throws IOException {
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            assertThat(dialog.transact(
                            "me@client.example",
                            "user@example.com",
                            TestMail.of("refused", size).bytes()))
                    .matches("(?s)45[12] 4\\..*");
            dialog.send("NOOP").expect("250");
        }
    }

    private static void accepts(int port, String id) throws IOException {
        accepts(port, 100, id);
    }

    private static void accepts(int port, int size, String id) throws IOException {
        try (var dialog = SmtpDialog.hello(port)) {
            assertThat(dialog.transact(
                            "me@client.example",
                            "user@example.com",
                            TestMail.of(id, size).bytes()))
                    .startsWith("250 2.");
        }
    }
}
