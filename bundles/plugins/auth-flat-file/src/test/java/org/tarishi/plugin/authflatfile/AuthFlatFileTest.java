package org.tarishi.plugin.authflatfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tarishi.api.service.CredentialStore.Verdict.ACCEPTED;
import static org.tarishi.api.service.CredentialStore.Verdict.REJECTED;
import static org.tarishi.api.service.CredentialStore.Verdict.UNKNOWN_USER;
import static org.tarishi.plugin.authflatfile.Fixtures.config;
import static org.tarishi.plugin.authflatfile.Fixtures.password;
import static org.tarishi.plugin.authflatfile.Fixtures.settings;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.service.CredentialStore.Verdict;
import org.tarishi.api.service.LookupException;
import org.tarishi.testing.FakeConnection;

@Timeout(60)
class AuthFlatFileTest {

    private static final String BCRYPT = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

    @TempDir
    Path conf;

    private AuthFlatFile store;

    @BeforeEach
    void make() {
        store = store();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private AuthFlatFile store(String... keysAndValues) {
        return new AuthFlatFile(settings(keysAndValues), conf, Clock.systemUTC());
    }

    private void write(String... lines) throws IOException {
        var file = conf.resolve("users");
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, List.of(lines));
        store.file().refresh();
    }

    private Verdict verify(String user, String password) throws LookupException {
        return store.verify(FakeConnection.from("192.0.2.7"), user, password.toCharArray());
    }

    private void add(String name, String text, boolean plain) throws IOException {
        try (var password = password(text)) {
            var user = store.enrol(name, password, plain);
            store.file().edit(lines -> {
                lines.add(user.line());
                return lines;
            });
        }
    }

    @Test
    void aUserIsKnownByThePasswordAndByNoOther() throws Exception {
        add("ann@a.example", "correct horse", false);

        assertThat(verify("ann@a.example", "correct horse")).isEqualTo(ACCEPTED);
        assertThat(verify("ANN@a.example", "correct horse")).isEqualTo(ACCEPTED);
        assertThat(verify("ann@a.example", "correct horsf")).isEqualTo(REJECTED);
        assertThat(verify("ann@a.example", "")).isEqualTo(REJECTED);
        assertThat(verify("bob@a.example", "correct horse")).isEqualTo(UNKNOWN_USER);
        assertThat(verify("", "correct horse")).isEqualTo(UNKNOWN_USER);
    }

    @Test
    void whatTheClientSentIsLeftToItsOwner() throws Exception {
        add("ann", "correct horse", false);
        var sent = "correct horse".toCharArray();

        var _ = store.verify(FakeConnection.from("192.0.2.7"), "ann", sent);

        assertThat(sent).containsExactly("correct horse".toCharArray());
    }

    @Test
    void aPasswordLongerThanAnyIsRefusedAsAWrongOne() throws Exception {
        add("ann", "x".repeat(Password.LONGEST), false);

        assertThat(verify("ann", "x".repeat(Password.LONGEST))).isEqualTo(ACCEPTED);
        assertThat(verify("ann", "x".repeat(Password.LONGEST + 1))).isEqualTo(REJECTED);
        assertThat(verify("bob", "x".repeat(20_000))).isEqualTo(UNKNOWN_USER);
    }

    @Test
    void whatLooksAlikeIsOnePassword() throws Exception {
        add("ann", "Gr\u00fc\u00dfe\u00a0an alle", false);

        assertThat(verify("ann", "Gru\u0308\u00dfe an alle")).isEqualTo(ACCEPTED);
        assertThat(verify("ann", "Gru\u00dfe an alle")).isEqualTo(REJECTED);
    }

    @Test
    void aDisabledUserIsRefusedAndHasNoSecrets() throws Exception {
        write("ann:!" + BCRYPT + " {PLAIN}U*U");

        assertThat(verify("ann", "U*U")).isEqualTo(REJECTED);
        assertThat(store.secret("ann", "PLAIN")).isEmpty();
    }

