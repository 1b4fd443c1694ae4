package org.tarishi.plugin.outboundwebhook;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.tarishi.api.Text;

/** Posts events by HTTP. Blocks; one thread, but for {@link #close}. */
final class Post implements AutoCloseable {

    private static final int LONGEST_SECRET = 4096;

    private final Settings settings;
    private final Path conf;
    private final InstantSource clock;
    private final HttpClient client;

    /** What came of it. */
    sealed interface Result {}

    /** The web server has the events. */
    record Taken() implements Result {}

    /**
     * It has not, and may have them another time.
     *
     * @param after how long it wants to be left alone, as far as it says so
     */
    record Failed(String why, Optional<Duration> after) implements Result {}

    /** It can't take these events, ever. */
    record Refused(String why) implements Result {}

    /**
     * Makes one.
     *
     * @throws IOException when the authorities can't be read
     */
    Post(Settings settings, Path conf, InstantSource clock) throws IOException {
        this.settings = settings;
        this.conf = conf;
        this.clock = clock;
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.timeout())
                .executor(Executors.newVirtualThreadPerTaskExecutor());
        if (settings.trustedCa().isPresent()) {
            builder.sslContext(trusting(conf.resolve(settings.trustedCa().get())));
        }
        this.client = builder.build();
    }

    private static SSLContext trusting(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var roots = CertificateFactory.getInstance("X.509").generateCertificates(in);
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int i = 0;
            for (var root : roots) {
                store.setCertificateEntry("root" + i++, root);
            }
            if (i == 0) {
                throw new IOException("trustedCa: " + file + " holds no certificate");
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("trustedCa: " + file + " can't be used: " + e.getMessage(), e);
        }
    }

    /** Posts events. */
    Result send(List<String> events) throws InterruptedException {
        HttpRequest request;
        try {
            request = request(events);
        } catch (IOException e) {
            return new Failed(why(e), Optional.empty());
        }
        HttpResponse<Void> response;
        try {
            response = client.send(request, HttpResponse.BodyHandlers.discarding());
        } catch (IOException | UncheckedIOException e) {
            return new Failed(why(e), Optional.empty());
        }
        int status = response.statusCode();
        if (status / 100 == 2) {
            return new Taken();
        }
        var why = "HTTP " + status;
        return switch (status) {
            // What was sent is not what it wants: nothing that waiting mends.
            case 400, 413, 422 -> new Refused(why);
            default -> new Failed(why, after(response));
        };
    }

    private HttpRequest request(List<String> events) throws IOException {
        var url = settings.url().orElseThrow(() -> new IOException("there is no URL"));
        var batch = UUID.randomUUID().toString();
        var body = ("{\"batch\":\"" + batch + "\",\"events\":[" + String.join(",", events) + "]}")
                .getBytes(StandardCharsets.US_ASCII);
        var request = HttpRequest.newBuilder(url)
                .timeout(settings.timeout())
                .header("Content-Type", "application/json")
                .header("User-Agent", "Tarishi")
                .header("X-Tarishi-Batch", batch)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (settings.authorizationFile().isPresent()) {
            try {
                request.header(
                        "Authorization",
                        firstLine(
                                "authorizationFile",
                                settings.authorizationFile().get()));
            } catch (IllegalArgumentException e) {
                // its message holds the value
                throw new IOException("authorizationFile: its first line can't be the value of a header field");
            }
        }
        if (settings.secretFile().isPresent()) {
            var time = Long.toString(clock.instant().getEpochSecond());
            request.header("X-Tarishi-Timestamp", time);
            request.header(
                    "X-Tarishi-Signature",
                    "sha256="
                            + signature(
                                    firstLine(
                                            "secretFile", settings.secretFile().get()),
                                    time,
                                    body));
        }
        return request.build();
    }

    private String firstLine(String key, Path file) throws IOException {
        var whole = conf.resolve(file);
        try (var in = Files.newBufferedReader(whole)) {
            var line = in.readLine();
            if (line == null || line.isBlank() || line.length() > LONGEST_SECRET) {
                throw new IOException(key + ": " + whole + " has nothing in its first line");
            }
            return line.strip();
        }
    }

    /** Returns the signature of a time, a dot and the body. */
    static String signature(String secret, String time, byte[] body) throws IOException {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((time + ".").getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IOException("no signature can be made: " + e.getMessage(), e);
        }
    }

    private static Optional<Duration> after(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(text -> text.matches("\\d{1,6}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)));
    }

    private static String why(Exception e) {
        return Text.escaped(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        client.shutdownNow();
    }
}
