package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.itests.harness.PluginJar;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** Other people's programs authenticate and send with every mechanism that they know, and nothing of it is left on the disk. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AuthTest {

    private static final String ANN = "ann@example.com";
    private static final String PASSWORD = "Xk9-jambo-7QzWv";
    private static final String TOKEN = "ya29.tarishi-token-4c1d77e0b2";
    private static final String WRONG = "Wr0ng-asante-55Tq";

    private Path root;
    private Instance instance;
    private Debian debian;
    private Path message;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        root = folder;
        debian = new Debian(root.resolve("accounts"));
        message = Files.write(root.resolve("message"), """
                From: ann@example.com
                To: user@example.com
                Subject: a test
                Date: Fri, 20 Nov 2026 12:00:00 +0000
                Message-ID: <1@client.example>

                Jambo.
                """.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
        instance = withUsers(Instance.in(root.resolve("base"))
                .optimised()
                .set("org.tarishi.core.server", "authFailures", "1000")
                .set("org.tarishi.core.server", "authFailuresOfUser", "0")
                .set("org.tarishi.logging", "level.org.tarishi", "TRACE"));
    }

    /** Lets clients of this machine authenticate without TLS; their mail goes to our own domains as that of others does. */
    private static Instance withUsers(Instance made) throws Exception {
        made.environment("TARISHI_TEST_PASSWORD", PASSWORD)
                .environment("TARISHI_TEST_TOKEN", TOKEN)
                .set("org.tarishi.core.server", "authWithoutTls", "[ \"127.0.0.0/8\" ]")
                .set("org.tarishi.core.server", "authRelays", "false")
                .set("org.tarishi.core.server", "authDelay", "PT0S")
                .start();
        var installed = made.cli("plugin", "install", Setup.plugin("users").toString());
        assertThat(installed.code()).as(installed.out()).isZero();
        return made;
    }

    @AfterAll
    void stop() throws Exception {
        instance.close();
    }

    static Stream<Arguments> eachMechanismOfEachClient() {
        return Stream.of(AuthClient.values())
                .flatMap(client ->
                        client.mechanisms().stream().sorted().map(mechanism -> Arguments.of(client, mechanism)));
    }

    private AuthClient.Login login(String mechanism, String recipient, boolean isRight) {
        boolean isToken = mechanism.equals("OAUTHBEARER") || mechanism.equals("XOAUTH2");
        var secret = isRight ? isToken ? TOKEN : PASSWORD : WRONG;
        return new AuthClient.Login(instance.smtpPort(), mechanism, ANN, secret, recipient + "@example.com");
    }

    private Commands.Result run(AuthClient client, AuthClient.Login login) throws Exception {
        var line = client.line(login, message);
        return Commands.run(Map.of(), client.isUnpacked() ? debian.line(line) : line);
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("eachMechanismOfEachClient")
    void aClientAuthenticatesAndSends(AuthClient client, String mechanism) throws Exception {
        var user = (client + "-" + mechanism).toLowerCase(Locale.ROOT);
        long before = instance.log().length();

        var result = run(client, login(mechanism, user, true));

        assertThat(result.code()).as(result.out()).isZero();
        var stored = Files.readString(
                instance.maildir("example.com", user).messages().getFirst(), StandardCharsets.ISO_8859_1);
        assertThat(stored)
                .contains("with ESMTPA id ")
                .contains("auth=pass (" + mechanism.toLowerCase(Locale.ROOT) + ") smtp.auth=" + ANN);
        assertThat(instance.logged(before, "authenticated user=" + ANN, "mechanism=" + mechanism))
                .hasSize(1);
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("eachMechanismOfEachClient")
    void aClientWithAWrongSecretIsRefused(AuthClient client, String mechanism) throws Exception {
        var user = "not-" + (client + "-" + mechanism).toLowerCase(Locale.ROOT);

        var result = run(client, login(mechanism, user, false));

        if (client.tellsFailure()) {
            assertThat(result.code()).as(result.out()).isNotZero();
        }
        assertThat(instance.base().resolve("data/maildir/example.com").resolve(user))
                .doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN", "XOAUTH2"})
    void angusMailAuthenticatesAndSends(String mechanism) throws Exception {
        var user = "angus-" + mechanism.toLowerCase(Locale.ROOT);
        send(mechanism, mechanism.equals("XOAUTH2") ? TOKEN : PASSWORD, user);
        assertThat(instance.maildir("example.com", user).messages()).hasSize(1);
        assertThatThrownBy(() -> send(mechanism, WRONG, user)).isInstanceOf(AuthenticationFailedException.class);
        assertThat(instance.maildir("example.com", user).messages()).hasSize(1);
    }

    private void send(String mechanism, String secret, String recipient) throws MessagingException, IOException {
        var properties = new Properties();
        properties.put("mail.smtp.auth", "true");
        properties.put("mail.smtp.auth.mechanisms", mechanism);
        properties.put("mail.smtp.localhost", "client.example");
        var session = Session.getInstance(properties);
        try (var transport = session.getTransport("smtp")) {
            transport.connect("127.0.0.1", instance.smtpPort(), ANN, secret);
            transport.sendMessage(
                    new MimeMessage(session, new ByteArrayInputStream(Files.readAllBytes(message))),
                    new InternetAddress[] {new InternetAddress(recipient + "@example.com")});
        }
    }

    @Test
    void aStoreThatIsReplacedInTheMidstOfAnExchangeFinishesIt() throws Exception {
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            dialog.send("AUTH LOGIN").expect("334 ");
            var newer = new PluginJar(Setup.plugin("users"))
                    .header("Bundle-Version", "9.0.0")
                    .write(root.resolve("users-9.jar"));
            var installed = instance.cli("plugin", "install", newer.toString());
            assertThat(installed.code()).as(installed.out()).isZero();
            dialog.send(base64(ANN)).expect("334 ").send(base64(PASSWORD)).expect("235 2.7.0");
        }
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            dialog.send("AUTH PLAIN " + base64("\0" + ANN + "\0" + PASSWORD)).expect("235 2.7.0");
        }
    }

    @Test
    void withoutTlsNobodyIsOfferedAuthUnlessTheSettingSaysSo() throws Exception {
        try (var strict = Instance.in(root.resolve("strict")).start()) {
            var installed =
                    strict.cli("plugin", "install", Setup.plugin("users").toString());
            assertThat(installed.code()).as(installed.out()).isZero();
            try (var dialog = new SmtpDialog(strict.smtpPort())) {
                dialog.expect("220 ").send("EHLO client.example");
                assertThat(dialog.reply()).doesNotContain("AUTH");
                dialog.send("AUTH PLAIN " + base64("\0" + ANN + "\0" + PASSWORD))
                        .expect("538 5.7.11");
            }
        }
    }

    /**
     * Several connections try at once, and one is honest beside them. Half of the wrong names are nobody's: each costs a hash of
     * auth-flat-file, here one that is quick, for it is about their number. {@code -Dwrong=100000 -DwrongHash=argon2id} is the long form,
     * which takes the better part of an hour.
     */
    @Test
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    void wrongPasswordsFillNeitherMemoryNorLogAndSlowNobodyElse() throws Exception {
        int most = Setup.wrong();
        try (var attacked = withUsers(Instance.in(root.resolve("attacked"))
                .optimised()
                .set("org.tarishi.core.server", "authFailures", "1000")
                .set(Instance.USERS, "hash", Setup.wrongHash()))) {
            login(attacked);
            long heap = attacked.heap();
            long log = attacked.log().length();
            long began = System.nanoTime();
            var left = new AtomicInteger(most);
            var honest = new ArrayList<Long>();
            try (var attackers = Executors.newVirtualThreadPerTaskExecutor()) {
                var tries = Stream.generate(() -> attackers.submit(() -> attack(attacked, left)))
                        .limit(ATTACKERS)
                        .toList();
                do {
                    long begin = System.nanoTime();
                    login(attacked);
                    honest.add(System.nanoTime() - begin);
                } while (left.get() > 0);
                for (var each : tries) {
                    each.get();
                }
            }
            long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
            honest.sort(null);
            var grown = attacked.heap() - heap;
            var said = attacked.log().length() - log;
            System.out.printf(
                    "%d wrong passwords in %d s; %d honest logins with a message each beside them, half within %d ms, all within %d ms;"
                            + " heap %+d KiB, log %d KiB%n",
                    most,
                    seconds,
                    honest.size(),
                    honest.get(honest.size() / 2) / 1_000_000,
                    honest.getLast() / 1_000_000,
                    grown >> 10,
                    said >> 10);
            assertThat(honest.getLast()).isLessThan(5_000_000_000L);
            assertThat(grown).isLessThan(16 << 20);
            // 60 lines a minute, whatever comes, and some for each honest login
            assertThat(attacked.logged(log, "authentication failed").size())
                    .isLessThan((int) (60 * (seconds / 60 + 2)));
            assertThat(said).isLessThan(100_000 + 400 * 60 * (seconds / 60 + 2) + 2_000L * honest.size());
        }
    }

    private static final int ATTACKERS = 8;

    private static @Nullable Void attack(Instance attacked, AtomicInteger left) throws IOException {
        while (left.get() > 0) {
            try (var dialog = SmtpDialog.hello(attacked.smtpPort())) {
                for (int i = 0; i < 499; i++) {
                    int one = left.getAndDecrement();
                    if (one <= 0) {
                        return null;
                    }
                    // half of them for the one who is there
                    var user = one % 2 == 0 ? ANN : "user" + one + "@example.com";
                    dialog.send("AUTH PLAIN " + base64("\0" + user + "\0" + WRONG));
                    assertThat(dialog.reply()).matches("(535 5\\.7\\.8|454 4\\.7\\.0) .*");
                }
            }
        }
        return null;
    }

    /** Where the user has authenticated before, she still may. */
    private static void login(Instance where) throws IOException {
        try (var dialog = SmtpDialog.hello(where.smtpPort())) {
            dialog.send("AUTH PLAIN " + base64("\0" + ANN + "\0" + PASSWORD)).expect("235 2.7.0");
            assertThat(dialog.transact(
                            ANN, "user@example.com", TestMail.of("honest", 10).bytes()))
                    .startsWith("250 ");
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void noPasswordAndNoTokenIsOnTheDiskBehindAllThatAtTrace() throws Exception {
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            // what some clients send behind a refusal, and typing errors
            dialog.send("AUTH NOSUCH").expect("504").send(base64(PASSWORD)).expect("500");
            dialog.send(PASSWORD).expect("500").send("NOOP").expect("250");
            dialog.send("AUTH PLAIN" + base64(PASSWORD)).expect("504");
            dialog.send("AUTH PLAIN " + PASSWORD).expect("501");
            dialog.send("AUTH LOGIN").expect("334").send(PASSWORD).expect("501");
        }
        // One that stays in the queue: nobody tells where it has to go.
        instance.configure("org.tarishi.core.server", "authRelays=true");
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            dialog.send("AUTH LOGIN").expect("334 ").send(base64(ANN)).expect("334 ");
            dialog.send(base64(PASSWORD)).expect("235 2.7.0");
            assertThat(dialog.transact(
                            ANN,
                            "user@elsewhere.example",
                            TestMail.of("queued", 10).bytes()))
                    .startsWith("250 ");
        }
        instance.stop();
        var needles = new ArrayList<String>();
        for (var secret : List.of(PASSWORD, TOKEN, WRONG)) {
            needles.add(secret);
            for (int shift = 0; shift < 3; shift++) {
                needles.add(middleOfBase64(secret, shift));
            }
        }
        var log = instance.log();
        assertThat(log).contains(" TRACE ").contains("C: AUTH PLAIN (hidden)");
        // The instance with its queue, journals and logs, the others of this class, and all that they have printed.
        try (var files = Files.walk(root)) {
            var all = files.filter(Files::isRegularFile).toList();
            assertThat(all)
                    .anyMatch(file ->
                            file.startsWith(instance.base().resolve("data/queue")) && holds(file, "elsewhere.example"))
                    .noneMatch(file -> file.toString().endsWith(".gz"));
            for (var file : all) {
                for (var needle : needles) {
                    assertThat(holds(file, needle)).as(needle + " in " + file).isFalse();
                }
            }
        }
    }

    private static boolean holds(Path file, String text) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What stands in any base64 of a text that begins so many octets behind a group, but for the ends, which depend on what is around. */
    private static String middleOfBase64(String text, int shift) {
        var encoded = base64("x".repeat(shift) + text);
        return encoded.substring(4, encoded.length() - 4);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
