package org.tarishi.core.admin;

import java.io.IOException;
import java.net.HttpCookie;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A client that keeps cookies and says where its posts come from, and follows nothing by itself. */
final class Browser implements AutoCloseable {
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");

    final Map<String, String> cookies = new TreeMap<>();
    private final URI server;
    private final HttpClient client;

    /** Starts a browser on one of the loopback addresses. */
    Browser(URI server, String address) throws IOException {
        this.server = server;
        client = HttpClient.newBuilder()
                .localAddress(InetAddress.getByName(address))
                .build();
    }

    String origin() {
        return "http://" + server.getAuthority();
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send(request(path).GET(), headers);
    }

    HttpResponse<String> post(String path, Map<String, String> fields, String... headers)
            throws IOException, InterruptedException {
        return send(form(path, fields).header("Origin", origin()), headers);
    }

    HttpResponse<String> postWithoutOrigin(String path, Map<String, String> fields, String... headers)
            throws IOException, InterruptedException {
        return send(form(path, fields), headers);
    }

    HttpResponse<String> post(String path, String type, byte[] body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Origin", origin())
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body)));
    }

    /** Fills in the login form as it was served. */
    HttpResponse<String> logIn(String user, String password, String next) throws IOException, InterruptedException {
        var page = get("/tarishi/login?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8));
        return post(
                "/tarishi/login",
                Map.of("user", user, "password", password, "next", next, "token", token(page.body())));
    }

    static String token(String page) {
        var token = TOKEN.matcher(page);
        if (!token.find()) {
            throw new AssertionError("no form with a token in: " + page);
        }
        return token.group(1);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path)).header("Accept", "text/html,*/*");
    }

    private HttpRequest.Builder form(String path, Map<String, String> fields) {
        var body = new HashMap<>(fields)
                .entrySet().stream()
                        .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                        .collect(Collectors.joining("&"));
        return request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String... headers)
            throws IOException, InterruptedException {
        for (var i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        if (!cookies.isEmpty()) {
            request.setHeader(
                    "Cookie",
                    cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ")));
        }
        var response = client.send(request.build(), BodyHandlers.ofString());
        for (var line : response.headers().allValues("Set-Cookie")) {
            for (var cookie : HttpCookie.parse("Set-Cookie: " + line)) {
                if (cookie.getMaxAge() == 0) {
                    cookies.remove(cookie.getName());
                } else {
                    cookies.put(cookie.getName(), cookie.getValue());
                }
            }
        }
        return response;
    }

    @Override
    public void close() {
        client.close();
    }
}
