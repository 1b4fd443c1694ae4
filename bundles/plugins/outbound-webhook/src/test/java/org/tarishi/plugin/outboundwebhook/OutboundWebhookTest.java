package org.tarishi.plugin.outboundwebhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.MailHost;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.outbound.BounceDecision;
import org.tarishi.api.outbound.Deferral;
import org.tarishi.api.outbound.Delivered;
import org.tarishi.api.outbound.Failure;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.RecipientFailure;
import org.tarishi.api.outbound.RetryDecision;
import org.tarishi.api.outbound.Route;
import org.tarishi.testing.FakeConfiguration;
import org.tarishi.testing.FakeTables;

@Timeout(60)
class OutboundWebhookTest {

    private static final Reply TAKEN = Reply.of(250, new EnhancedStatus(2, 0, 0), "queued as \"4711\"");
    private static final Reply NO = Reply.of(550, new EnhancedStatus(5, 1, 1), "no such user");

    private final FakeTables tables = new FakeTables();
    private final List<OutboundWebhook> plugins = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Receiver receiver;

    @TempDir
    Path folder;

    OutboundWebhookTest() throws IOException {
        receiver = new Receiver();
    }

    @BeforeEach
    void makeConf() throws IOException {
        Files.createDirectory(folder.resolve("conf"));
    }

    @AfterEach
    void stop() throws Exception {
        for (var plugin : plugins) {
            plugin.deactivate();
        }
        receiver.close();
    }

    private Map<String, Object> settings(Map<String, Object> values) {
        var all = new HashMap<String, Object>(Map.of("url", receiver.url(), "batchWait", "PT0S"));
        all.putAll(values);
        return all;
    }

    private OutboundWebhook plugin(Map<String, Object> values) {
        var plugin = new OutboundWebhook(
                new Settings(FakeConfiguration.of(Config.class, settings(values))),
                tables,
                folder.resolve("conf"),
                folder.resolve("spool"),
                () -> now,
                new Random(1));
        plugins.add(plugin);
        return plugin;
    }

