package org.tarishi.core.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts connections from a listening channel that is not ours: boot keeps it open beyond this bundle's life. */
final class Acceptor {

    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    /** Replies that a client has not read; past the upper mark no more of its commands are read. */
    private static final WriteBufferWaterMark REPLIES = new WriteBufferWaterMark(16 * 1024, 64 * 1024);

    private final NioServerSocketChannel channel;

    private Acceptor(NioServerSocketChannel channel) {
        this.channel = channel;
    }

    /**
     * Begins to accept.
     *
     * @param sessions makes what handles a new connection
     */
    static Acceptor start(ServerSocketChannel listening, EventLoopGroup loops, Supplier<SmtpWire> sessions) {
        var channel = new NioServerSocketChannel(listening);
        channel.pipeline().addLast(new Accept(loops, sessions));
        loops.register(channel).syncUninterruptibly();
        return new Acceptor(channel);
    }

    /** Stops accepting; the listening channel stays open, and who connects waits for the next one that accepts. */
    void release() {
        channel.deregister().syncUninterruptibly();
    }

    /** Stops listening. */
    void close() {
        channel.close().syncUninterruptibly();
    }

    private static final class Accept extends ChannelInboundHandlerAdapter {

        private final EventLoopGroup loops;
        private final Supplier<SmtpWire> sessions;

        Accept(EventLoopGroup loops, Supplier<SmtpWire> sessions) {
            this.loops = loops;
            this.sessions = sessions;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var child = (Channel) message;
            var config = child.config();
            config.setOption(ChannelOption.TCP_NODELAY, true);
            config.setOption(ChannelOption.SO_KEEPALIVE, true);
            config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            config.setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, REPLIES);
            child.pipeline().addLast(sessions.get());
            loops.register(child).addListener(registered -> {
                if (!registered.isSuccess()) {
                    child.unsafe().closeForcibly();
                }
            });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // No file descriptors, most likely: asked again at once, it would fail again and use all the time there is.
            LOG.warn("cannot accept connections, trying again in a second: {}", String.valueOf(cause));
            var config = context.channel().config();
            config.setAutoRead(false);
            var _ = context.executor().schedule(() -> config.setAutoRead(true), 1, TimeUnit.SECONDS);
        }
    }
}
