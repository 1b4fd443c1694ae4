package org.tarishi.core.tls;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Two engines that speak to each other. */
final class Handshake {

    private Handshake() {}

    /** Trusts anybody, and remembers whom it has met. */
    static SSLContext trusting() {
        return context(null);
    }

    private static SSLContext context(KeyManager @Nullable [] keys) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(keys, new TrustManager[] {new Trust(_ -> {}, List.of())}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A client of the JDK's that trusts anybody and remembers nobody; without a name where it is empty. */
    static SSLEngine client(String name, String... versions) {
        return client(trusting(), name, versions);
    }

    static SSLEngine client(SSLContext context, String name, String... versions) {
        var engine = context.createSSLEngine("peer.example", 25);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(name.isEmpty() ? List.of() : List.of(new SNIHostName(name)));
        engine.setSSLParameters(parameters);
        if (versions.length > 0) {
            engine.setEnabledProtocols(versions);
        }
        return engine;
    }

    /** One that shows a certificate to who asks for it. */
    static SSLEngine clientOf(Forge.Made made, String... versions) {
        try {
            var identity = Identity.of(made.pair().getPrivate(), Path.of("x"), made.chain());
            return client(context(new KeyManager[] {new ClientKeys(List.of(identity))}), "mx.example.com", versions);
        } catch (KeyFileException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a client sees of a server: its certificate. */
    static X509Certificate shown(SSLEngine client, SSLEngine server) throws SSLException {
        run(client, server);
        return (X509Certificate) client.getSession().getPeerCertificates()[0];
    }

    /** Carries a handshake out, and what comes behind it. */
    static void run(SSLEngine client, SSLEngine server) throws SSLException {
        client.beginHandshake();
        server.beginHandshake();
        var toServer = ByteBuffer.allocate(1 << 17);
        var toClient = ByteBuffer.allocate(1 << 17);
        for (int i = 0; i < 60; i++) {
            step(client, toClient, toServer);
            step(server, toServer, toClient);
        }
        if (client.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
                || server.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            throw new SSLException("no end: " + client.getHandshakeStatus() + ", " + server.getHandshakeStatus());
        }
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                for (var task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    task.run();
                }
            }
            case NEED_WRAP -> {
                var _ = engine.wrap(ByteBuffer.allocate(0), out);
            }
            default -> {
                in.flip();
                var app = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
                SSLEngineResult result = engine.unwrap(in, app);
                in.compact();
                if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                    throw new SSLException("closed");
                }
            }
        }
    }

    /** Some bytes from one side to the other, which are heard; for what comes with the first of them. */
    static String say(SSLEngine from, SSLEngine to, String text) throws SSLException {
        var net = ByteBuffer.allocate(1 << 16);
        var _ = from.wrap(ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII)), net);
        net.flip();
        var heard = new ArrayList<String>();
        while (net.hasRemaining()) {
            var app = ByteBuffer.allocate(1 << 16);
            var _ = to.unwrap(net, app);
            heard.add(new String(app.array(), 0, app.position(), java.nio.charset.StandardCharsets.US_ASCII));
        }
        return String.join("", heard);
    }
}
