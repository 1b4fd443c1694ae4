package org.tarishi.core.tlsrpt;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Posts by the JDK's client (RFC 8460 section 5.4): no redirects, and not for ever. There is a client while a report is posted. */
final class HttpsPoster implements Poster {

    private static final Duration WHOLE = Duration.ofSeconds(60);

    private final Path conf;

    HttpsPoster(Path conf) {
        this.conf = conf;
    }

    @Override
    public void post(URI site, byte[] report, Optional<Path> trustedCa) throws IOException {
        var builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NEVER);
        if (trustedCa.isPresent()) {
            builder.sslContext(trusting(conf.resolve(trustedCa.get())));
        }
        var client = builder.build();
        try {
            var request = HttpRequest.newBuilder(site)
                    .header("Content-Type", "application/tlsrpt+gzip")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(report))
                    .build();
            // What the server says besides its code is not read. This clock alone ends it, so that it is told one way.
            var status = client.sendAsync(request, info -> HttpResponse.BodySubscribers.replacing(info.statusCode()))
                    .get(WHOLE.toMillis(), TimeUnit.MILLISECONDS)
                    .body();
            if (status / 100 != 2) {
                throw new IOException("the server says " + status);
            }
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + WHOLE, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            client.shutdownNow();
        }
    }

    private static SSLContext trusting(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (var root : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("root" + count++, root);
            }
            if (count == 0) {
                throw new IOException("trustedCa: " + file + " holds no certificate");
            }
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("trustedCa: " + file + " can't be used: " + e.getMessage(), e);
        }
    }
}
