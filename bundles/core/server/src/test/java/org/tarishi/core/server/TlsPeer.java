package org.tarishi.core.server;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The client's side of TLS, without a network. */
final class TlsPeer {

    private final SSLEngine engine;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private byte[] held = {};
    private final StringBuilder heard = new StringBuilder();
    private @Nullable SSLException trouble;
    private boolean secured;

    TlsPeer(SSLEngine engine) {
        this.engine = engine;
        try {
            engine.beginHandshake();
            work(new byte[0]);
        } catch (SSLException e) {
            trouble = e;
        }
    }

    /** What is to be sent. */
    byte[] out() {
        var bytes = out.toByteArray();
        out.reset();
        return bytes;
    }

    void say(byte[] plain) {
        try {
            work(plain);
        } catch (SSLException e) {
            trouble = e;
        }
    }

    /** Takes what has come, and tells what it says. */
    String hear(byte[] bytes) {
        var both = new byte[held.length + bytes.length];
        System.arraycopy(held, 0, both, 0, held.length);
        System.arraycopy(bytes, 0, both, held.length, bytes.length);
        held = both;
        try {
            work(new byte[0]);
        } catch (SSLException e) {
            trouble = e;
            flushAlert();
        }
        var said = heard.toString();
        heard.setLength(0);
        return said;
    }

    private void flushAlert() {
        try {
            wrap(ByteBuffer.allocate(0));
        } catch (SSLException e) {
            // It is about the first.
        }
    }

    private void work(byte[] plain) throws SSLException {
        var source = ByteBuffer.wrap(plain);
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    for (var task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                }
                case NEED_WRAP -> {
                    if (wrap(ByteBuffer.allocate(0)) == Status.CLOSED) {
                        return;
                    }
                }
                default -> {
                    if (held.length > 0 && unwrap()) {
                        continue;
                    }
                    if (source.hasRemaining() && engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
                        if (wrap(source) == Status.CLOSED) {
                            return;
                        }
                        continue;
                    }
                    return;
                }
            }
        }
    }

    private Status wrap(ByteBuffer source) throws SSLException {
        var net = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        var result = engine.wrap(source, net);
        note(result.getHandshakeStatus());
        out.write(net.array(), 0, net.position());
        return result.getStatus();
    }

    private boolean unwrap() throws SSLException {
        var net = ByteBuffer.wrap(held);
        var app = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        var result = engine.unwrap(net, app);
        note(result.getHandshakeStatus());
        heard.append(new String(app.array(), 0, app.position(), StandardCharsets.UTF_8));
        held = java.util.Arrays.copyOfRange(held, net.position(), held.length);
        return result.getStatus() == Status.OK && (result.bytesConsumed() > 0 || result.bytesProduced() > 0);
    }

    private void note(HandshakeStatus status) {
        secured |= status == HandshakeStatus.FINISHED;
    }

    boolean isSecured() {
        return secured;
    }

    @Nullable SSLException trouble() {
        return trouble;
    }

    SSLEngine engine() {
        return engine;
    }

    /** Ends in order. */
    void end() {
        engine.closeOutbound();
        flushAlert();
    }
}
