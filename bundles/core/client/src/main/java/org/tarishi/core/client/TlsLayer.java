package org.tarishi.core.client;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * TLS over a channel: what is read comes out decrypted, what is written goes out encrypted. Used by one thread at a time.
 *
 * <p>What stops waiting is the channel's affair; over one that does not block, reading nothing is 0.
 */
final class TlsLayer {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** The channel below. */
    interface Channel {

        /** Reads some; -1 at the end. */
        int read(ByteBuffer target) throws IOException;

        /** Writes some. */
        int write(ByteBuffer source) throws IOException;
    }

    /** What one look at what came in gave. */
    private enum Step {
        GOES_ON,
        NOTHING_THERE,
        END
    }

    private final SSLEngine engine;
    private final Channel channel;
    private final ByteBuffer sealedOut;
    private ByteBuffer sealedIn;
    private ByteBuffer plain;

    TlsLayer(SSLEngine engine, Channel channel) {
        this.engine = engine;
        this.channel = channel;
        var session = engine.getSession();
        // Heap, not direct: see Wire.
        this.sealedOut = ByteBuffer.allocate(session.getPacketBufferSize());
        this.sealedIn = ByteBuffer.allocate(session.getPacketBufferSize()).limit(0);
        this.plain = ByteBuffer.allocate(session.getApplicationBufferSize()).limit(0);
    }

    /**
     * Carries the handshake out.
     *
     * @throws SSLException when the two can't agree
     * @throws EOFException when the peer hangs up
     */
    void handshake() throws IOException {
        try {
            engine.beginHandshake();
            while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
                if (engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP
                        || engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP_AGAIN) {
                    if (unwrap() == Step.END) {
                        throw new EOFException("closed by the peer within the handshake");
                    }
                } else {
                    turn();
                }
            }
        } catch (SSLException e) {
            tellWhy(e);
            throw e;
        }
    }

    /** Sends the alert that tells the peer what is wrong, if that can be done. */
    private void tellWhy(SSLException reason) {
        try {
            for (int i = 0; i < 4 && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP; i++) {
                wrap(NOTHING);
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Does what the engine wants done on this side. */
    private void turn() throws IOException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                for (var task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    task.run();
                }
            }
            case NEED_WRAP -> wrap(NOTHING);
            default -> {}
        }
    }

    /** Reads decrypted bytes; -1 at the end, 0 where the channel has none and does not block. */
    int read(ByteBuffer target) throws IOException {
        while (!plain.hasRemaining()) {
            switch (unwrap()) {
                case END -> {
                    return -1;
                }
                case NOTHING_THERE -> {
                    return 0;
                }
                case GOES_ON -> {
                    while (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK
                            || engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                        turn();
                    }
                }
            }
        }
        int some = Math.min(plain.remaining(), target.remaining());
        target.put(target.position(), plain, plain.position(), some);
        target.position(target.position() + some);
        plain.position(plain.position() + some);
        return some;
    }

    private Step unwrap() throws IOException {
        plain.clear();
        SSLEngineResult result;
        try {
            result = engine.unwrap(sealedIn, plain);
        } finally {
            plain.flip();
        }
        return switch (result.getStatus()) {
            case OK -> Step.GOES_ON;
            case CLOSED -> Step.END;
            case BUFFER_OVERFLOW -> {
                int wanted = engine.getSession().getApplicationBufferSize();
                if (plain.capacity() >= wanted) {
                    throw new SSLException("a record larger than TLS allows");
                }
                plain = ByteBuffer.allocate(wanted).limit(0);
                yield Step.GOES_ON;
            }
            case BUFFER_UNDERFLOW -> fill();
        };
    }

    private Step fill() throws IOException {
        if (sealedIn.remaining() == sealedIn.capacity()) {
            int wanted = engine.getSession().getPacketBufferSize();
            if (sealedIn.capacity() >= wanted) {
                throw new SSLException("a record larger than TLS allows");
            }
            sealedIn = ByteBuffer.allocate(wanted).put(sealedIn).flip();
        }
        sealedIn.compact();
        int count;
        try {
            count = channel.read(sealedIn);
        } finally {
            sealedIn.flip();
        }
        return count < 0 ? Step.END : count == 0 ? Step.NOTHING_THERE : Step.GOES_ON;
    }

    /** Writes all of it; over a channel that does not block, as much of it as goes. */
    void write(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            int before = source.remaining();
            wrap(source);
            if (source.remaining() == before && engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                turn();
            }
        }
    }

    private void wrap(ByteBuffer source) throws IOException {
        sealedOut.clear();
        var result = engine.wrap(source, sealedOut);
        sealedOut.flip();
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            throw new SSLException("a record larger than TLS allows");
        }
        while (sealedOut.hasRemaining()) {
            if (channel.write(sealedOut) == 0) {
                // It does not block, and takes no more: whoever says goodbye so has no need to wait.
                return;
            }
        }
        if (result.getStatus() == SSLEngineResult.Status.CLOSED && source.hasRemaining()) {
            throw new EOFException("TLS is closed");
        }
    }

    /** Says that nothing more comes; as well as that can be done without waiting. */
    void closeNotify() throws IOException {
        engine.closeOutbound();
        wrap(NOTHING);
    }

    /** Tells whether decrypted bytes wait. */
    boolean hasMore() {
        return plain.hasRemaining();
    }

    /** Returns the version. */
    String version() {
        return engine.getSession().getProtocol();
    }

    /** Returns what the peer has shown, its own first; empty where it has shown nothing. */
    List<X509Certificate> peerCertificates() {
        try {
            return Stream.of(engine.getSession().getPeerCertificates())
                    .filter(X509Certificate.class::isInstance)
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }

    /** Returns the cipher suite. */
    String cipherSuite() {
        return engine.getSession().getCipherSuite();
    }
}
