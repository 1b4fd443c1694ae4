package org.tarishi.core.delivery;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Fetches policies over HTTPS: no redirects, no more than a policy can have, and not for ever (RFC 8461 sections 3.3 and 10.1). A file of
 * authorities is read for each fetch, so that another holds at once.
 */
final class HttpsFetcher implements StsFetcher, AutoCloseable {

    private static final int USUAL_PORT = 443;
    private static final int LARGEST = 64 * 1024;
    private static final int LARGEST_AUTHORITIES = 1024 * 1024;
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration WHOLE = Duration.ofSeconds(20);

    private final Where where;
    private final Duration whole;
    private @Nullable HttpClient client;

    /** What the client was made of; empty for the authorities of the JDK. */
    private byte[] trusted = {};

    /** Where the policy of a domain lies. */
    @FunctionalInterface
    interface Where {
        URI of(String domain, int port);
    }

    HttpsFetcher() {
        this(
                // The usual port is not named, not in the Host field either.
                (domain, port) -> URI.create("https://mta-sts." + domain + (port == USUAL_PORT ? "" : ":" + port)
                        + "/.well-known/mta-sts.txt"),
                WHOLE);
    }

    /**
     * Makes one.
     *
     * @param whole how long a fetch may take in all
     */
    HttpsFetcher(Where where, Duration whole) {
        this.where = where;
        this.whole = whole;
    }

    /** Made when it is first needed: it has threads. */
    private synchronized HttpClient client(Optional<Path> authorities) throws IOException {
        var wanted = authorities.isPresent() ? read(authorities.get()) : new byte[0];
        var known = client;
        if (known != null && Arrays.equals(wanted, trusted)) {
            return known;
        }
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT);
        if (authorities.isPresent()) {
            builder.sslContext(trusting(authorities.get(), wanted));
        }
        if (known != null) {
            known.shutdown(); // what is under way ends by itself
        }
        var made = builder.build();
        client = made;
        trusted = wanted;
        return made;
    }

    private static byte[] read(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(LARGEST_AUTHORITIES);
        }
    }

    private static SSLContext trusting(Path file, byte[] pem) throws IOException {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (var root :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
                store.setCertificateEntry("root" + count++, root);
            }
            if (count == 0) {
                throw new IOException("mtaStsAuthorities: " + file + " holds no certificate");
            }
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("mtaStsAuthorities: " + file + " can't be used: " + e.getMessage(), e);
        }
    }

    @Override
    public String fetch(String domain, From from) throws IOException {
        var request = HttpRequest.newBuilder(where.of(domain, from.port())).build();
        var coming = client(from.authorities())
                .sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST));
        HttpResponse<byte[]> response;
        try {
            // The request's own time would end with the headers, and a body that drips would have no end.
            response = coming.get(whole.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            var _ = coming.cancel(true);
            throw new IOException("no policy within " + whole, e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } catch (InterruptedException e) {
            var _ = coming.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (response.statusCode() != 200) {
            throw new IOException("the server says " + response.statusCode());
        }
        var type = response.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        if (!type.split(";", 2)[0].strip().equals("text/plain")) {
            throw new IOException("the policy is not text/plain");
        }
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    /** The JDK's client has no words for a connection that it does not get. */
    private static IOException failure(@Nullable Throwable cause) {
        if (cause instanceof ConnectException && cause.getMessage() == null) {
            return new IOException(
                    cause.getCause() instanceof UnresolvedAddressException
                            ? "its web server has no address"
                            : "its web server can't be reached",
                    cause);
        }
        return cause instanceof IOException io ? io : new IOException(cause);
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.shutdownNow();
        }
    }
}
