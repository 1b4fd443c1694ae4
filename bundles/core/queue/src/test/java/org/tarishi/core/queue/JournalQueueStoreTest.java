package org.tarishi.core.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.NewMessage;
import org.tarishi.core.spi.QueueStore;
import org.tarishi.core.spi.QueueStoreException;
import org.tarishi.core.spi.QueueStoreException.Reason;
import org.tarishi.core.spi.QueuedMail;
import org.tarishi.core.spi.StoredNote;

/** The store on a real folder: what it keeps, and what it says when it can't. */
@Timeout(120)
final class JournalQueueStoreTest {

    private static final int BODY_BYTES = 2000;

    @TempDir
    Path data;

    private JournalQueueStore open() {
        return open(1000);
    }

    private JournalQueueStore open(int maxMails) {
        var store = new JournalQueueStore(
                data, new Settings(Path.of("queue"), 1 << 20, BODY_BYTES, true, 0, maxMails, 0, 1 << 30));
        store.scanned().toCompletableFuture().join();
        return store;
    }

    private static <T extends @Nullable Object> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static Reason reason(CompletionStage<?> stage) {
        try {
            var result = get(stage);
            throw new AssertionError("it was done: " + result);
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(QueueStoreException.class);
            return ((QueueStoreException) Objects.requireNonNull(e.getCause())).reason();
        }
    }

