package org.tarishi.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Policies from a web server that answers, lies, and says nothing; and what becomes of mail then. */
@Timeout(60)
class HttpsFetcherTest {

    private static final FakeMail MAIL = FakeMail.to("a.example");
    private static final String STS = "_mta-sts.a.example TXT";
    private static final String ENFORCED = "version: STSv1\r\nmode: enforce\r\nmx: mx.a.example\r\nmax_age: 86400\r\n";
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Certificates.Made authority =
            Certificates.authority("Test authority", null, Instant.now().minus(Duration.ofDays(25)));
    private final CountDownLatch gate = new CountDownLatch(1);

    @TempDir
    Path folder;

    private HttpsServer server;
    private HttpHandler handler = exchange -> answer(exchange, 200, "text/plain; charset=utf-8");
    private String body = ENFORCED;

    @BeforeEach
    void start() throws IOException {
        serve(Certificates.server(authority, Instant.now().minus(Duration.ofDays(1)), "localhost"));
        trust(authority);
    }

    @AfterEach
    void stop() {
        gate.countDown();
        server.stop(0);
    }

    private void serve(Certificates.Made certificate) throws IOException {
        if (server != null) {
            server.stop(0);
        }
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(Certificates.context(certificate)));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/.well-known/mta-sts.txt", exchange -> handler.handle(exchange));
        server.start();
    }

    private void answer(HttpExchange exchange, int status, String type) throws IOException {
        var bytes = body.getBytes(StandardCharsets.US_ASCII);
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.getResponseHeaders().add("Location", "/.well-known/mta-sts.txt?again");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Path trust(Certificates.Made made) throws IOException {
        try {
            return Files.writeString(
                    folder.resolve("authorities.pem"),
                    "-----BEGIN CERTIFICATE-----\n"
                            + Base64.getMimeEncoder()
                                    .encodeToString(made.chain().getLast().getEncoded())
                            + "\n-----END CERTIFICATE-----\n");
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpsFetcher fetcher(String host, Duration time) {
        return new HttpsFetcher(
                (domain, port) -> URI.create("https://" + host + ":" + port + "/.well-known/mta-sts.txt"), time);
    }

    private StsFetcher.From from(Optional<Path> authorities) {
        return new StsFetcher.From(server.getAddress().getPort(), authorities);
    }

    private String fetch(String host, Duration time) throws IOException {
        try (var fetcher = fetcher(host, time)) {
            return fetcher.fetch("a.example", from(Optional.of(folder.resolve("authorities.pem"))));
        }
    }

    /** Where mail goes when its domain says that it has a policy of this id. */
    private Stage stage(HttpsFetcher fetcher, String record) {
        var stage = new Stage(
                folder,
                fetcher,
                "mtaStsAuthorities",
                "authorities.pem",
                "mtaStsPort",
                server.getAddress().getPort());
        stage.dns
                .with("a.example MX", "10 mx.a.example", "5 evil.example")
                .with("mx.a.example A", "192.0.2.1")
                .with("evil.example A", "192.0.2.66")
                .with(STS, record);
        return stage;
    }

    private static String tls(Stage stage) {
        return stage.hop(MAIL).tls().orElseThrow().toString();
    }

    @Test
    void aPolicyComesAsItIs() throws IOException {
        assertThat(fetch("localhost", LONG)).isEqualTo(body);
    }

    @Test
    void aRedirectIsNotFollowedAndWhatIsNotThereIsNoPolicy() {
        for (int refused : new int[] {301, 302, 404, 500}) {
            handler = exchange -> answer(exchange, refused, "text/plain");
            assertThatThrownBy(() -> fetch("localhost", LONG))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the server says " + refused);
        }
    }

    @Test
    void aServerThatIsNotThereIsToldInWords() {
        server.stop(0);
        assertThatThrownBy(() -> fetch("localhost", LONG)).hasMessage("its web server can't be reached");
    }

    @Test
    void onlyPlainTextIsAPolicy() {
        handler = exchange -> answer(exchange, 200, "text/html");
        assertThatThrownBy(() -> fetch("localhost", LONG)).hasMessage("the policy is not text/plain");
    }

    @Test
    void whatIsTooLargeIsNoPolicy() {
        body = "x".repeat(70_000);
        assertThatThrownBy(() -> fetch("localhost", LONG)).isInstanceOf(IOException.class);
    }

    @Test
    void whatDoesNotComeInTimeIsNoPolicyWhetherNothingComesOrTheBodyHasNoEnd() {
        for (var held : new HttpHandler[] {
            exchange -> await(),
            exchange -> {
                exchange.getResponseHeaders().add("Content-Type", "text/plain");
                exchange.sendResponseHeaders(200, body.length());
                exchange.getResponseBody().write(body.charAt(0));
                exchange.getResponseBody().flush();
                await();
            }
        }) {
            handler = held;
            assertThatThrownBy(() -> fetch("localhost", Duration.ofMillis(500)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("no policy within PT0.5S");
        }
    }

    private void await() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aCertificateThatNobodyVouchesForOrOfAnotherNameOrThatHasExpiredWontDo() throws IOException {
        assertThatThrownBy(() -> fetch("127.0.0.1", LONG)).isInstanceOf(SSLHandshakeException.class);
        serve(Certificates.server(authority, Instant.now().minus(Duration.ofDays(31)), "localhost"));
        assertThatThrownBy(() -> fetch("localhost", LONG)).isInstanceOf(SSLHandshakeException.class);
        serve(Certificates.server(null, Instant.now().minus(Duration.ofDays(1)), "localhost"));
        assertThatThrownBy(() -> fetch("localhost", LONG)).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void whoVouchesIsReadForEachFetch() throws IOException {
        try (var fetcher = fetcher("localhost", LONG)) {
            var file =
                    trust(Certificates.authority("Another", null, Instant.now().minus(Duration.ofDays(1))));
            assertThatThrownBy(() -> fetcher.fetch("a.example", from(Optional.of(file))))
                    .isInstanceOf(SSLHandshakeException.class);
            assertThat(fetcher.fetch("a.example", from(Optional.of(trust(authority)))))
                    .isEqualTo(body);

            Files.writeString(file, "nothing");
            assertThatThrownBy(() -> fetcher.fetch("a.example", from(Optional.of(file))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("mtaStsAuthorities: ");
            assertThatThrownBy(() -> fetcher.fetch("a.example", from(Optional.of(folder.resolve("absent")))))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> fetcher.fetch("a.example", from(Optional.empty())))
                    .as("the JDK knows nobody who would")
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void whatIsTestedDemandsNothingAndWhatIsNotHadNeither() {
        try (var fetcher = fetcher("localhost", LONG)) {
            body = ENFORCED.replace("enforce", "testing");
            assertThat(tls(stage(fetcher, "\"v=STSv1; id=1\""))).isEqualTo("opportunistic (default)");
            body = "version: STSv2\n";
            assertThat(tls(stage(fetcher, "\"v=STSv1; id=2\""))).isEqualTo("opportunistic (default)");
        }
    }

    @Test
    void whatWasEnforcedStaysSoOverARestartWhateverTheWebServerAndDnsSayThen() {
        try (var fetcher = fetcher("localhost", LONG)) {
            assertThat(tls(stage(fetcher, "\"v=STSv1; id=1\""))).isEqualTo("verified (mta-sts)");
        }
        handler = exchange -> answer(exchange, 404, "text/plain");
        try (var fetcher = fetcher("localhost", LONG)) {
            for (var said : new String[] {"\"v=STSv1; id=2\"", "\"v=STSv1\""}) {
                var again = stage(fetcher, said);
                assertThat(again.routes(MAIL)).as(said).containsExactly("smtp://mx.a.example:25 at 192.0.2.1");
                assertThat(tls(again)).isEqualTo("verified (mta-sts)");
            }
        }
    }

    @Test
    void aDomainTakesItsPolicyBackByOneThatSaysNone() {
        try (var fetcher = fetcher("localhost", LONG)) {
            assertThat(tls(stage(fetcher, "\"v=STSv1; id=1\""))).isEqualTo("verified (mta-sts)");
            body = "version: STSv1\nmode: none\nmax_age: 86400\n";
            assertThat(tls(stage(fetcher, "\"v=STSv1; id=2\""))).isEqualTo("opportunistic (default)");
        }
    }
}