    private static <T> T fake(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            var answer = answers.get(method.getName());
            if (answer == null) {
                throw new UnsupportedOperationException(method.toString());
            }
            return answer;
        }));
    }

    private static OutboundMail mail(String domain) {
        return fake(
                OutboundMail.class,
                Map.of(
                        "id", "ID.1.1",
                        "sender", ReversePath.parse("<s@example.org>"),
                        "domain", MailHost.parse(domain),
                        "user", Optional.of("ann"),
                        "failures", 2));
    }

    private static void deliver(OutboundWebhook plugin, String... recipients) {
        for (var recipient : recipients) {
            var parsed = Recipient.parse("<" + recipient + ">");
            plugin.delivered(
                    mail(parsed.mailbox().host().ascii()),
                    fake(
                            Delivered.class,
                            Map.of(
                                    "host",
                                    "mx.example",
                                    "address",
                                    Optional.empty(),
                                    "port",
                                    25,
                                    "mode",
                                    "smtp",
                                    "response",
                                    TAKEN,
                                    "delay",
                                    Duration.ofSeconds(3),
                                    "recipients",
                                    List.of(parsed),
                                    "isSecured",
                                    true,
                                    "isAuthenticated",
                                    false)));
        }
    }

    private static RecipientFailure failure(String recipient) {
        return fake(RecipientFailure.class, Map.of("recipient", Recipient.parse("<" + recipient + ">"), "reply", NO));
    }

    private List<String> recipients() {
        return receiver.posts().stream()
                .flatMap(post -> post.recipients().stream())
                .toList();
    }

    // What is posted

    @Test
    void eventsArePostedInOneBatchWithWhatIsKnownOfThem() throws Exception {
        var plugin = plugin(Map.of());
        deliver(plugin, "a@e.example");
        assertThat(plugin.onDeferred(
                        mail("e.example"),
                        fake(
                                Deferral.class,
                                Map.of(
                                        "delay", Duration.ofMinutes(1),
                                        "error", "later",
                                        "recipients", List.of(failure("b@e.example")),
                                        "route", Optional.of(Route.to("mx.example", 25))))))
                .isEqualTo(RetryDecision.onSchedule());
        assertThat(plugin.onBounce(
                        mail("e.example"),
                        fake(
                                Failure.class,
                                Map.of(
                                        "error", "no such user",
                                        "bounced", List.of(failure("c@e.example")),
                                        "deferred", List.of(failure("d@e.example")),
                                        "route", Optional.empty()))))
                .isEqualTo(BounceDecision.notifySender());

        assertThat(plugin.step()).isZero();
        assertThat(receiver.posts()).singleElement().satisfies(post -> {
            assertThat(post.kinds()).containsExactly("delivered", "deferred", "bounced", "bounced");
            assertThat(post.ids()).doesNotHaveDuplicates();
            assertThat(post.headers().getFirst("Content-Type")).isEqualTo("application/json");
            assertThat(post.body())
                    .contains("\"time\":\"2026-01-01T00:00:00Z\",\"mail\":\"ID.1.1\",\"sender\":\"s@example.org\"")
                    .contains("\"user\":\"ann\",\"failures\":2,\"recipient\":\"a@e.example\",\"host\":\"mx.example\"")
                    .contains("\"reply\":{\"code\":250,\"status\":\"2.0.0\",\"text\":\"queued as \\\"4711\\\"\"}}")
                    .contains("\"againMillis\":60000")
                    .contains("\"recipient\":\"d@e.example\"", "\"givenUp\":true");
        });
        assertThat(plugin.step()).isEqualTo(Sender.IDLE);
    }

    @Test
    void whatIsNotAsciiIsEscaped() throws Exception {
        var plugin = plugin(Map.of());
        deliver(plugin, "möwe@e.example");
        plugin.step();
        assertThat(receiver.posts().getFirst().body()).contains("\"recipient\":\"m\\u00f6we@e.example\"");
    }

    @Test
    void onlyWhatIsWantedIsKept() throws Exception {
        tables.with("file:d", "want.example");
        var plugin = plugin(Map.of("events", new String[] {"delivered"}, "domains", new String[] {"file:d"}));
        deliver(plugin, "a@want.example", "b@other.example");
        plugin.onBounce(mail("want.example"), fake(Failure.class, Map.of()));
        tables.without("file:d");
        deliver(plugin, "c@untold.example");
        plugin.step();

        assertThat(recipients()).containsExactly("a@want.example", "c@untold.example");
    }

    @Test
    void withoutAUrlNothingIsKept() throws Exception {
        var plugin = plugin(Map.of("url", ""));
        deliver(plugin, "a@e.example");
        assertThat(plugin.step()).isEqualTo(Sender.IDLE);
        assertThat(folder.resolve("spool")).doesNotExist();
    }

    @Test
    void postsAreSignedAndNameTheirSender() throws Exception {
        Files.writeString(folder.resolve("conf/key"), "geheim\n");
        Files.writeString(folder.resolve("conf/auth"), "Bearer token\n");
        var plugin = plugin(Map.of("secretFile", "key", "authorizationFile", "auth"));
        deliver(plugin, "a@e.example");
        plugin.step();

        var post = receiver.posts().getFirst();
        assertThat(post.headers().getFirst("Authorization")).isEqualTo("Bearer token");
        assertThat(post.headers().getFirst("X-Tarishi-Timestamp")).isEqualTo("1767225600");
        assertThat(post.headers().getFirst("X-Tarishi-Signature"))
                .isEqualTo("sha256="
                        + Post.signature("geheim", "1767225600", post.body().getBytes(StandardCharsets.UTF_8)));
    }

    /** What any HMAC-SHA-256 makes of "1." and "what do ya want for nothing?" with RFC 4231's second key. */
    @Test
    void theSignatureIsThatOfTheTimeADotAndTheBody() throws Exception {
        var body = "what do ya want for nothing?".getBytes(StandardCharsets.US_ASCII);
        assertThat(Post.signature("Jefe", "1", body))
                .isEqualTo("a9049465ce89cfb8e9aac62333abda66f80e3403f51f57f6bae3c3a4485eca38");
    }

    @Test
    void withoutItsSecretNothingIsPosted() throws Exception {
        var plugin = plugin(Map.of("secretFile", "absent"));
        deliver(plugin, "a@e.example");
        assertThat(plugin.step()).isPositive();
        assertThat(receiver.posts()).isEmpty();

        Files.writeString(folder.resolve("conf/absent"), "there now");
        plugin.step();
        assertThat(recipients()).containsExactly("a@e.example");
    }

    @Test
    void aPostThatIsNotFullWaitsForMore() throws Exception {
        var plugin = plugin(Map.of("batchWait", "PT10S", "batchSize", 3));
        deliver(plugin, "a@e.example");
        assertThat(plugin.step()).isZero();
        deliver(plugin, "b@e.example");
        assertThat(plugin.step()).isEqualTo(Duration.ofSeconds(10));
        deliver(plugin, "c@e.example", "d@e.example");
        assertThat(plugin.step()).isZero();
        deliver(plugin, "e@e.example");
        now = now.plusSeconds(10);
        assertThat(plugin.step()).isZero();

        assertThat(receiver.posts()).extracting(post -> post.kinds().size()).containsExactly(1, 3, 1);
    }

    // What goes wrong

    @Test
    void whatIsNotTakenIsPostedAgainAfterLongerAndLongerWaits() throws Exception {
        receiver.answers(500, 302, 404, 429);
        var plugin = plugin(Map.of("retry", "PT10S", "longestRetry", "PT35S"));
        deliver(plugin, "a@e.example");

        assertThat(plugin.step()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(11));
        assertThat(plugin.step()).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(22));
        assertThat(plugin.step()).isBetween(Duration.ofSeconds(35), Duration.ofSeconds(39));
        assertThat(plugin.step()).isBetween(Duration.ofSeconds(35), Duration.ofSeconds(39));
        assertThat(plugin.step()).isZero();
        assertThat(plugin.step()).isEqualTo(Sender.IDLE);
        assertThat(receiver.posts())
                .hasSize(5)
                .allMatch(post -> post.ids().equals(receiver.posts().getFirst().ids()));
    }

    @Test
    void aServerThatIsNotThereIsWaitedFor() throws Exception {
        var gone = new Receiver();
        gone.close();
        var plugin = plugin(Map.of("url", gone.url()));
        deliver(plugin, "a@e.example");
        assertThat(plugin.step()).isPositive();

        plugin.modified(FakeConfiguration.of(Config.class, settings(Map.of())));
        assertThat(plugin.step()).isZero();
        assertThat(recipients()).containsExactly("a@e.example");
    }

    @Test
    void theServerMaySayHowLongToWait() throws Exception {
        receiver.answers(503).field("Retry-After", "100");
        var plugin = plugin(Map.of());
        deliver(plugin, "a@e.example");
        assertThat(plugin.step()).isBetween(Duration.ofSeconds(100), Duration.ofSeconds(110));
    }

    @Test
    void anEventThatCannotBeTakenHoldsUpNoOther() throws Exception {
        receiver.refusing("b@e.example");
        var plugin = plugin(Map.of());
        deliver(plugin, "a@e.example", "b@e.example", "c@e.example", "d@e.example");
        while (plugin.step().isZero()) {
            // until there is nothing left
        }

        assertThat(receiver.posts().stream()
                        .filter(post -> !post.recipients().contains("b@e.example"))
                        .flatMap(post -> post.recipients().stream()))
                .containsExactly("a@e.example", "c@e.example", "d@e.example");
    }

    // What survives

    @Test
    void whatWasNotPostedIsPostedByTheNextRun() throws Exception {
        receiver.answers(204, 500);
        var first = plugin(Map.of("batchSize", 2));
        deliver(first, "a@e.example", "b@e.example", "c@e.example");
        assertThat(first.step()).isZero();
        assertThat(first.step()).isPositive();
        first.deactivate();

        now = now.plusSeconds(1);
        var second = plugin(Map.of());
        deliver(second, "d@e.example");
        while (second.step().isZero()) {
            // all of it
        }
        assertThat(recipients())
                .containsExactly("a@e.example", "b@e.example", "c@e.example", "c@e.example", "d@e.example");
    }

    @Test
    void whatAKilledProcessLeftIsPostedButForHalfALine() throws Exception {
        var spool = Files.createDirectory(folder.resolve("spool"));
        Files.writeString(
                spool.resolve("1000000000000-00000-deadbeef.open"),
                "{\"id\":\"1\",\"event\":\"delivered\",\"recipient\":\"a@e.example\"}\n{\"id\":\"2\",\"ev");
        var plugin = plugin(Map.of());
        while (plugin.step().isZero()) {
            // all of it
        }

        assertThat(recipients()).containsExactly("a@e.example");
        assertThat(receiver.posts()).hasSize(1);
        try (var left = Files.list(spool)) {
            assertThat(left.map(file -> file.getFileName().toString())).containsExactly("lock");
        }
    }

    @Test
    void whileAVersionIsReplacedBothWriteAndOneReads() throws Exception {
        var old = plugin(Map.of());
        deliver(old, "a@e.example");
        assertThat(old.step()).isZero();
        var fresh = plugin(Map.of());
        deliver(fresh, "b@e.example");
        deliver(old, "c@e.example");

        assertThat(fresh.step()).isEqualTo(Sender.IDLE);
        assertThat(old.step()).isZero();
        old.deactivate();
        while (fresh.step().isZero()) {
            // what the old one has left
        }
        assertThat(recipients()).containsExactlyInAnyOrder("a@e.example", "b@e.example", "c@e.example");
    }

    @Test
    void filesAreTheOwnersAloneAndGoWhenTheyWerePosted() throws Exception {
        var plugin = plugin(Map.of());
        deliver(plugin, "a@e.example");
        try (var files = Files.list(folder.resolve("spool"))) {
            assertThat(files.map(Files::isRegularFile)).containsOnly(true);
        }
        assertThat(Files.getPosixFilePermissions(folder.resolve("spool"))).hasSize(3);
        plugin.step();
        plugin.deactivate();
        var next = plugin(Map.of());
        next.step();
        try (var files = Files.list(folder.resolve("spool"))) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("lock");
        }
    }

    // Room

    @Test
    void theOldestEventsMakeRoomForNewOnes() throws Exception {
        assertThat(kept("oldest")).last().isEqualTo(9999);
    }

    @Test
    void orNewOnesAreNotTaken() throws Exception {
        var kept = kept("newest");
        assertThat(kept).first().isEqualTo(0);
        assertThat(kept).last().isNotEqualTo(9999);
    }

    /** What is there of 10,000 events, for which there is no room, by number. */
    private List<Integer> kept(String whenFull) throws Exception {
        var plugin = plugin(Map.of("spoolBytes", 1L << 20, "whenFull", whenFull, "batchSize", 1000));
        for (int i = 0; i < 10_000; i++) {
            deliver(plugin, "u" + i + "@e.example");
        }
        long bytes = 0;
        try (var files = Files.list(folder.resolve("spool"))) {
            for (var file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        assertThat(bytes).isBetween(1L << 19, 1L << 20);
        while (plugin.step().isZero()) {
            // all of it
        }
        var numbers = recipients().stream()
                .map(recipient -> Integer.valueOf(recipient.substring(1, recipient.indexOf('@'))))
                .toList();
        assertThat(numbers).isSorted().hasSizeBetween(1000, 5000);
        return numbers;
    }

    // HTTPS

    @Test
    void aCertificateIsTrustedByTheAuthoritiesThatAreNamedAndByNoOther() throws Exception {
        var store = folder.resolve("store.p12");
        keytool(
                "-genkeypair",
                "-alias",
                "web",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit");
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                "web",
                "-file",
                folder.resolve("conf/ca.pem").toString(),
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit");
        var keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        var managers = KeyManagerFactory.getInstance("SunX509");
        managers.init(keys, "changeit".toCharArray());
        var tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        receiver.close();
        receiver = new Receiver(tls);

        var plugin = plugin(Map.of());
        deliver(plugin, "a@e.example");
        assertThat(plugin.step()).isPositive();
        assertThat(receiver.posts()).isEmpty();

        plugin.modified(FakeConfiguration.of(Config.class, settings(Map.of("trustedCa", "ca.pem"))));
        assertThat(plugin.step()).isZero();
        assertThat(recipients()).containsExactly("a@e.example");
    }

    private static void keytool(String... arguments) throws Exception {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        line.addAll(List.of(arguments));
        var process = new ProcessBuilder(line).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    // Settings

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
    url          | ftp://a.example        | url: want https://host/path
    url          | a b                    | url: not a URL
    url          | https://u:p@a.example  | url: a password belongs into the file of authorizationFile
    url          | http://a.example       | url: want https for another machine: addresses would be read on the way; allowHttp allows it
    events       | read                   | events: want queued, delivered, deferred or bounced: read
    domains      | nonsense               | domains: want scheme:name, such as file:webhook_domains: nonsense
    batchSize    | 0                      | batchSize: must be 1 to 1000: 0
    batchWait    | PT2M                   | batchWait: must be PT0S to PT1M: PT2M
    timeout      | soon                   | timeout: want ISO-8601, such as PT1S: soon
    retry        | PT0S                   | retry: must be PT1S to PT1H: PT0S
    longestRetry | PT1S                   | longestRetry: must be retry, or longer: PT1S
    spoolBytes   | 5                      | spoolBytes: must be 1048576 to 10737418240: 5
    whenFull     | both                   | whenFull: want oldest or newest: both
    """)
    void aBadValueIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> new Settings(FakeConfiguration.of(Config.class, Map.of(key, value))))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(message);
    }

    @Test
    void plainHttpIsForThisMachineOrWhereItIsAllowed() {
        for (var url : List.of("http://localhost:1/", "http://127.0.0.2/", "http://[::1]/x")) {
            assertThat(new Settings(FakeConfiguration.of(Config.class, Map.of("url", url))).url())
                    .isPresent();
        }
        assertThat(new Settings(FakeConfiguration.of(
                                Config.class, Map.of("url", "http://a.example/", "allowHttp", "true")))
                        .url())
                .isPresent();
    }
}
