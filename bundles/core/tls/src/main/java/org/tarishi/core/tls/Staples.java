package org.tarishi.core.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;

/**
 * The OCSP responses that servers staple: from files beside the certificates, or asked for at their authorities ahead of time, so that no
 * handshake waits for one.
 */
final class Staples {

    private static final Logger LOG = LoggerFactory.getLogger(Staples.class);

    /** Beside {@code cert.pem} it is {@code cert.pem.ocsp}; beside the file of the key does as well. */
    static final String ENDING = ".ocsp";

    private static final int MOST_BYTES = 1 << 16;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** How long an authority that had no good answer is left alone. */
    private static final Duration PAUSE = Duration.ofMinutes(5);

    /** Asks an authority. */
    @FunctionalInterface
    interface Asker {
        byte[] ask(String url, byte[] question) throws IOException, InterruptedException;
    }

    private final Clock clock;
    private final Asker asker;
    private final Map<BigInteger, Staple> inForce = new ConcurrentHashMap<>();
    private final Map<BigInteger, Instant> notBefore = new HashMap<>();
    private final Map<BigInteger, String> told = new HashMap<>();
    private @Nullable Responder responder;

    Staples(Clock clock) {
        this(clock, Staples::ask);
    }

    Staples(Clock clock, Asker asker) {
        this.clock = clock;
        this.asker = asker;
    }

    /**
     * Tells the JDK whether, and where from, contexts that are made from now on staple. It reads that from properties of the process when a
     * context is made.
     *
     * @return whether it does
     */
    synchronized boolean prepare(Stapling how) {
        if (how != Stapling.OFF && responder == null) {
            try {
                responder = new Responder(this::response);
            } catch (IOException e) {
                LOG.error("no OCSP response can be stapled: {}", e.toString());
            }
        }
        var running = responder;
        boolean isOn = how != Stapling.OFF && running != null;
        System.setProperty("jdk.tls.server.enableStatusRequestExtension", Boolean.toString(isOn));
        if (isOn && running != null) {
            System.setProperty("jdk.tls.stapling.responderURI", running.url());
            System.setProperty("jdk.tls.stapling.responderOverride", "true");
            System.setProperty("jdk.tls.stapling.cacheLifetime", "300");
        }
        return isOn;
    }

    private byte @Nullable [] response(BigInteger serial) {
        var staple = inForce.get(serial);
        return staple == null || staple.isOver(clock.instant()) ? null : staple.response();
    }

    /** Looks whether there is news about certificates; asks authorities where the settings say so. One thread. */
    void look(List<Identity> identities, Stapling how) throws InterruptedException {
        var serials = new HashSet<BigInteger>();
        for (var identity : identities) {
            if (how != Stapling.OFF && identity.chain().length > 1) {
                serials.add(identity.certificate().getSerialNumber());
                look(identity, how);
            }
        }
        inForce.keySet().retainAll(serials);
        notBefore.keySet().retainAll(serials);
        told.keySet().retainAll(serials);
    }

    private void look(Identity identity, Stapling how) throws InterruptedException {
        var serial = identity.certificate().getSerialNumber();
        var now = clock.instant();
        try {
            var file = identity.file().resolveSibling(identity.file().getFileName() + ENDING);
            if (Files.exists(file)) {
                take(serial, read(file, identity, now));
                return;
            }
            var before = inForce.get(serial);
            if (how == Stapling.FILES
                    || (before != null && before.renewAt().isAfter(now))
                    || notBefore.getOrDefault(serial, Instant.MIN).isAfter(now)) {
                return;
            }
            var url = Staple.responder(identity);
            if (url == null || !url.startsWith("http://")) {
                return;
            }
            notBefore.put(serial, now.plus(PAUSE));
            take(serial, Staple.read(asker.ask(url, Staple.question(identity)), identity, now));
        } catch (IOException e) {
            var why = String.valueOf(e.getMessage());
            if (!why.equals(told.put(serial, why))) {
                LOG.warn("no OCSP response to staple for {}: {}", identity, Text.escaped(why));
            }
        }
    }

    private void take(BigInteger serial, Staple staple) {
        inForce.put(serial, staple);
        notBefore.remove(serial);
        if (told.remove(serial) != null) {
            LOG.info("there is an OCSP response to staple again for certificate {}, {}", serial, staple);
        }
    }

    private static Staple read(Path file, Identity identity, Instant now) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return Staple.read(in.readNBytes(MOST_BYTES), identity, now);
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static byte[] ask(String url, byte[] question) throws IOException, InterruptedException {
        try (var client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            var request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(PATIENCE)
                    .header("Content-Type", "application/ocsp-request")
                    .POST(BodyPublishers.ofByteArray(question))
                    .build();
            var response = client.send(request, BodyHandlers.ofInputStream());
            try (var body = response.body()) {
                if (response.statusCode() != 200) {
                    throw new IOException(url + " answers " + response.statusCode());
                }
                return body.readNBytes(MOST_BYTES);
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("not an address: " + url, e);
        }
    }

    synchronized void close() {
        var running = responder;
        if (running != null) {
            running.close();
            responder = null;
        }
    }
}
