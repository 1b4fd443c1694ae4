package org.tarishi.core.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;

/**
 * Stands in front of everything else of a connection that a proxy may have brought: takes the PROXY header, and only then lets those
 * behind it know of the connection, with the route that the header tells. Then it goes, and the client's bytes follow.
 */
final class ProxyGate extends ChannelInboundHandlerAdapter {

    /**
     * What is known of a connection before anything is said; comes before {@code channelActive}.
     *
     * @param route the ends
     * @param refusal why it can't be served, if so
     */
    record Arrival(Route route, @Nullable Reply refusal) {}

    private final Duration patience;

    private @Nullable ByteBuf held;
    private @Nullable Future<?> timer;
    private boolean done;

    ProxyGate(Duration patience) {
        this.patience = patience;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        timer = context.executor()
                .schedule(
                        () -> {
                            if (!done) {
                                arrive(context, new Arrival(direct(context), Replies.PROXY_TIMEOUT), 0);
                            }
                        },
                        patience.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (done) {
            context.fireChannelRead(message);
            return;
        }
        var bytes = hold((ByteBuf) message);
        switch (ProxyHeader.parse(bytes.nioBuffer())) {
            case ProxyHeader.Result.Incomplete() -> {}
            case ProxyHeader.Result.Malformed(var why) ->
                arrive(context, new Arrival(direct(context), Replies.badProxy(why)), 0);
            case ProxyHeader.Result.Local(var length) -> arrive(context, new Arrival(direct(context), null), length);
            case ProxyHeader.Result.Unknown(var length) -> {
                var ends = direct(context);
                arrive(context, new Arrival(new Route(ends.local(), ends.remote(), ends.remote()), null), length);
            }
            case ProxyHeader.Result.Proxied(var length, var source, var destination) ->
                arrive(
                        context,
                        new Arrival(
                                new Route(destination, source, direct(context).remote()), null),
                        length);
        }
    }

    private static Route direct(ChannelHandlerContext context) {
        return Route.direct(context.channel().localAddress(), context.channel().remoteAddress());
    }

    private ByteBuf hold(ByteBuf more) {
        var before = held;
        if (before == null) {
            held = more;
            return more;
        }
        try {
            var both = more.alloc().buffer(before.readableBytes() + more.readableBytes());
            held = both.writeBytes(before).writeBytes(more);
            return both;
        } finally {
            before.release();
            more.release();
        }
    }

    /** Lets those behind know, and goes. */
    private void arrive(ChannelHandlerContext context, Arrival arrival, int length) {
        done = true;
        if (timer != null) {
            timer.cancel(false);
        }
        var bytes = held;
        held = null;
        context.fireUserEventTriggered(arrival);
        context.fireChannelActive();
        if (bytes != null && bytes.skipBytes(length).isReadable()) {
            context.fireChannelRead(bytes);
        } else if (bytes != null) {
            bytes.release();
        }
        if (!context.isRemoved()) {
            context.pipeline().remove(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!done && event instanceof ChannelInputShutdownEvent) {
            // A check whether somebody listens; there is nobody to tell anything.
            var _ = context.close();
            return;
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        done = true;
        if (timer != null) {
            timer.cancel(false);
        }
        if (held != null) {
            held.release();
            held = null;
        }
        context.fireChannelInactive();
    }
}