    @Test
    void mechanismsFindWhatThereIs() throws Exception {
        assertThat(store.kinds()).containsExactly("PASSWORD");

        add("ann", "correct horse", false);
        add("bob", "battery staple", true);

        assertThat(store.kinds()).containsExactlyInAnyOrder("PASSWORD", "SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN");
        assertThat(store.secret("ann", "SCRAM-SHA-256").orElseThrow())
                .asString()
                .matches("SCRAM-SHA-256\\$4096:[A-Za-z0-9+/]{22}==\\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=");
        assertThat(store.secret("Ann", "SCRAM-SHA-1")).isPresent();
        assertThat(store.secret("ann", "PLAIN")).isEmpty();
        assertThat(store.secret("bob", "PLAIN").orElseThrow()).asString().isEqualTo("battery staple");
        assertThat(store.secret("nobody", "SCRAM-SHA-256")).isEmpty();
        assertThat(store.secret("ann", "SCRAM-SHA-512")).isEmpty();
    }

    @Test
    void withoutScramNoVerifierIsMade() throws Exception {
        store = store("scram", "SCRAM-SHA-256");
        add("ann", "correct horse", false);
        assertThat(store.secret("ann", "SCRAM-SHA-1")).isEmpty();
        assertThat(store.secret("ann", "SCRAM-SHA-256")).isPresent();
    }

    @Test
    void aFileThatCannotBeReadSaysNothingOfAnybody() throws Exception {
        Files.createDirectory(conf.resolve("users"));
        store = store();

        assertThatThrownBy(() -> verify("ann", "U*U")).isInstanceOf(LookupException.class);
        assertThatThrownBy(() -> store.secret("ann", "PLAIN")).isInstanceOf(LookupException.class);
        assertThat(store.kinds()).containsExactly("PASSWORD");
    }

    @Test
    void passwordsInPlainTextAreToldOnceForEachReading() throws Exception {
        try (var log = new Log()) {
            write("ann:{PLAIN}correct-horse", "bob:" + BCRYPT, "cy:{PLAIN}battery-staple");
            store.file().refresh();

            assertThat(log.lines("WARN"))
                    .containsExactly(conf.resolve("users")
                            + " holds passwords in plain text, which CRAM-MD5 alone needs, of: ann, cy");
        }
    }

    @Test
    void aBadFileIsToldOnceAndNothingOfASecretInIt() throws Exception {
        write("ann:" + BCRYPT);
        try (var log = new Log()) {
            write("ann:" + BCRYPT, "bob:hunter2");
            store.file().refresh();
            write("ann:" + BCRYPT);

            assertThat(log.lines("INFO"))
                    .containsExactly(
                            conf.resolve("users")
                                    + ": line 2: no hash in modular crypt or PHC form; what was read before"
                                    + " stays in force, until the file is mended",
                            conf.resolve("users") + " is read again, 1 users");
        }
    }

    /** Whoever asks learns nothing by the time: the same work is done. It is measured as processor time, which a busy machine leaves alone. */
    @Test
    void anUnknownUserAndOneWithoutAHashCostAsMuchAsAKnownOne() throws Exception {
        store = store("hash", "argon2id:m=8192,t=4,p=1", "hashThreads", "1");
        add("ann", "correct horse", false);
        write(Files.readAllLines(conf.resolve("users")).getFirst(), "bob:{PLAIN}hunter2");

        long known = least("ann", "wrong");
        long unknown = least("nobody", "wrong");
        long plain = least("bob", "wrong");
        long tooLong = least("ann", "x".repeat(1000));

        assertThat(List.of(unknown, plain, tooLong))
                .allMatch(time -> time > known / 3, "more than a third of " + known);
    }

