package org.tarishi.core.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reports go to a web server over TLS, which has to be the one that the name says (RFC 8460 section 5.4). */
@Timeout(60)
class HttpsPosterTest {

    private static final String PASSWORD = "changeit";
    private static final byte[] REPORT = {0x1f, (byte) 0x8b, 0, 13, 10, -1};
    private static final Optional<Path> CA = Optional.of(Path.of("ca.pem"));

    @TempDir
    static Path conf;

    private static SSLContext tls;

    private record Post(String method, String path, String type, String body) {}

    private final LinkedBlockingQueue<Post> posts = new LinkedBlockingQueue<>();
    private HttpsServer server;
    private int status = 201;

    @BeforeAll
    static void makeCertificate() throws Exception {
        var keys = conf.resolve("web.p12");
        keytool("-genkeypair", "-alias", "web", "-keyalg", "EC", "-dname", "CN=x", "-ext", "san=dns:localhost", keys);
        keytool("-exportcert", "-rfc", "-alias", "web", "-file", conf.resolve("ca.pem"), keys);
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        var managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(store, PASSWORD.toCharArray());
        tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    /** The last argument is the key store. */
    private static void keytool(Object... arguments) throws Exception {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        for (int i = 0; i < arguments.length - 1; i++) {
            line.add(arguments[i].toString());
        }
        line.addAll(List.of("-keystore", arguments[arguments.length - 1].toString(), "-storepass", PASSWORD));
        var process = new ProcessBuilder(line).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            posts.add(new Post(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders().getFirst("Content-Type"),
                    HexFormat.of().formatHex(exchange.getRequestBody().readAllBytes())));
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(status, -1);
        }
    }

    private URI site(String host) {
        return URI.create("https://" + host + ":" + server.getAddress().getPort() + "/tls");
    }

    private void post(String host, Optional<Path> trusted) throws IOException {
        new HttpsPoster(conf).post(site(host), REPORT, trusted);
    }

    @Test
    void aReportArrivesAsItIs() throws IOException {
        post("localhost", CA);

        assertThat(posts).singleElement().satisfies(post -> {
            assertThat(post.method()).isEqualTo("POST");
            assertThat(post.path()).isEqualTo("/tls");
            assertThat(post.type()).isEqualTo("application/tlsrpt+gzip");
            assertThat(post.body()).isEqualTo(HexFormat.of().formatHex(REPORT));
        });
    }

    @Test
    void aRefusalIsToldAndARedirectIsOne() {
        for (int code : List.of(302, 400, 503)) {
            status = code;
            assertThatThrownBy(() -> post("localhost", CA)).hasMessage("the server says " + code);
        }
        assertThat(posts).extracting(Post::path).containsExactly("/tls", "/tls", "/tls");
    }

    @Test
    void nobodyElseHasIt() {
        assertThatThrownBy(() -> post("localhost", Optional.empty()))
                .as("an authority that is not trusted")
                .isInstanceOf(SSLHandshakeException.class);
        assertThatThrownBy(() -> post("127.0.0.1", CA))
                .as("a name that is not in the certificate")
                .isInstanceOf(SSLHandshakeException.class);
        assertThat(posts).isEmpty();
    }

    @Test
    void whatCannotBeDoneIsSaid() throws IOException {
        assertThatThrownBy(() -> post("localhost", Optional.of(Path.of("missing.pem"))))
                .isInstanceOf(NoSuchFileException.class);
        Files.writeString(conf.resolve("empty.pem"), "");
        assertThatThrownBy(() -> post("localhost", Optional.of(Path.of("empty.pem"))))
                .hasMessage("trustedCa: " + conf.resolve("empty.pem") + " holds no certificate");
        server.stop(0);
        assertThatThrownBy(() -> post("localhost", CA)).isInstanceOf(ConnectException.class);
    }
}
