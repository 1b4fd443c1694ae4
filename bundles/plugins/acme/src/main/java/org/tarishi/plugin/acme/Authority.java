package org.tarishi.plugin.acme;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.Connection;
import org.shredzone.acme4j.connector.DefaultConnection;
import org.shredzone.acme4j.connector.HttpConnector;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.provider.GenericAcmeProvider;

/**
 * The connection to a certificate authority for one attempt; {@link #close} lets its threads go.
 *
 * <p>It adds what the library leaves to its users: roots of one's own, an end to what an answer may hold, {@code Retry-After} of every
 * refusal, and a thread that stays interrupted when it was.
 */
final class Authority implements AutoCloseable {

    private static final Duration REQUEST = Duration.ofSeconds(30);
    private static final Duration ANSWER = Duration.ofSeconds(60);

    /** Directories, orders and chains have some thousand bytes. */
    private static final int LARGEST_ANSWER = 1024 * 1024;

    private final Session session;
    private final Clock clock;
    private final HttpClient client;
    /** What the last answer says, and what the last refusal that said something did. */
    private @Nullable Instant next;

    private @Nullable Instant refusedUntil;

    /**
     * Makes one.
     *
     * @param trusted a PEM file with roots; nothing for those of the JDK
     */
    Authority(URI directory, Optional<Path> trusted, Clock clock) throws IOException {
        this.clock = clock;
        var builder = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(REQUEST)
                .proxy(ProxySelector.getDefault());
        if (trusted.isPresent()) {
            builder.sslContext(context(trusted.get()));
        }
        this.client = builder.build();
        this.session = new Session(directory, new Provider());
        // What the authority says goes to a log in English.
        session.setLocale(Locale.ENGLISH);
        session.networkSettings().setTimeout(REQUEST);
        session.networkSettings().setCompressionEnabled(false);
    }

    Session session() {
        return session;
    }

    /** Returns when the authority wants to be asked again, by its last answer and the clock of this machine. */
    Optional<Instant> next() {
        return Optional.ofNullable(next);
    }

    /** Returns until when the authority wants to be left alone, by its last refusal that said so. */
    Optional<Instant> refusedUntil() {
        return Optional.ofNullable(refusedUntil);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private static SSLContext context(Path file) throws IOException {
        try {
            var roots = Pem.certificates(PrivateFiles.read(file));
            if (roots.isEmpty()) {
                throw new IOException("trustedCa: " + file + " holds no certificate");
            }
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < roots.size(); i++) {
                store.setCertificateEntry("root" + i, roots.get(i));
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

    /** Speaks to any authority whose directory has an https URL. */
    private final class Provider extends GenericAcmeProvider {

        @Override
        public boolean accepts(URI serverUri) {
            return "https".equals(serverUri.getScheme());
        }

        @Override
        public HttpClient createHttpClient(NetworkSettings networkSettings) {
            return client;
        }

        @Override
        public Connection connect(URI serverUri, NetworkSettings networkSettings, HttpClient httpClient) {
            return new Careful(createHttpConnector(networkSettings, httpClient));
        }
    }

    /** One request. */
    private final class Careful extends DefaultConnection {

        Careful(HttpConnector connector) {
            super(connector);
        }

        @Override
        protected void sendRequest(Session session, URL url, Consumer<HttpRequest.Builder> body) throws IOException {
            if (!"https".equals(url.getProtocol())) {
                throw new IOException("the authority names a URL without TLS: " + url);
            }
            var request = httpConnector
                    .createRequestBuilder(url)
                    .header("Accept-Charset", "utf-8")
                    .header("Accept-Language", session.getLanguageHeader());
            body.accept(request);
            // The whole answer has its time and its size, not its beginning alone.
            var answer = httpClient.sendAsync(
                    request.build(),
                    _ -> BodySubscribers.<byte[], InputStream>mapping(
                            BodySubscribers.limiting(BodySubscribers.ofByteArray(), LARGEST_ANSWER),
                            ByteArrayInputStream::new));
            try {
                HttpResponse<InputStream> response = answer.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
                lastResponse = response;
                note(response);
            } catch (TimeoutException e) {
                answer.cancel(true);
                throw new IOException("no whole answer in " + ANSWER, e);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
            } catch (InterruptedException e) {
                answer.cancel(true);
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }

        private void note(HttpResponse<InputStream> response) {
            next = response.headers()
                    .firstValue("Retry-After")
                    .flatMap(Authority.this::instant)
                    .orElse(null);
            if (response.statusCode() >= 400 && next != null) {
                refusedUntil = next;
            }
        }
    }

    /** RFC 9110 section 10.2.3: seconds, or a date. */
    private Optional<Instant> instant(String text) {
        try {
            return Optional.of(
                    text.chars().allMatch(c -> c >= '0' && c <= '9')
                            ? clock.instant().plusSeconds(Long.parseLong(text))
                            : ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant());
        } catch (DateTimeException | NumberFormatException | ArithmeticException e) {
            return Optional.empty();
        }
    }
}
