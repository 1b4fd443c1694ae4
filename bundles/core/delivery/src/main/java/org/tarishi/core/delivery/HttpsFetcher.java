package org.tarishi.core.delivery;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Fetches policies over HTTPS: no redirects, no more than a policy can have, and not for ever (RFC 8461 sections 3.3 and 10.1). */
final class HttpsFetcher implements StsFetcher, AutoCloseable {

    private static final int LARGEST = 64 * 1024;
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration WHOLE = Duration.ofSeconds(20);

    private final Function<String, URI> where;
    private final Supplier<HttpClient.Builder> builder;
    private @Nullable HttpClient client;

    HttpsFetcher() {
        this(domain -> URI.create("https://mta-sts." + domain + "/.well-known/mta-sts.txt"), HttpClient::newBuilder);
    }

    HttpsFetcher(Function<String, URI> where, Supplier<HttpClient.Builder> builder) {
        this.where = where;
        this.builder = builder;
    }

    /** Made when it is first needed: it has threads. */
    private synchronized HttpClient client() {
        if (client == null) {
            client = builder.get()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(CONNECT)
                    .build();
        }
        return client;
    }

    @Override
    public String fetch(String domain) throws IOException {
        var request = HttpRequest.newBuilder(where.apply(domain)).timeout(WHOLE).build();
        var coming = client().sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST));
        HttpResponse<byte[]> response;
        try {
            // The time of the request ends with the headers; a body that drips would have no end.
            response = coming.get(WHOLE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            var _ = coming.cancel(true);
            throw new IOException("no policy within " + WHOLE, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
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

    @Override
    public synchronized void close() {
        if (client != null) {
            client.shutdownNow();
        }
    }
}
