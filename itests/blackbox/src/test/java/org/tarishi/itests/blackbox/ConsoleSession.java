package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** An operator in front of the web console. */
final class ConsoleSession implements AutoCloseable {

    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]*)\"");
    private static final String BOUNDARY = "a-line-that-is-in-no-jar";

    private final String url;
    private final HttpClient client = HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .connectTimeout(Duration.ofSeconds(20))
            .build();

    private ConsoleSession(int port) {
        url = "http://127.0.0.1:" + port;
    }

    /** Logs in as a browser does. */
    static ConsoleSession login(Instance instance) throws IOException, InterruptedException {
        var session = new ConsoleSession(instance.httpPort());
        var form = session.get("/tarishi/login");
        var token = TOKEN.matcher(form.body());
        assertThat(token.find()).as(form.body()).isTrue();
        var answer = session.post(
                "/tarishi/login",
                Map.of(
                        "token", List.of(token.group(1)),
                        "user", List.of("admin"),
                        "password", List.of(instance.password())));
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 302, 303);
        assertThat(session.get("/system/console/bundles").statusCode()).isEqualTo(200);
        return session;
    }

    /** Nobody who has logged in. */
    static ConsoleSession stranger(Instance instance) {
        return new ConsoleSession(instance.httpPort());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).GET().build(), BodyHandlers.ofString());
    }

    /** Posts a form; the keys in their order. */
    HttpResponse<String> post(String path, Map<String, List<String>> fields) throws IOException, InterruptedException {
        var pairs = new ArrayList<String>();
        fields.forEach((name, values) ->
                values.forEach(value -> pairs.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8))));
        return client.send(
                request(path)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(String.join("&", pairs)))
                        .build(),
                BodyHandlers.ofString());
    }

    /** Saves settings on the console's configuration page: all that are given, as its form does. */
    void configure(String pid, Map<String, List<String>> values) throws IOException, InterruptedException {
        var fields = new java.util.LinkedHashMap<String, List<String>>(Map.of(
                "apply", List.of("true"),
                "action", List.of("ajaxConfigManager"),
                "propertylist", List.of(String.join(",", values.keySet()))));
        fields.putAll(values);
        var answer = post("/system/console/configMgr/" + pid, fields);
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 302);
    }

    /** Asks for the plugins by HTTP: below {@code /tarishi/api/plugins}, with a jar as the body or none. */
    HttpResponse<String> plugins(String method, String path, byte... jar) throws IOException, InterruptedException {
        return client.send(
                request("/tarishi/api/plugins" + path)
                        .header("Content-Type", "application/java-archive")
                        .method(method, BodyPublishers.ofByteArray(jar))
                        .build(),
                BodyHandlers.ofString());
    }

    /** Uploads a bundle on the console's bundles page. */
    HttpResponse<String> upload(byte[] jar, String name) throws IOException, InterruptedException {
        var body = new ByteArrayOutputStream();
        for (var field : List.of("action=install", "bundlestart=start", "bundlestartlevel=7")) {
            var pair = field.split("=", 2);
            body.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + pair[0] + "\"\r\n\r\n"
                            + pair[1] + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        }
        body.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"bundlefile\"; filename=\"" + name
                        + "\"\r\nContent-Type: application/java-archive\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        body.writeBytes(jar);
        body.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return client.send(
                request("/system/console/bundles")
                        .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                        .POST(BodyPublishers.ofByteArray(body.toByteArray()))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(60))
                .header("Origin", url);
    }

    @Override
    public void close() {
        client.close();
    }
}
