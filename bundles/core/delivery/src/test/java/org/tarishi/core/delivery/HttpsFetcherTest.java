package org.tarishi.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpsFetcherTest {

    private final Certificates.Made trusted =
            Certificates.server(null, Instant.now().minus(Duration.ofDays(1)), "localhost");
    private HttpsServer server;

    private int status = 200;
    private String type = "text/plain; charset=utf-8";
    private String body = "version: STSv1\r\n";

    @BeforeEach
    void start() throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(Certificates.context(trusted)));
        server.createContext("/.well-known/mta-sts.txt", exchange -> {
            var bytes = body.getBytes(StandardCharsets.US_ASCII);
            exchange.getResponseHeaders().add("Content-Type", type);
            exchange.getResponseHeaders().add("Location", "/.well-known/mta-sts.txt?again");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String fetch(Certificates.Made trust, String host) throws IOException {
        try (var fetcher = new HttpsFetcher(
                domain -> URI.create(
                        "https://" + domain + ":" + server.getAddress().getPort() + "/.well-known/mta-sts.txt"),
                () -> HttpClient.newBuilder().sslContext(Certificates.context(trust)))) {
            return fetcher.fetch(host);
        }
    }

    @Test
    void aPolicyComesAsItIs() throws IOException {
        assertThat(fetch(trusted, "localhost")).isEqualTo(body);
    }

    @Test
    void aRedirectIsNotFollowedAndWhatIsNotThereIsNoPolicy() {
        for (int refused : new int[] {301, 302, 404, 500}) {
            status = refused;
            assertThatThrownBy(() -> fetch(trusted, "localhost"))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the server says " + refused);
        }
    }

    @Test
    void onlyPlainTextIsAPolicy() {
        type = "text/html";
        assertThatThrownBy(() -> fetch(trusted, "localhost")).hasMessage("the policy is not text/plain");
    }

    @Test
    void whatIsTooLargeIsNoPolicy() {
        body = "x".repeat(70_000);
        assertThatThrownBy(() -> fetch(trusted, "localhost")).isInstanceOf(IOException.class);
    }

    @Test
    void aCertificateThatNobodyVouchesForOrOfAnotherNameWontDo() {
        var stranger = Certificates.server(null, Instant.now(), "localhost");
        assertThatThrownBy(() -> fetch(stranger, "localhost")).isInstanceOf(SSLHandshakeException.class);
        assertThatThrownBy(() -> fetch(trusted, "127.0.0.1")).isInstanceOf(SSLHandshakeException.class);
    }
}