    private long least(String user, String password) throws LookupException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = hashing();
            var _ = verify(user, password);
            least = Math.min(least, hashing() - before);
        }
        return least;
    }

    /** The processor time that all threads that hash have taken. */
    private static long hashing() {
        var threads = ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long id : threads.getAllThreadIds()) {
            var info = threads.getThreadInfo(id);
            if (info != null && info.getThreadName().startsWith("password hash ")) {
                sum += Math.max(0, threads.getThreadCpuTime(id));
            }
        }
        return sum;
    }

    @Test
    void otherSettingsAreTakenWithoutAGapAndBadOnesLeaveTheOld() throws Exception {
        add("ann", "correct horse", false);

        assertThatThrownBy(() -> store.modified(config("hash", "md5"))).isInstanceOf(InvalidSettingException.class);
        assertThat(verify("ann", "correct horse")).isEqualTo(ACCEPTED);

        store.modified(config("letterCase", "keep", "hashThreads", "1", "hashWait", "PT24S"));
        assertThat(verify("ann", "correct horse")).isEqualTo(ACCEPTED);
        assertThat(verify("Ann", "correct horse")).isEqualTo(UNKNOWN_USER);

        store.modified(config("file", "others"));
        assertThat(verify("ann", "correct horse")).isEqualTo(UNKNOWN_USER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\u0007bcdefgh", "\u0627abcdefgh", "TOO LONG"})
    void aPasswordThatNobodyCouldTypeIsNotTaken(String text) {
        try (var password = password(text.equals("TOO LONG") ? "x".repeat(Password.LONGEST + 1) : text)) {
            assertThatThrownBy(() -> store.enrol("ann", password, false)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void bcryptGetsNoPasswordThatItWouldCut() {
        store = store("hash", "bcrypt:cost=10");
        try (var password = password("x".repeat(73))) {
            assertThatThrownBy(() -> store.enrol("ann", password, false)).hasMessageContaining("72");
        }
    }

    @Test
    void aWeakHashIsMadeAnewAtALoginWhereThatIsWanted() throws Exception {
        store = store("rehash", "true");
        write("# who", "ann:{BLF-CRYPT}" + BCRYPT, "bob:" + BCRYPT);
        try (var log = new Log()) {
            assertThat(verify("ann", "U*V")).isEqualTo(REJECTED);
            assertThat(verify("ann", "U*U")).isEqualTo(ACCEPTED);

            while (log.lines("INFO").isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(log.lines("INFO")).containsExactly("ann: the hash is made anew, argon2id m=64,t=1,p=1");
        }
        assertThat(Files.readAllLines(conf.resolve("users")))
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("# who"),
                        line -> assertThat(line).startsWith("ann:{ARGON2ID}$argon2id$v=19$m=64,t=1,p=1$"),
                        line -> assertThat(line).isEqualTo("bob:" + BCRYPT));
        assertThat(verify("ann", "U*U")).isEqualTo(ACCEPTED);
    }

    @Test
    void withoutThatAWeakHashStays() throws Exception {
        write("ann:" + BCRYPT);

        assertThat(verify("ann", "U*U")).isEqualTo(ACCEPTED);

        assertThat(Files.readAllLines(conf.resolve("users"))).containsExactly("ann:" + BCRYPT);
    }

    /** Wrong passwords, however many come at once, take no more memory and threads than settings say, and honest users are served after. */
    @Test
    void aFloodOfWrongPasswordsIsBounded() throws Exception {
        store = store("hash", "argon2id:m=4096,t=2,p=1", "hashThreads", "1", "hashQueue", "4", "hashWait", "PT20S");
        add("ann", "correct horse", false);
        var answers = new java.util.concurrent.ConcurrentLinkedQueue<String>();
        var threads = new java.util.ArrayList<Thread>();
        for (int i = 0; i < 50; i++) {
            threads.add(Thread.startVirtualThread(() -> {
                try {
                    answers.add(verify("ann", "wrong").name());
                } catch (LookupException e) {
                    answers.add("later");
                }
            }));
        }
        for (var thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(50))).isTrue();
        }

        assertThat(answers).hasSize(50).contains("REJECTED", "later").doesNotContain("ACCEPTED");
        assertThat(verify("ann", "correct horse")).isEqualTo(ACCEPTED);
    }
}
