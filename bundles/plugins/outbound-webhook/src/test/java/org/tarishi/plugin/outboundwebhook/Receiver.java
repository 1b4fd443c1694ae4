package org.tarishi.plugin.outboundwebhook;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A web server on loopback that remembers what was posted and answers as it was told; 204 where it was told nothing. */
final class Receiver implements AutoCloseable {

    private static final Pattern EVENT = Pattern.compile("\"id\":\"([^\"]+)\",\"event\":\"([^\"]+)\"");
    private static final Pattern RECIPIENT = Pattern.compile("\"recipient\":\"([^\"]+)\"");

    /** What was posted once. */
    record Posted(Headers headers, String body) {

        List<String> kinds() {
            return EVENT.matcher(body).results().map(found -> found.group(2)).toList();
        }

        List<String> ids() {
            return EVENT.matcher(body).results().map(found -> found.group(1)).toList();
        }

        List<String> recipients() {
            return RECIPIENT
                    .matcher(body)
                    .results()
                    .map(found -> found.group(1))
                    .toList();
        }
    }

    private final HttpServer server;
    private final String scheme;
    private final List<Posted> posts = Collections.synchronizedList(new ArrayList<>());
    private volatile @Nullable String refused;
    private final Deque<Integer> answers = new ArrayDeque<>();
    private final Map<String, String> fields = Collections.synchronizedMap(new java.util.HashMap<>());

    Receiver() throws IOException {
        this(null);
    }

    Receiver(@Nullable SSLContext tls) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (tls == null) {
            server = HttpServer.create(address, 0);
        } else {
            var secured = HttpsServer.create(address, 0);
            secured.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = secured;
        }
        scheme = tls == null ? "http" : "https";
        server.createContext("/", this::take);
        server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            var posted = new Posted(
                    exchange.getRequestHeaders(),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            posts.add(posted);
            Integer answer;
            synchronized (answers) {
                answer = answers.pollFirst();
            }
            fields.forEach(exchange.getResponseHeaders()::set);
            boolean isRefused = refused != null && posted.body().contains(refused);
            exchange.sendResponseHeaders(isRefused ? 400 : answer == null ? 204 : answer, -1);
        }
    }

    String url() {
        return scheme + "://localhost:" + server.getAddress().getPort() + "/hook";
    }

    Receiver answers(Integer... statuses) {
        synchronized (answers) {
            answers.addAll(Arrays.asList(statuses));
        }
        return this;
    }

    /** Has it refuse for good whatever holds this. */
    Receiver refusing(String text) {
        refused = text;
        return this;
    }

    Receiver field(String name, String value) {
        fields.put(name, value);
        return this;
    }

    List<Posted> posts() {
        return List.copyOf(posts);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
