package org.tarishi.core.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.tarishi.core.message.Receiving.bytes;
import static org.tarishi.core.message.Receiving.complete;
import static org.tarishi.core.message.Receiving.feedAll;
import static org.tarishi.core.message.Receiving.read;
import static org.tarishi.core.message.Receiving.store;
import static org.tarishi.core.message.Receiving.withMemory;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.Intake;
import org.tarishi.core.spi.Intake.Fault;
import org.tarishi.core.spi.Intake.Progress;
import org.tarishi.core.spi.Intake.Received;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.MessageStore.BareLineEnds;
import org.tarishi.core.spi.MessageStore.Framing;

class SpoolTest {

    private static final Logger LOG = (Logger) LoggerFactory.getLogger("org.tarishi.core.message");

    @TempDir
    Path data;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        LOG.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        LOG.detachAppender(log);
    }

    private List<String> logged() {
        return new ArrayList<>(log.list)
                .stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void whoeverIsGoneWhenTheDiskHasCaughtUpLeavesNoFileAndNoMemory() throws Exception {
        var store = store(data, withMemory(0));
        var intake = store.open("gone", Framing.DOT, BareLineEnds.REFUSE, Receiving.WIDE);
        feedAll(intake, ByteBuffer.wrap(bytes("\r\n" + "x\r\n".repeat(200_000) + ".\r\n")));
        intake.complete(
                action -> {
                    throw new RejectedExecutionException("the event loop is shut down");
                },
                received -> {
                    throw new AssertionError("told " + received);
                });
        await().untilAsserted(() -> assertThat(store.memoryUsed()).isZero());
        awaitNoFiles();
    }

    private Path folder() {
        return data.resolve("spool/tmp");
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(folder())) {
            return List.of();
        }
        try (var files = Files.list(folder())) {
            return files.toList();
        }
    }

    private void awaitNoFiles() {
        await().untilAsserted(() -> assertThat(files()).isEmpty());
    }

    private static String body(int lines) {
        var random = new Random(lines);
        var text = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            text.append(random.nextInt(7) == 0 ? "." : "")
                    .append(Long.toHexString(random.nextLong()))
                    .append("\r\n");
        }
        return text.toString();
    }

    private static LiveMessage large(SpoolingMessageStore store, String body) {
        return Receiving.message(store, bytes("Subject: x\r\n\r\n" + body));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4096, 100_000, 256 * 1024})
    void aLargeMessageLiesInAFileThatOnlyThisUserMayRead(int memory) throws Exception {
        var store = store(data, withMemory(memory));
        var body = body(40_000);
        var message = large(store, body);

        assertThat(files()).hasSize(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files().getFirst())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
                .isEqualTo("rwx------");
        assertThat(store.memoryUsed()).isZero();
        assertThat(message.headers().first("subject")).contains("x");
        assertThat(read(message.body().open())).isEqualTo(body);
        assertThat(Receiving.written(message)).isEqualTo("Subject: x\r\n\r\n" + body);
        message.close();
        awaitNoFiles();
        assertThat(logged()).isEmpty();
    }

    @Test
    void messagesUpToTheSettingMakeNoFile() throws Exception {
        var store = store(data, withMemory(100_000));
        var text = "A: b\r\n\r\n" + "x".repeat(98) + "\r\n";
        var message = Receiving.message(store, bytes(text + ("y".repeat(98) + "\r\n").repeat(900)));
        assertThat(Files.exists(folder())).isFalse();
        message.close();
        assertThat(store.memoryUsed()).isZero();
    }

    @Test
    void whenTheDiskIsBehindThePeerWaitsAndLittleIsHeld() throws Exception {
        var store = store(data, withMemory(0));
        var intake = store.open("x.1", Framing.DOT, BareLineEnds.REFUSE, Receiving.WIDE);
        var block = bytes(("z".repeat(62) + "\r\n").repeat(1024));
        int waits = 0;
        for (int i = 0; i < 400; i++) {
            var progress = feedAll(intake, ByteBuffer.wrap(block));
            waits += progress == Progress.WAIT ? 1 : 0;
            assertThat(store.memoryUsed()).isLessThan(1024 * 1024);
        }
        feedAll(intake, ByteBuffer.wrap(bytes(".\r\n")));
        var message = ((Received.Complete) complete(intake)).message();
        assertThat(message.body().size()).isEqualTo(400L * block.length);
        assertThat(waits).isLessThanOrEqualTo(400);
        message.close();
        awaitNoFiles();
    }

    @Test
    void aReaderOfAClosedFileGetsAnErrorAndOthersAreNotHitByAnInterruptedOne() throws Exception {
        var store = store(data, withMemory(0));
        var body = body(20_000);
        var message = large(store, body);
        var interrupted = message.body().open();
        var other = message.body().open();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> interrupted.readAllBytes()).isInstanceOf(IOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(read(other)).isEqualTo(body);

        var open = message.body().open();
        assertThat(open.read()).isPositive();
        message.close();
        assertThatThrownBy(() -> open.readAllBytes()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> message.open()).isInstanceOf(IOException.class);
        awaitNoFiles();
    }

    @Test
    void abortAtAnyTimeLeavesNoFileAndNoMemory() throws Exception {
        var store = store(data, withMemory(0));
        for (int blocks = 0; blocks < 12; blocks++) {
            var intake = store.open("x." + blocks, Framing.DOT, BareLineEnds.REFUSE, Receiving.WIDE);
            for (int i = 0; i < blocks; i++) {
                intake.feed(ByteBuffer.wrap(bytes(("z".repeat(62) + "\r\n").repeat(512))));
            }
            intake.abort();
        }
        var completing = store.open("y", Framing.DOT, BareLineEnds.REFUSE, Receiving.WIDE);
        completing.feed(ByteBuffer.wrap(bytes("x\r\n".repeat(50_000) + ".\r\n")));
        var told = new ArrayList<Received>();
        var turn = new ArrayList<Runnable>();
        var queued = new CountDownLatch(1);
        completing.complete(
                action -> {
                    turn.add(action);
                    queued.countDown();
                },
                told::add);
        Receiving.await(queued);
        completing.abort();
        turn.forEach(Runnable::run);
        assertThat(told).isEmpty();
        awaitNoFiles();
        await().untilAsserted(() -> assertThat(store.memoryUsed()).isZero());
    }

    @Test
    void aFolderThatCannotBeUsedRefusesForNowWithOneLineAndHealsByItself() throws Exception {
        Files.writeString(data.resolve("spool"), "a file where the folder should be");
        var store = store(data, withMemory(0));

        var received = Receiving.receive(store, Receiving.WIDE, bytes("x\r\n".repeat(100_000) + ".\r\n"));

        assertThat(received).isEqualTo(new Received.Faulty(Fault.STORAGE));
        assertThat(logged())
                .singleElement()
                .asString()
                .startsWith("test.1: ")
                .contains(folder().toString(), "folder of " + Settings.PID);
        await().untilAsserted(() -> assertThat(store.memoryUsed()).isZero());

        Files.delete(data.resolve("spool"));
        large(store, body(1000)).close();
        assertThat(logged()).hasSize(1);
        awaitNoFiles();
    }

    @Test
    void aFullDiskRefusesForNowWithOneLineAndLeavesNothingBehind() throws Exception {
        var full = Path.of("/dev/full");
        assertThat(full).as("a device that is always full").exists();
        var budget = new MemoryBudget();
        var disk = new SpoolFolder(folder()) {
            @Override
            Created create(String id) throws IOException {
                Files.createDirectories(path());
                return new Created(
                        Files.createFile(path().resolve("x.eml")), FileChannel.open(full, StandardOpenOption.WRITE));
            }
        };
        var settings = withMemory(0);
        var id = "full\u001b.7";
        var intake = new DotIntake(id, Framing.DOT, Receiving.WIDE, new Spool(id, settings, budget, disk), settings);
        for (int i = 0; i < 20; i++) {
            feedAll(intake, ByteBuffer.wrap(bytes("x\r\n".repeat(20_000))));
        }
        assertThat(intake.feed(ByteBuffer.wrap(bytes(".\r\n")))).isEqualTo(Progress.END);
        assertThat(complete(intake)).isEqualTo(new Received.Faulty(Fault.STORAGE));
        assertThat(logged())
                .singleElement()
                .asString()
                .startsWith("full\\u001b.7: ")
                .contains("No space left");
        awaitNoFiles();
        await().untilAsserted(() -> assertThat(budget.used()).isZero());
    }

    @Test
    void manyMessagesTogetherGoToDiskEarlierAndBeyondTheBoundAreRefusedForNow() throws Exception {
        var settings = new Settings(1024 * 1024, 1024 * 1024, "", 1000, 50, 1 << 20);
        var store = store(data, settings);
        var intakes = new ArrayList<Intake>();
        for (int i = 0; i < 60; i++) {
            var intake = store.open("m." + i, Framing.DOT, BareLineEnds.REFUSE, Receiving.WIDE);
            feedAll(intake, ByteBuffer.wrap(bytes("A: b\r\n\r\n" + "0123456789\r\n".repeat(4000))));
            intakes.add(intake);
            assertThat(store.memoryUsed()).isLessThanOrEqualTo(settings.totalMemory());
        }
        assertThat(files()).isNotEmpty();
        int complete = 0;
        for (var intake : intakes) {
            feedAll(intake, ByteBuffer.wrap(bytes(".\r\n")));
            switch (complete(intake)) {
                case Received.Complete(var message) -> {
                    complete++;
                    assertThat(message.body().size()).isEqualTo(48_000);
                    assertThat(read(message.body().open())).isEqualTo("0123456789\r\n".repeat(4000));
                    message.close();
                }
                case Received.Faulty(var fault) -> assertThat(fault).isEqualTo(Fault.STORAGE);
            }
        }
        assertThat(complete).isPositive();
        assertThat(logged())
                .hasSize(60 - complete)
                .allSatisfy(line -> assertThat(line).contains("totalMemory"));
        await().untilAsserted(() -> assertThat(store.memoryUsed()).isZero());
        awaitNoFiles();
    }

    @Test
    void filesOfAKilledProcessAreRemovedAtStartAndNoOthers() throws Exception {
        Files.createDirectories(folder());
        var old = List.of("ABC.1.zz-1abc.1.eml", "_.1-1.a.eml");
        var others = List.of("notes.txt", "a.eml", "a b.1-1.a.eml", "letter.from-me.eml");
        for (var name : old) {
            Files.writeString(folder().resolve(name), "x");
        }
        for (var name : others) {
            Files.writeString(folder().resolve(name), "x");
        }
        var first = store(data, withMemory(0));
        var message = large(first, body(100));
        assertThat(logged()).singleElement().asString().contains("2 temporary messages");

        store(data, withMemory(0));

        assertThat(read(message.body().open())).isEqualTo(body(100));
        assertThat(files())
                .extracting(file -> file.getFileName().toString())
                .containsAll(others)
                .hasSize(others.size() + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../etc/passwd", "/etc/passwd", "", ".", "..", "a/b", "\u0000", "\u00e9\n"})
    void anIdIsNeverAPath(String id) throws Exception {
        var created = new SpoolFolder(folder()).create(id);
        created.channel().close();
        assertThat(created.path().toRealPath().getParent()).isEqualTo(folder().toRealPath());
        assertThat(created.path().getFileName().toString()).matches("[A-Za-z0-9._-]+");
    }

    @Test
    void whatFitsTheDiskIsKnownOnceItWasLookedAt(@TempDir Path folder) {
        var spool = new SpoolFolder(folder.resolve("not/made/yet"));
        assertThat(spool.hasRoomFor(Long.MAX_VALUE)).as("in doubt").isTrue();
        spool.look();
        assertThat(spool.hasRoomFor(Long.MAX_VALUE)).isFalse();
        assertThat(spool.hasRoomFor(1)).isTrue();
    }
}
