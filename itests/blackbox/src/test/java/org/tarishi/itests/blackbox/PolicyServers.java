package org.tarishi.itests.blackbox;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.tarishi.itests.harness.Ports;

/** Web servers with the MTA-STS policies of many domains, at one port of several addresses, of which each has another certificate. */
final class PolicyServers implements AutoCloseable {

    static final String EXPIRED = "127.0.0.12";
    static final String STRANGER = "127.0.0.13";
    static final String ALONE = "127.0.0.14";
    static final String NOBODY = "127.0.0.15";

    /** For a name that has no address. */
    static final String NOWHERE = "";

    private static final String GOOD = "127.0.0.11";
    private static final String PATH = "/.well-known/mta-sts.txt";

    private final int port = Ports.free();
    private final Map<String, Site> sites = new LinkedHashMap<>();
    private final List<HttpsServer> running = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Says what a domain's policy is; one that says nothing never answers. */
    static final class Site {
        private String address = GOOD;
        private int status;
        private String type = "";
        private String body = "";

        Site at(String other) {
            address = other;
            return this;
        }

        void says(String policy) {
            answers(200, "text/plain; charset=us-ascii", policy);
        }

        void saysNothing() {
            status = 0;
        }

        void answers(int code, String contentType, String text) {
            status = code;
            type = contentType;
            body = text;
        }
    }

    /** Returns the site of a domain. */
    Site site(String domain) {
        return sites.computeIfAbsent("mta-sts." + domain, _ -> new Site());
    }

    int port() {
        return port;
    }

    /** Where each host is, as a file of hosts says it. */
    String hosts() {
        var lines = new StringBuilder();
        sites.forEach((host, site) -> {
            if (!site.address.equals(NOWHERE)) {
                lines.append(site.address).append(' ').append(host).append('\n');
            }
        });
        return lines.toString();
    }

    void start(TestAuthority authority) throws Exception {
        var names = List.copyOf(sites.keySet());
        serve(GOOD, authority.make(names, "ec", 20));
        serve(EXPIRED, authority.make(names, "ec", -1));
        serve(STRANGER, authority.make("web.elsewhere.example", "ec"));
        serve(ALONE, TestAuthority.selfSigned(Files.createTempDirectory(authority.folder(), "web"), names.getFirst()));
    }

    private void serve(String address, Path certificate) throws Exception {
        var server = HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral(address), port), 0);
        running.add(server);
        server.setHttpsConfigurator(new HttpsConfigurator(context(certificate)));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    private static SSLContext context(Path made) throws GeneralSecurityException, IOException, InterruptedException {
        var both = made.resolve("both.p12");
        TestAuthority.openssl(
                "pkcs12",
                "-export",
                "-inkey",
                made.resolve("key.pem"),
                "-in",
                made.resolve("cert.pem"),
                "-passout",
                "pass:pass",
                "-out",
                both);
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(both)) {
            store.load(in, "pass".toCharArray());
        }
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, "pass".toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var host = exchange.getRequestHeaders().getFirst("Host").split(":", 2)[0];
            var site = sites.get(host);
            if (site == null || !exchange.getRequestURI().getPath().equals(PATH)) {
                exchange.sendResponseHeaders(400, -1);
                return;
            }
            if (site.status == 0) {
                closed.await();
                return;
            }
            var bytes = site.body.getBytes(StandardCharsets.US_ASCII);
            exchange.getResponseHeaders().add("Content-Type", site.type);
            exchange.getResponseHeaders().add("Location", PATH + "?again");
            exchange.sendResponseHeaders(site.status, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        running.forEach(server -> server.stop(0));
    }
}