    private static String text(QueueStore store, long number) throws IOException {
        var content = store.open(number).orElseThrow();
        try (var body = content.openBody(0, content.bodySize())) {
            return new String(content.header(), StandardCharsets.ISO_8859_1)
                    + "\r\n"
                    + new String(body.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aMailIsReadAsItWasQueuedAfterARestartToo() throws Exception {
        var text = "Subject: héllo\r\n folded\r\n\r\n.dot\r\n\0\u00ff\r\n";
        var state = MailState.first(2, Mails.NOW)
                .withPriority(-3)
                .withTlsRequired(true)
                .withHeld("until noon")
                .withFacts(Map.of("delay-told", "1"));
        var message = new NewMessage(
                "c.1",
                ReversePath.parse("<me@sender.example>"),
                TestMessage.of(text),
                Map.of("greylist.seen", new StoredNote(7, new byte[] {1, 2, -3})),
                "smtp",
                Mails.NOW,
                false,
                List.of(new NewMessage.Mail(
                        "c.1.1",
                        "a.example",
                        List.of(Recipient.parse("<you@a.example>"), Recipient.parse("<they@a.example>")),
                        state)));
        long number;
        QueuedMail before;
        try (var store = closing(open())) {
            number = get(store.store().insert(message)).getFirst();
            before = store.store().read(number).orElseThrow();
            assertThat(before.state()).isEqualTo(state.withNotes(message.notes()));
            assertThat(before.recipients()).isEqualTo(message.mails().getFirst().recipients());
        }
        try (var store = closing(open())) {
            assertThat(store.store().read(number)).contains(before);
            assertThat(store.store().find("c.1.1")).contains(number);
            assertThat(store.store().find("c.1.2")).isEmpty();
            assertThat(text(store.store(), number)).isEqualTo(text);
            assertThat(store.store().open(number).orElseThrow().isEightBit()).isTrue();
            assertThat(store.store().stats().held()).isEqualTo(1);
        }
    }

    private record Closing(JournalQueueStore store) implements AutoCloseable {
        @Override
        public void close() {
            store.close();
        }
    }

    private static Closing closing(JournalQueueStore store) {
        return new Closing(store);
    }

    @Test
    void aLargeBodyGetsASecondNameInsteadOfACopyAndGoesWithItsLastMail() throws Exception {
        var file = data.resolve("spooled");
        var text = "Subject: large\r\n\r\n" + "0123456789\r\n".repeat(1000);
        try (var closing = closing(open())) {
            var store = closing.store();
            var message = TestMessage.inFile(file, text);
            var numbers = get(store.insert(Mails.message("c.1", message, "a.example", "b.example")));
            message.close();
            Files.delete(file);

            var bodies = files("bodies");
            assertThat(bodies).hasSize(1);
            assertThat(text(store, numbers.getLast())).isEqualTo(text);
            get(store.remove(numbers.getFirst()));
            assertThat(text(store, numbers.getLast())).isEqualTo(text);
            get(store.remove(numbers.getLast()));
            assertThat(files("bodies")).isEmpty();
            assertThat(store.open(numbers.getLast())).isEmpty();
        }
    }

    private List<Path> files(String folder) throws IOException {
        try (var files = Files.list(data.resolve("queue").resolve(folder))) {
            return files.sorted().toList();
        }
    }

    @Test
    void nobodyElseMayReadTheQueue() throws Exception {
        try (var closing = closing(open())) {
            var text = "Subject: large\r\n\r\n" + "x".repeat(BODY_BYTES * 2) + "\r\n";
            get(closing.store().insert(Mails.message("c.1", TestMessage.of(text), "a.example")));
            try (var all = Files.walk(data.resolve("queue"))) {
                assertThat(all)
                        .hasSizeGreaterThan(5)
                        .allSatisfy(
                                path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                                        .as(path.toString())
                                        .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------"));
            }
        }
    }

    @Test
    void recordsAreWrittenOverZerosOfWhichNoneAreLeftBehind() throws Exception {
        var segment = data.resolve("queue/journal/00000001.segment");
        long number;
        try (var closing = closing(open())) {
            number = Mails.insert(closing.store(), "c.1", "a.example").getFirst();
            assertThat(Files.size(segment)).isEqualTo(1 << 20);
        }
        var bytes = Files.readAllBytes(segment);
        assertThat(bytes).hasSizeLessThan(2000);
        assertThat(bytes[bytes.length - 1]).isEqualTo((byte) '\n');
        try (var closing = closing(open())) {
            assertThat(closing.store().read(number)).isPresent();
        }
    }

    @Test
    void aFolderThatIsInUseIsOpenedWhenItIsFree() {
        var first = open();
        var second = new JournalQueueStore(
                data, new Settings(Path.of("queue"), 1 << 20, BODY_BYTES, true, 0, 1000, 0, 1 << 30));
        try {
            assertThat(reason(second.insert(Mails.message("c.1", TestMessage.of("\r\nx\r\n"), "a.example"))))
                    .isEqualTo(Reason.FAILING);
            assertThat(second.refusal()).contains(Reason.FAILING);
            first.close();
            await().atMost(Duration.ofSeconds(60)).until(() -> second.refusal().isEmpty());
            assertThat(Mails.insert(second, "c.2", "a.example")).hasSize(1);
        } finally {
            second.close();
        }
    }

    @Test
    void aClosedStoreSaysSo() {
        var store = open();
        store.close();
        assertThat(reason(store.insert(Mails.message("c.1", TestMessage.of("\r\nx\r\n"), "a.example"))))
                .isEqualTo(Reason.CLOSED);
        assertThat(Reason.CLOSED.reply().isTransient()).isTrue();
    }

    @Test
    void noMoreMailIsTakenThanMayBeQueued() {
        try (var closing = closing(open(2))) {
            var numbers = Mails.insert(closing.store(), "c.1", "a.example", "b.example");
            assertThat(closing.store().refusal()).contains(Reason.FULL);
            assertThat(reason(closing.store().insert(Mails.message("c.2", TestMessage.of("\r\n"), "a.example"))))
                    .isEqualTo(Reason.FULL);
            get(closing.store().remove(numbers.getFirst()));
            assertThat(Mails.insert(closing.store(), "c.3", "a.example")).hasSize(1);
        }
    }

    @Test
    void noMoreBytesAreTakenThanMayBeQueued() {
        var settings = new Settings(Path.of("queue"), 1 << 20, BODY_BYTES, true, 0, 1000, 100, 1 << 30);
        try (var closing = closing(new JournalQueueStore(data, settings))) {
            var number = Mails.insert(closing.store(), "c.1", "a.example").getFirst();
            assertThat(closing.store().refusal()).isEmpty();
            var large = get(closing.store()
                            .insert(Mails.message("c.2", TestMessage.of("\r\n" + "x".repeat(100)), "a.example")))
                    .getFirst();
            assertThat(closing.store().refusal()).contains(Reason.FULL);
            get(closing.store().remove(number));
            assertThat(closing.store().refusal()).contains(Reason.FULL);
            get(closing.store().remove(large));
            assertThat(closing.store().refusal()).isEmpty();
        }
    }

    @Test
    void aMessageForWhichAnotherGoesIsTakenByAFullQueue() {
        try (var closing = closing(open(1))) {
            Mails.insert(closing.store(), "c.1", "a.example");
            var plain = Mails.message("c.2", TestMessage.of("\r\n"), "a.example");
            assertThat(reason(closing.store().insert(plain))).isEqualTo(Reason.FULL);
            var owed = new NewMessage(
                    "c.3",
                    plain.sender(),
                    plain.message(),
                    plain.notes(),
                    "dsn",
                    plain.queuedAt(),
                    true,
                    plain.mails());
            assertThat(get(closing.store().insert(owed))).hasSize(1);
        }
    }

    @Test
    void aFileIsImportedWithAMailForEachDomain() throws IOException {
        var file = Files.writeString(data.resolve("in.eml"), "Subject: x\n\n.dot\nlast");
        try (var closing = closing(open())) {
            var ids = closing.store()
                    .importMessage(
                            file,
                            ReversePath.parse("<me@b.example>"),
                            List.of(
                                    Recipient.parse("<you@a.example>"),
                                    Recipient.parse("<they@a.example>"),
                                    Recipient.parse("<who@c.example>")));
            assertThat(ids).hasSize(2);
            var mail = closing.store()
                    .read(closing.store().find(ids.getFirst()).orElseThrow())
                    .orElseThrow();
            assertThat(mail.recipients()).hasSize(2);
            assertThat(mail.domain()).isEqualTo("a.example");
            assertThat(mail.sender().toString()).isEqualTo("<me@b.example>");
            var content = closing.store().open(mail.number()).orElseThrow();
            assertThat(new String(content.header(), StandardCharsets.US_ASCII)).isEqualTo("Subject: x\r\n");
            try (var body = content.openBody(0, content.bodySize())) {
                assertThat(body.readAllBytes()).asString().isEqualTo(".dot\r\nlast\r\n");
            }
        }
    }

    @Test
    void aFileIsNotImportedIntoAFullQueueOrWhenItIsNotThere() {
        try (var closing = closing(open(1))) {
            assertThatThrownBy(() -> closing.store()
                            .importMessage(
                                    data.resolve("no.eml"),
                                    ReversePath.NULL,
                                    List.of(Recipient.parse("<you@a.example>"))))
                    .isInstanceOf(IOException.class);
            Mails.insert(closing.store(), "c.1", "a.example");
            assertThatThrownBy(() -> closing.store()
                            .importMessage(
                                    data.resolve("in.eml"),
                                    ReversePath.NULL,
                                    List.of(Recipient.parse("<you@a.example>"))))
                    .isInstanceOf(QueueStoreException.class)
                    .hasMessageContaining("maxMails");
            assertThat(closing.store().fullness()).isEqualTo(100);
        }
    }

    @Test
    void whatIsNotThereCanNotBeChangedAndIsRemovedWithoutAFault() {
        try (var closing = closing(open())) {
            assertThat(reason(closing.store().update(4711, state -> state))).isEqualTo(Reason.GONE);
            get(closing.store().remove(4711));
            long number = Mails.insert(closing.store(), "c.1", "a.example").getFirst();
            var end = closing.store().remove(number);
            assertThat(reason(closing.store().update(number, state -> state))).isEqualTo(Reason.GONE);
            get(end);
        }
    }

    @Test
    void manyChangesAtOnceAreMadeOneAfterTheOther() throws Exception {
        try (var closing = closing(open())) {
            long number = Mails.insert(closing.store(), "c.1", "a.example").getFirst();
            var changes = new ArrayList<CompletionStage<MailState>>();
            for (int i = 0; i < 200; i++) {
                changes.add(closing.store().update(number, state -> state.withFailures(state.failures() + 1)));
            }
            changes.forEach(JournalQueueStoreTest::get);
            assertThat(closing.store().read(number).orElseThrow().state().failures())
                    .isEqualTo(200);
        }
    }

    @Test
    void damageIsToldAndSetAsideAndTheRestIsThere() throws Exception {
        List<Long> numbers;
        try (var closing = closing(open())) {
            Mails.insert(closing.store(), "c.1", "a.example");
            Mails.insert(closing.store(), "c.2", "a.example");
            numbers = Mails.insert(closing.store(), "c.3", "a.example");
            Mails.insert(closing.store(), "c.4", "a.example");
        }
        var segment = files("journal").getFirst();
        var bytes = Files.readAllBytes(segment);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("c.2.1");
        try (var file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(at);
            file.write('X');
        }
        try (var closing = closing(open())) {
            assertThat(closing.store().stats().mails()).isEqualTo(3);
            assertThat(closing.store().stats().damaged()).isEqualTo(1);
            assertThat(files("damaged")).hasSize(1);
            assertThat(text(closing.store(), numbers.getFirst())).contains("body of c.3");
            assertThat(closing.store().verify()).hasSize(1).first().asString().contains("00000001.segment from ");
        }
    }

    @Test
    void aMessageThatLooksLikeARecordIsNone() throws Exception {
        long number;
        String copy;
        try (var closing = closing(open())) {
            Mails.insert(closing.store(), "c.1", "a.example");
            var bytes = Files.readAllBytes(files("journal").getFirst());
            // A whole segment as a body: its records have its secret, and other places.
            copy = "\r\n" + new String(bytes, StandardCharsets.ISO_8859_1);
            number = get(closing.store().insert(Mails.message("c.2", TestMessage.of(copy), "a.example")))
                    .getFirst();
        }
        var segment = files("journal").getFirst();
        int at = new String(Files.readAllBytes(segment), StandardCharsets.ISO_8859_1).indexOf("c.2.1");
        try (var closing = closing(open())) {
            assertThat(text(closing.store(), number)).isEqualTo(copy);
        }
        try (var file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(at);
            file.write('X');
        }
        try (var closing = closing(open())) {
            assertThat(closing.store().stats().mails()).isEqualTo(1);
        }
    }

    @Test
    void doesWhatTheReferenceDoes() throws Exception {
        for (int seed = 0; seed < 3; seed++) {
            var random = new SplittableRandom(seed);
            var reference = new RamQueueStore();
            var folder = data.resolve("run" + seed);
            var settings = new Settings(Path.of("queue"), 1 << 20, 200, false, 0, 1000, 0, 1 << 30);
            var store = new JournalQueueStore(folder, settings);
            var pairs = new ArrayList<long[]>();
            for (int step = 0; step < 300; step++) {
                int what = random.nextInt(20);
                if (what < 8 || pairs.isEmpty()) {
                    var id = "c." + step;
                    var domains =
                            random.nextBoolean() ? new String[] {"a.example"} : new String[] {"a.example", "b.example"};
                    var text = "Subject: x\r\n\r\n" + "y".repeat(random.nextInt(400));
                    var ours = get(store.insert(Mails.message(id, TestMessage.of(text), domains)));
                    var theirs = get(reference.insert(Mails.message(id, TestMessage.of(text), domains)));
                    for (int i = 0; i < domains.length; i++) {
                        pairs.add(new long[] {ours.get(i), theirs.get(i)});
                    }
                } else if (what < 14) {
                    var pair = pairs.get(random.nextInt(pairs.size()));
                    int priority = random.nextInt(-9, 10);
                    var held = random.nextBoolean() ? "why" : null;
                    assertThat(get(store.update(
                                    pair[0],
                                    state -> state.withPriority(priority).withHeld(held))))
                            .isEqualTo(get(reference.update(
                                    pair[1],
                                    state -> state.withPriority(priority).withHeld(held))));
                } else if (what < 19) {
                    var pair = pairs.remove(random.nextInt(pairs.size()));
                    get(store.remove(pair[0]));
                    get(reference.remove(pair[1]));
                } else {
                    store.close();
                    store = new JournalQueueStore(folder, settings);
                    get(store.scanned());
                }
            }
            assertThat(seen(store)).isEqualTo(seen(reference));
            assertThat(store.stats().bytes()).isEqualTo(reference.stats().bytes());
            assertThat(store.stats().held()).isEqualTo(reference.stats().held());
            assertThat(store.stats().oldest()).isEqualTo(reference.stats().oldest());
            store.close();
        }
    }

    /** Everything that can be seen of a store, but numbers. */
    private static Map<String, String> seen(QueueStore store) throws IOException {
        var numbers = new HashMap<Long, String>();
        int position = 0;
        do {
            position = store.visit(position, 7, row -> {
                numbers.put(
                        row.number(),
                        row.domain()
                                + row.sender()
                                + row.queuedAt()
                                + row.due()
                                + row.failures()
                                + row.priority()
                                + row.isHeld()
                                + row.size()
                                + row.pending());
                return row.number() % 3 != 0;
            });
        } while (position >= 0);
        var seen = new TreeMap<String, String>();
        for (var one : numbers.entrySet()) {
            var mail = store.read(one.getKey()).orElseThrow();
            seen.put(
                    mail.id(),
                    one.getValue() + mail.recipients() + mail.state() + mail.sender() + text(store, one.getKey()));
        }
        return seen;
    }

    // ---- import

    private static final String ENVELOPE = """

        \t{"queue_time":1700000000000,"domain":"a.example","rcpt_to":[{"original":"<you@a.example>","original_host":"a.example",\
        "host":"a.example","user":"you"}],"mail_from":{"original":"<me@b.example>","user":"me","host":"b.example"},\
        "notes":{"x":"\\u00e9"},"uuid":"ABC-1.1.2","force_tls":true}
        """;

    private void haraka(Path folder, String name, String envelope, String message) throws IOException {
        var json = envelope.getBytes(StandardCharsets.UTF_8);
        var bytes = new ByteArrayOutputStream();
        new DataOutputStream(bytes).writeInt(json.length);
        bytes.write(json);
        bytes.write(message.getBytes(StandardCharsets.ISO_8859_1));
        Files.createDirectories(folder);
        Files.write(folder.resolve(name), bytes.toByteArray());
    }

    @Test
    void aQueueOfHarakaIsTakenOver() throws Exception {
        var folder = data.resolve("haraka");
        haraka(folder, "1700000000000_1700000600000_3_99_abc123_7_mail\\137x", ENVELOPE, "A: b\r\n\r\n..dot\r\nlast");
        haraka(folder, "__tmp__.1700000000000_1700000600000_3_99_abc123_8_mail", ENVELOPE, "");
        haraka(folder, "1700000000000_1700000600000_3_99_abc123_9_mail", "{", "");
        Files.writeString(folder.resolve("readme"), "none");
        var told = new ArrayList<String>();
        try (var closing = closing(open())) {
            var store = closing.store();
            assertThat(store.importHaraka(folder, told::add)).isEqualTo(1);
            assertThat(told).hasSize(3);
            long number = store.find("ABC-1.1.2").orElseThrow();
            var mail = store.read(number).orElseThrow();
            assertThat(mail.submission()).isEqualTo("ABC-1.1");
            assertThat(mail.sender()).hasToString("<me@b.example>");
            assertThat(mail.recipients()).hasToString("[<you@a.example>]");
            assertThat(mail.domain()).isEqualTo("a.example");
            assertThat(mail.queuedAt()).isEqualTo(Instant.ofEpochMilli(1_700_000_000_000L));
            assertThat(mail.state().due()).isEqualTo(Instant.ofEpochMilli(1_700_000_600_000L));
            assertThat(mail.state().failures()).isEqualTo(3);
            assertThat(mail.state().tlsRequired()).isTrue();
            assertThat(text(store, number)).isEqualTo("A: b\r\n\r\n.dot\r\nlast\r\n");
            assertThat(store.importHaraka(folder, told::add)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1]", "{\"a\":}", "{\"a\":\"\\u12\"}", "{\"a\":nul}", "{} {}"})
    void whatIsNoJsonIsRefused(String text) {
        assertThatThrownBy(() -> JsonReader.object(text)).isInstanceOf(DamagedException.class);
    }
}
