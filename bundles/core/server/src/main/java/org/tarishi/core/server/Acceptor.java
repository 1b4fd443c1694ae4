package org.tarishi.core.server;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts connections from a listening channel that is not ours: boot keeps it open beyond this bundle's life. */
final class Acceptor {

    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    /** Replies that a client has not read; past the upper mark no more of its commands are read. */
    private static final WriteBufferWaterMark REPLIES = new WriteBufferWaterMark(16 * 1024, 64 * 1024);

    /**
     * How much is read at once: from what a small mail takes, for which commands of some sixty octets would have it forget otherwise, so
     * that the mail behind them came in two parts; up to Netty's most, as often in one go as Netty does for any socket.
     */
    private static final RecvByteBufAllocator READS =
            new AdaptiveRecvByteBufAllocator(2048, 2048, 65536).maxMessagesPerRead(16);

    /** How long it waits where it can't accept. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** How long it must have gone well before it is told that it does: one descriptor that comes free is soon taken. */
    private static final Duration CALM = Duration.ofSeconds(3);

    private final Channel channel;

    private Acceptor(Channel channel) {
        this.channel = channel;
    }

    /**
     * Begins to accept.
     *
     * @param furnish puts what handles a new connection into its pipeline
     */
    static Acceptor start(ServerSocketChannel listening, EventLoopGroup loops, Consumer<Channel> furnish)
            throws IOException {
        Channel channel = listening.getLocalAddress() instanceof UnixDomainSocketAddress
                ? new NioServerDomainSocketChannel(listening)
                : new NioServerSocketChannel(listening);
        channel.pipeline().addLast(new Accept(loops, furnish));
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
        private final Consumer<Channel> furnish;
        private boolean failing;
        private long failedAt;

        Accept(EventLoopGroup loops, Consumer<Channel> furnish) {
            this.loops = loops;
            this.furnish = furnish;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (failing && System.nanoTime() - failedAt > CALM.toNanos()) {
                failing = false;
                LOG.info(
                        "accepting connections again on {}",
                        ListenerSettings.text(context.channel().localAddress()));
            }
            var child = (Channel) message;
            var config = child.config();
            if (child instanceof SocketChannel) {
                config.setOption(ChannelOption.TCP_NODELAY, true);
                config.setOption(ChannelOption.SO_KEEPALIVE, true);
            }
            config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            config.setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, REPLIES);
            config.setOption(ChannelOption.RECVBUF_ALLOCATOR, READS);
            furnish.accept(child);
            loops.register(child).addListener(registered -> {
                if (!registered.isSuccess()) {
                    child.unsafe().closeForcibly();
                }
            });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // No file descriptors, most likely: asked again at once, it would fail again and use all the time there is.
            failedAt = System.nanoTime();
            if (!failing) {
                failing = true;
                LOG.error(
                        "cannot accept connections on {}: {}; trying on every second, raise the limit of open files (ulimit -n) if it is that",
                        ListenerSettings.text(context.channel().localAddress()),
                        String.valueOf(cause));
            }
            var config = context.channel().config();
            config.setAutoRead(false);
            var _ = context.executor()
                    .schedule(() -> config.setAutoRead(true), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
