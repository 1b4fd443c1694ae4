package org.tarishi.core.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;

/** What is particular to Netty about TLS. */
final class TlsLayer {

    private TlsLayer() {}

    /**
     * Returns the handler that speaks TLS below a session. The engine's tasks run on the event loop: they compute for a few tenths of a
     * millisecond and wait for nobody.
     */
    static SslHandler handler(SSLEngine engine, Duration timeout) {
        var handler = new SslHandler(engine);
        handler.setHandshakeTimeoutMillis(timeout.toMillis());
        return handler;
    }

    /** Tells a client that does not speak TLS why it is hung up on, in the only way that it can read. */
    static void tellPlainly(ChannelHandlerContext context, SslHandler handler, Throwable cause, Reply reply) {
        var below = context.pipeline().context(handler);
        if (cause instanceof NotSslRecordException && below != null) {
            var buffer = context.alloc().buffer(128);
            ReplyEncoder.encode(reply, false, buffer);
            var _ = below.writeAndFlush(buffer);
        }
    }

    /** The trouble with the layer that is in what a pipeline has caught; null where there is none. */
    static @Nullable SSLException trouble(Throwable caught) {
        var cause = caught instanceof DecoderException ? caught.getCause() : caught;
        return cause instanceof SSLException trouble ? trouble : null;
    }
}
