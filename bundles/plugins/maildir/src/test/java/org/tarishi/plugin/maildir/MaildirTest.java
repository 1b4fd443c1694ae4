package org.tarishi.plugin.maildir;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tarishi.api.Mailbox;
import org.tarishi.api.ReversePath;
import org.tarishi.api.hook.HookResult;
import org.tarishi.testing.FakeConfiguration;
import org.tarishi.testing.FakeMessage;
import org.tarishi.testing.FakeTransaction;

class MaildirTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-20T10:00:00.123456Z"), ZoneOffset.UTC);

    private static final String TRACE = "Return-Path: <s@client.example>\r\nDelivered-To: ann@example.com\r\n";

    @TempDir
    Path data;

    private final RecordingDisk disk = new RecordingDisk();
    private final FakeMessage message = FakeMessage.of("Subject: a", "", "b", ".", "..c");

    private Maildir plugin(String... keysAndValues) {
        return new Maildir(SettingsTest.with(keysAndValues), data, CLOCK, 0xbeef, disk);
    }

    private static FakeTransaction to(FakeMessage message, String... recipients) {
        return FakeTransaction.from("192.0.2.7")
                .withSender("<s@client.example>")
                .withRecipients(recipients)
                .withMessage(message);
    }

    private Path mailbox(String path) {
        return data.resolve("maildir").resolve(path);
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private List<Path> allFiles() throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    static Stream<byte[]> messages() {
        var large = new byte[3_000_001];
        new Random(7).nextBytes(large);
        var text = new String(large, ISO_8859_1).replaceAll("[\\r\\n]", "x").replaceAll("(.{76})", "$1\r\n");
        return Stream.of(
                "Subject: a\r\n\r\nb\r\n".getBytes(UTF_8),
                "Subject: a\r\n\r\n".getBytes(UTF_8),
                "Subject: gr\u00fc\u00dfe\r\n\r\n\u20ac\r\n.\r\n..\r\n".getBytes(UTF_8),
                "X:\r\n folded\r\n\r\n\u00e9\r\n".getBytes(ISO_8859_1),
                ("A: b\r\n\r\n" + text + "\r\n").getBytes(ISO_8859_1));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void aMessageLiesInNewByteForByteBelowItsTrace(byte[] bytes) throws Exception {
        var message = FakeMessage.ofBytes(bytes);

        assertThat(plugin().onQueue(to(message, "<Ann@example.com>"), message)).isEqualTo(HookResult.OK);

        var stored = Files.readAllBytes(files(mailbox("example.com/ann/new")).getFirst());
        var trace = TRACE.replace("ann", "Ann").getBytes(UTF_8);
        assertThat(stored)
                .startsWith(trace)
                .hasSize(trace.length + bytes.length)
                .endsWith(bytes);
        assertThat(files(mailbox("example.com/ann/tmp"))).isEmpty();
        assertThat(files(mailbox("example.com/ann/cur"))).isEmpty();
    }

    @Test
    void linesEndAsUnixProgramsExpectWhereTheOperatorSaysSo() throws Exception {
        plugin("lineEnds", "lf").onQueue(to(message, "<ann@example.com>"), message);

        assertThat(files(mailbox("example.com/ann/new")).getFirst())
                .hasContent(TRACE.replace("\r", "") + "Subject: a\n\nb\n.\n..c\n");
        assertThat(Files.readString(files(mailbox("example.com/ann/new")).getFirst()))
                .doesNotContain("\r");
    }

    @Test
    void mailThatMustNotBeAnsweredSaysSo() throws Exception {
        var tx = FakeTransaction.from("192.0.2.7")
                .withRecipients("<ann@b\u00fccher.example>")
                .withMessage(message);

        plugin().onQueue(tx, message);

        assertThat(Files.readString(
                        files(mailbox("xn--bcher-kva.example/ann/new")).getFirst()))
                .startsWith("Return-Path: <>\r\nDelivered-To: ann@xn--bcher-kva.example\r\nSubject: a\r\n");
    }

    @Test
    void fileNamesFollowTheConvention() throws Exception {
        var plugin = plugin();
        plugin.onQueue(to(message, "<ann@example.com>"), message);
        plugin.onQueue(to(message, "<ann@example.com>"), message);

        assertThat(files(mailbox("example.com/ann/new")))
                .extracting(file -> file.getFileName().toString())
                .allMatch(name -> name.matches("1795168800\\.M123456P\\d+Q[01]Rbeef\\.[^/:]+"))
                .doesNotHaveDuplicates();
    }

    @Test
    void onlyTheOwnerReadsFilesAndFolders() throws Exception {
        plugin().onQueue(to(message, "<ann@example.com>"), message);

        assertThat(permissions(files(mailbox("example.com/ann/new")).getFirst()))
                .isEqualTo("rw-------");
        for (var folder : List.of("", "example.com", "example.com/ann", "example.com/ann/new", "example.com/ann/tmp")) {
            assertThat(permissions(mailbox(folder))).isEqualTo("rwx------");
        }
    }

    @Test
    void theGroupReadsWhereTheOperatorSaysSo() throws Exception {
        plugin("modeFile", "0640", "modeFolder", "0750").onQueue(to(message, "<ann@example.com>"), message);

        assertThat(permissions(files(mailbox("example.com/ann/new")).getFirst()))
                .isEqualTo("rw-r-----");
        assertThat(permissions(mailbox("example.com/ann"))).isEqualTo("rwxr-x---");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void eachRecipientHasACopy() throws Exception {
        var tx = to(message, "<ann@example.com>", "<bob@example.com>", "<ann@example.com>", "<carl@b.example>");

        assertThat(plugin().onQueue(tx, message)).isEqualTo(HookResult.OK);

        assertThat(allFiles()).hasSize(3);
        assertThat(files(mailbox("example.com/bob/new")).getFirst())
                .content(UTF_8)
                .contains("Delivered-To: bob@example.com\r\n");
        assertThat(files(mailbox("b.example/carl/new"))).hasSize(1);
    }

    @Test
    void allIsForcedInOrderBeforeTheYes() {
        plugin().onQueue(to(message, "<ann@example.com>", "<bob@example.com>"), message);

        assertThat(disk.done)
                .containsExactly(
                        "mkdir maildir",
                        "mkdir example.com",
                        "mkdir ann",
                        "mkdir tmp",
                        "mkdir new",
                        "mkdir cur",
                        "force ann",
                        "force example.com",
                        "force maildir",
                        "force data",
                        "create ann/tmp",
                        "force ann/tmp",
                        "mkdir bob",
                        "mkdir tmp",
                        "mkdir new",
                        "mkdir cur",
                        "force bob",
                        "force example.com",
                        "force maildir",
                        "force data",
                        "create bob/tmp",
                        "force bob/tmp",
                        "move ann/new",
                        "move bob/new",
                        "force new",
                        "force new");
    }

    @Test
    void aKnownMailboxIsForcedAgainOnlyWhereTheMessageLies() {
        var plugin = plugin();
        plugin.onQueue(to(message, "<ann@example.com>"), message);
        disk.done.clear();

        plugin.onQueue(to(message, "<ann@example.com>"), message);

        assertThat(disk.done).containsExactly("create ann/tmp", "force ann/tmp", "move ann/new", "force new");
    }

    @Test
    void foldersOfAnEarlierProcessAreForcedToo() throws Exception {
        for (var name : List.of("tmp", "new", "cur")) {
            Files.createDirectories(mailbox("example.com/ann/" + name));
        }

        plugin().onQueue(to(message, "<ann@example.com>"), message);

        assertThat(disk.done).startsWith("force ann", "force example.com", "force maildir", "force data");
    }

    @Test
    void aMailboxThatWasRemovedIsMadeAnew() throws Exception {
        var plugin = plugin();
        plugin.onQueue(to(message, "<ann@example.com>"), message);
        for (var file : allFiles()) {
            Files.delete(file);
        }
        for (var name : List.of("tmp", "new", "cur", "")) {
            Files.delete(mailbox("example.com/ann/" + name));
        }

        assertThat(plugin.onQueue(to(message, "<ann@example.com>"), message)).isEqualTo(HookResult.OK);
        assertThat(files(mailbox("example.com/ann/new"))).hasSize(1);
    }

    static IntStream everyStep() {
        return IntStream.range(0, 26);
    }

    @ParameterizedTest(name = "step {0}")
    @MethodSource("everyStep")
    void whereverTheDiskFailsNothingIsStoredAndTheClientKeepsItsMail(int step) throws Exception {
        disk.failure = new IOException("Input/output error");
        disk.failAt = step;

        var plugin = plugin();
        var answer = plugin.onQueue(to(message, "<ann@example.com>", "<bob@example.com>"), message);

        assertThat(answer).isEqualTo(HookResult.denySoft(Maildir.UNAVAILABLE));
        assertThat(allFiles()).isEmpty();

        disk.failAt = -1;
        disk.done.clear();
        assertThat(plugin.onQueue(to(message, "<ann@example.com>", "<bob@example.com>"), message))
                .isEqualTo(HookResult.OK);
        assertThat(allFiles()).hasSize(2);
    }

    @Test
    void anErrorOfTheMachineLeavesNothingBehind() throws Exception {
        var broken =
                new Store(data.resolve("maildir"), SettingsTest.with(), new UniqueNames(CLOCK, 1, 1, "h"), new Disk() {
                    @Override
                    void move(Path from, Path to) throws IOException {
                        super.move(from, to);
                        throw new OutOfMemoryError("made up");
                    }
                });

        assertThatThrownBy(() -> broken.deliver(ReversePath.NULL, List.of(Mailbox.parse("ann@example.com")), message))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(allFiles()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"No space left on device", "Disk quota exceeded"})
    void aFullDiskIsSaidToBeFull(String reason) throws Exception {
        disk.failure = new IOException(reason);
        disk.failAt = 11;

        assertThat(plugin().onQueue(to(message, "<ann@example.com>"), message))
                .isEqualTo(HookResult.denySoft(Maildir.FULL));
        assertThat(allFiles()).isEmpty();
    }

    @Test
    void aFolderThatMayNotBeWrittenIsNoReasonToLoseMail() {
        disk.failure = new AccessDeniedException(mailbox("").toString());
        disk.failAt = 0;

        assertThat(plugin().onQueue(to(message, "<ann@example.com>"), message))
                .isEqualTo(HookResult.denySoft(Maildir.UNAVAILABLE));
    }

    @Test
    void aRootWhoseFileSystemIsNotMountedIsNotMadeUp() {
        assertThat(plugin("root", "mnt/mail").onQueue(to(message, "<ann@example.com>"), message))
                .isEqualTo(HookResult.denySoft(Maildir.UNAVAILABLE));
        assertThat(data.resolve("mnt")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"example.com", "example.com/ann", "example.com/ann/new", "example.com/ann/tmp"})
    void aLinkOutOfTheRootIsNotFollowed(String link, @TempDir Path outside) throws Exception {
        Files.createDirectories(mailbox(link).getParent());
        Files.createSymbolicLink(mailbox(link), outside);

        assertThat(plugin().onQueue(to(message, "<ann@example.com>"), message))
                .isEqualTo(HookResult.denySoft(Maildir.UNAVAILABLE));
        assertThat(files(outside)).isEmpty();
    }

    @Test
    void aLinkWithinTheRootIsTheOperatorsWish() throws Exception {
        Files.createDirectories(mailbox("big/ann"));
        Files.createDirectories(mailbox("example.com"));
        Files.createSymbolicLink(mailbox("example.com/ann"), mailbox("big/ann"));

        assertThat(plugin().onQueue(to(message, "<ann@example.com>"), message)).isEqualTo(HookResult.OK);
        assertThat(files(mailbox("big/ann/new"))).hasSize(1);
    }

    @Test
    void aFileInTheWayIsNoReasonToLoseMail() throws Exception {
        Files.createDirectories(mailbox("example.com"));
        Files.createFile(mailbox("example.com/ann"));

        assertThat(plugin().onQueue(to(message, "<ann@example.com>"), message))
                .isEqualTo(HookResult.denySoft(Maildir.UNAVAILABLE));
    }

    @Test
    void sessionsThatMeetInANewMailboxLoseNothing() throws Exception {
        var plugin = plugin();
        var results = Collections.synchronizedList(new ArrayList<HookResult>());
        try (var sessions = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                int number = i;
                sessions.execute(() -> {
                    var mine = FakeMessage.of("Subject: " + number, "", "x".repeat(1000));
                    results.add(plugin.onQueue(to(mine, "<ann@example.com>"), mine));
                });
            }
        }

        assertThat(results).hasSize(200).containsOnly(HookResult.OK);
        var subjects = new HashMap<String, Integer>();
        for (var file : files(mailbox("example.com/ann/new"))) {
            var lines = Files.readAllLines(file);
            assertThat(lines.getLast()).isEqualTo("x".repeat(1000));
            subjects.merge(lines.get(2), 1, Integer::sum);
        }
        assertThat(subjects).hasSize(200).containsValues(1);
    }

    @Test
    void whatAnotherQueueIsWantedForIsLeftToIt() throws Exception {
        var tx = to(message, "<ann@example.com>");
        tx.notes().put(Maildir.QUEUE_WANTS, "smtp-forward");

        assertThat(plugin().onQueue(tx, message)).isEqualTo(HookResult.CONTINUE);
        assertThat(allFiles()).isEmpty();
    }

    @Test
    void aMessageWhoseBodyWasNotKeptIsNotStored() {
        var tx = to(message, "<ann@example.com>");
        tx.discardBody();

        assertThat(plugin().onQueue(tx, message)).isEqualTo(HookResult.CONTINUE);
    }

    @Test
    void changedSettingsHoldFromTheNextMessageOn() throws Exception {
        var plugin = plugin();

        plugin.modified(FakeConfiguration.of(Config.class, Map.of("root", "other", "path", "{user}")));
        plugin.onQueue(to(message, "<ann@example.com>"), message);

        assertThat(files(data.resolve("other/ann/new"))).hasSize(1);
    }

    @Test
    void whatDeadDeliveriesLeftIsRemovedAfterThirtySixHours() throws Exception {
        plugin().onQueue(to(message, "<ann@example.com>"), message);
        var left = Files.createFile(mailbox("example.com/ann/tmp/left"));
        var fresh = Files.createFile(mailbox("example.com/ann/tmp/fresh"));
        var mail = files(mailbox("example.com/ann/new")).getFirst();
        var long36 = FileTime.from(CLOCK.instant().minus(Duration.ofHours(36)).minusSeconds(1));
        Files.setLastModifiedTime(left, long36);
        Files.setLastModifiedTime(mail, long36);
        Files.setLastModifiedTime(fresh, FileTime.from(CLOCK.instant().minus(Duration.ofHours(35))));

        var store = new Store(data.resolve("maildir"), SettingsTest.with(), new UniqueNames(CLOCK, 1, 1, "h"), disk);

        assertThat(store.clean(CLOCK.instant())).isEqualTo(1);
        assertThat(allFiles()).containsExactlyInAnyOrder(fresh, mail);
        assertThat(new Store(data.resolve("none"), SettingsTest.with(), new UniqueNames(CLOCK, 1, 1, "h"), disk)
                        .clean(CLOCK.instant()))
                .isZero();
    }

    @Test
    void hostNamesInFileNamesHoldNoSlashAndNoColon() {
        assertThat(new UniqueNames(CLOCK, 1, 2, "a/b:c%d").next())
                .isEqualTo("1795168800.M123456P1Q0R2.a\\057b\\072c%d");
    }

    /** A disk that tells what it was asked for, and fails when it is told to. */
    private final class RecordingDisk extends Disk {

        private final List<String> done = Collections.synchronizedList(new ArrayList<>());
        private final Map<FileChannel, String> open = Collections.synchronizedMap(new HashMap<>());
        private IOException failure = new IOException();
        private int failAt = -1;

        private static String mailboxAndFolder(Path file) {
            int names = file.getNameCount();
            return file.getName(names - 3) + "/" + file.getName(names - 2);
        }

        private void step(String what) throws IOException {
            done.add(what);
            if (done.size() - 1 == failAt) {
                throw failure;
            }
        }

        @Override
        FileChannel create(Path file, Set<PosixFilePermission> mode) throws IOException {
            step("create " + mailboxAndFolder(file));
            var channel = super.create(file, mode);
            open.put(channel, mailboxAndFolder(file));
            return channel;
        }

        @Override
        void createFolder(Path folder, Set<PosixFilePermission> mode) throws IOException {
            step("mkdir " + folder.getFileName());
            super.createFolder(folder, mode);
        }

        @Override
        FileChannel openFolder(Path folder) throws IOException {
            var channel = super.openFolder(folder);
            open.put(
                    channel, folder.equals(data) ? "data" : folder.getFileName().toString());
            return channel;
        }

        @Override
        void force(FileChannel channel) throws IOException {
            step("force " + open.get(channel));
            super.force(channel);
        }

        @Override
        void move(Path from, Path to) throws IOException {
            step("move " + mailboxAndFolder(to));
            super.move(from, to);
        }
    }
}
