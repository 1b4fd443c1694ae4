package org.tarishi.core.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;
import org.tarishi.core.server.Session.Want;

/**
 * The wire of one session: finds one command at a time and looks at nothing behind it before its reply is decided, because what comes
 * next may have another meaning then.
 *
 * <p>Only CRLF ends a command line. A bare LF is answered with 500 as soon as it is there, and what follows up to the next CRLF belongs to
 * the same broken line; so it does not depend on how the bytes were cut into segments what is a command. A line with a bare CR is answered
 * with 500 when its CRLF is there.
 *
 * <p>Replies are collected and sent together when no complete command is left. Reading stops while more than {@link #MOST_HELD} bytes wait
 * to be looked at, and while the client does not read its replies.
 */
final class SmtpWire extends ChannelInboundHandlerAdapter implements Session.Wire {

    /** Bytes that may wait for a session that is busy. */
    static final int MOST_HELD = 32 * 1024;

    /** Bytes of replies that are collected before they are sent. */
    private static final int MOST_COLLECTED = 4 * 1024;

    /** How long a client that was refused may take to read why, and how much it may say meanwhile. */
    private static final long LINGER_SECONDS = 2;

    private static final long LINGER_BYTES = 1 << 20;

    private static final byte[] PROXY = {'P', 'R', 'O', 'X', 'Y', ' '};

    /** Over how long the data rate is measured. */
    private static final long WINDOW_SECONDS = 60;

    /** The first byte of a TLS record that holds a handshake (RFC 8446 section 5.1). */
    private static final byte TLS_HANDSHAKE = 0x16;

    /** Makes the session of a connection. */
    interface Sessions {
        /** Returns the session; the refusal, if there is one, goes into {@link #refusal}. */
        Session open(SmtpWire wire, ProxyGate.Arrival arrival);

        /** Why this connection can't be served, if so; asked behind {@link #open}. */
        Optional<Reply> refusal();

        /** Whether TLS comes before everything else. */
        boolean isSecuredFirst();

        /** How long the client waits for its greeting; asked behind {@link #open}. */
        Duration delay();

        /** Whether the client is free of the limits that others have; asked behind {@link #open}. */
        boolean isTrusted();
    }

    private final Sessions sessions;

    /** What a proxy said of the connection, if one brought it. */
    private ProxyGate.@Nullable Arrival arrival;

    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Session session;
    private @Nullable ByteBuf in;
    private @Nullable ByteBuf out;
    private @Nullable Future<?> timer;

    private boolean decoding;
    private boolean again;
    private boolean inputEnded;
    private boolean closing;
    private long lingered;

    /** Up to the next CRLF nothing is a command; how much of it was thrown away so far. */
    private boolean skipping;

    private int skipped;

    /** When the client must have done what is wanted of it, by the loop's clock. */
    private long deadline;

    /** When the timer looks. */
    private long tickAt;

    private long messageDeadline;
    private long sessionDeadline;
    private boolean inMessage;

    /** The client waits for its greeting. */
    private boolean waiting;

    private boolean proxied;

    /** TLS, where it was begun; and whether its handshake goes on. */
    private @Nullable SslHandler tls;

    private boolean securing;

    /** When the data rate is looked at again, what has come since it was, and whether we were in the way. */
    private long windowEnd;

    private long inWindow;
    private boolean excused;

    SmtpWire(Sessions sessions) {
        this.sessions = sessions;
    }

    // ---- from the network ----

    @Override
    public void channelActive(ChannelHandlerContext context) {
        ctx = context;
        var known = arrival;
        if (known == null) {
            var channel = context.channel();
            known = new ProxyGate.Arrival(Route.direct(channel.localAddress(), channel.remoteAddress()), null);
        }
        arrival = null;
        proxied = known.route().proxy() != null;
        var opened = sessions.open(this, known);
        session = opened;
        sessionDeadline = now() + opened.settings().sessionTimeout().toNanos();
        patient();
        tls = sessions.isSecuredFirst() ? context.pipeline().get(SslHandler.class) : null;
        if (tls == null) {
            welcome(context, opened);
        } else if (sessions.refusal().isEmpty()) {
            waiting = true;
            securing = true;
        } else {
            // Nothing can be said before a handshake, and who is not served shall not cost one.
            open(opened);
            forget(context.close());
        }
        schedule();
    }

    /** The client is greeted, now or in a while. */
    private void welcome(ChannelHandlerContext context, Session opened) {
        var delay = sessions.delay();
        if (delay.isZero() || sessions.isTrusted() || sessions.refusal().isPresent()) {
            open(opened);
        } else {
            waiting = true;
            var _ = context.executor().schedule(() -> open(opened), delay.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** The client has waited, or need not: the session begins. */
    private void open(Session live) {
        waiting = false;
        if (closing) {
            return;
        }
        patient();
        live.open(sessions.refusal());
        resume();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var bytes = (ByteBuf) message;
        var live = session;
        if (live == null || closing) {
            lingered += bytes.readableBytes();
            bytes.release();
            if (lingered > LINGER_BYTES) {
                forget(context.close());
            }
            return;
        }
        live.counted(bytes.readableBytes());
        hold(bytes);
        if (inMessage) {
            patient();
            inWindow += bytes.readableBytes();
        } else if (!proxied || hasMoreThanALine()) {
            live.spokeEarly();
        }
        decode();
    }

    /** A proxy may send one command behind its header: it has no greeting to wait for, since it has none to give. */
    private boolean hasMoreThanALine() {
        var held = in;
        if (held == null) {
            return false;
        }
        int lf = held.indexOf(held.readerIndex(), held.writerIndex(), (byte) '\n');
        return lf >= 0 && lf + 1 < held.writerIndex();
    }

    private void hold(ByteBuf bytes) {
        var before = in;
        if (before == null) {
            in = bytes;
            return;
        }
        if (before.isWritable(bytes.readableBytes()) && before.refCnt() == 1) {
            // A client that sends byte by byte would have everything copied for each.
            try {
                before.writeBytes(bytes);
            } finally {
                bytes.release();
            }
            return;
        }
        boolean mayBeSecret = session != null && (session.expectsSecret() || AuthCommand.looksLikeOne(start(before)));
        try {
            var both = bytes.alloc().buffer(2 * (before.readableBytes() + bytes.readableBytes()));
            int from = before.readerIndex();
            in = both.writeBytes(before).writeBytes(bytes);
            if (mayBeSecret) {
                before.setZero(from, before.writerIndex() - from);
            }
        } finally {
            before.release();
            bytes.release();
        }
    }

    /** What a command's verb may stand in. */
    private static byte[] start(ByteBuf bytes) {
        return ByteBufUtil.getBytes(bytes, bytes.readerIndex(), Math.min(8, bytes.readableBytes()));
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            decode();
        } else {
            adjustReading();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ProxyGate.Arrival known) {
            arrival = known;
            return;
        }
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            shaken(context, handshake);
        }
        if (event instanceof ChannelInputShutdownEvent && securing) {
            forget(context.close());
        } else if (event instanceof ChannelInputShutdownEvent
                || (event instanceof SslCloseCompletionEvent close && close.isSuccess())) {
            // What the client sent before it shut its side is answered yet.
            inputEnded = true;
            if (closing) {
                forget(context.close());
            } else {
                decode();
            }
        }
        context.fireUserEventTriggered(event);
    }

    /** A handshake is over; a later one is not allowed, and comes to nothing. */
    private void shaken(ChannelHandlerContext context, SslHandshakeCompletionEvent handshake) {
        var live = session;
        var layer = tls;
        if (live == null || layer == null || !securing) {
            return;
        }
        securing = false;
        if (handshake.isSuccess()) {
            live.secured(layer.engine().getSession());
            patient();
            if (waiting) {
                welcome(context, live);
            } else {
                resume();
            }
            return;
        }
        if (!closing) {
            live.handshakeFailed(handshake.cause());
            if (waiting) {
                TlsLayer.tellPlainly(context, layer, handshake.cause(), Replies.TLS_EXPECTED);
            }
            closing = true;
        }
        forget(context.close());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closing = true;
        if (timer != null) {
            timer.cancel(false);
        }
        var live = session;
        if (live != null && securing) {
            // The layer tells of a handshake that breaks, but not of one that could not begin, because the connection
            // went while
            // the reply to STARTTLS was sent.
            live.handshakeFailed(new ClosedChannelException());
        }
        securing = false;
        if (live != null) {
            live.gone();
        }
        release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var live = session;
        var trouble = TlsLayer.trouble(cause);
        if (live != null && trouble != null) {
            live.layerBroken(trouble);
        } else if (live != null && !(cause instanceof IOException)) {
            // A connection that was reset is no event; this is an error of the machine, or a fault of ours.
            live.failed(cause);
        }
        forget(context.close());
    }

    private void release() {
        if (in != null) {
            in.release();
            in = null;
        }
        if (out != null) {
            out.release();
            out = null;
        }
    }

    // ---- one command at a time ----

    private void decode() {
        var live = session;
        var context = ctx;
        if (live == null || context == null) {
            return;
        }
        if (decoding) {
            again = true;
            return;
        }
        decoding = true;
        try {
            do {
                again = false;
                while (step(live, context)) {
                    if (out != null && out.readableBytes() > MOST_COLLECTED) {
                        flush(context);
                    }
                }
            } while (again);
        } finally {
            decoding = false;
        }
        flush(context);
        dropEmpty();
        sooner(context);
        if (inputEnded && !waiting && live.wants() != Want.NOTHING && !closing) {
            // Half a command is left, or nothing.
            close(false);
        }
        adjustReading();
    }

    /** Hands the session what it wants next; false when that is not there. */
    private boolean step(Session live, ChannelHandlerContext context) {
        var held = in;
        if (held == null
                || !held.isReadable()
                || closing
                || waiting
                || !context.channel().isWritable()) {
            return false;
        }
        boolean more = switch (live.wants()) {
            case LINE -> line(live, held);
            case DATA -> data(live, held);
            case NOTHING -> false;
        };
        if (more) {
            track(live);
        }
        return more;
    }

    private boolean data(Session live, ByteBuf held) {
        var bytes = held.nioBuffer();
        int before = bytes.remaining();
        live.data(bytes);
        held.skipBytes(before - bytes.remaining());
        return true;
    }

    private boolean line(Session live, ByteBuf held) {
        if (skipping) {
            return skip(live, held);
        }
        int start = held.readerIndex();
        if (held.getByte(start) == TLS_HANDSHAKE) {
            live.refuse(Replies.TLS_ON_PLAIN_PORT);
            return false;
        }
        int most = live.longestLine();
        int limit = Math.min(held.writerIndex(), start + most);
        int lf = held.indexOf(start, limit, (byte) '\n');
        if (lf < 0) {
            if (held.readableBytes() >= most) {
                live.refuse(Replies.LINE_TOO_LONG);
            }
            return false;
        }
        if (lf == start || held.getByte(lf - 1) != '\r') {
            boolean isChunk = Chunk.isAnnounced(ByteBufUtil.getBytes(held, start, lf - start), 0, lf - start);
            held.readerIndex(lf + 1);
            skipping = true;
            skipped = 0;
            live.broken(Replies.BARE_LF, isChunk);
            return true;
        }
        var bytes = ByteBufUtil.getBytes(held, start, lf - 1 - start);
        if (live.expectsSecret() || AuthCommand.looksLikeOne(bytes)) {
            held.setZero(start, lf + 1 - start);
        }
        held.readerIndex(lf + 1);
        if (isProxyHeader(bytes)) {
            live.refuse(Replies.PROXY_NOT_ALLOWED);
        } else if (hasBareCr(bytes)) {
            live.broken(Replies.BARE_CR, Chunk.isAnnounced(bytes, 0, bytes.length));
        } else {
            live.line(bytes);
        }
        return true;
    }

    /** The line of version 1, or what version 2 looks like behind its first two empty lines. */
    private static boolean isProxyHeader(byte[] line) {
        if (line.length > PROXY.length) {
            return Arrays.equals(line, 0, PROXY.length, PROXY, 0, PROXY.length);
        }
        return line.length == 1 && line[0] == 0;
    }

    /** Throws away the rest of a broken line. */
    private boolean skip(Session live, ByteBuf held) {
        int start = held.readerIndex();
        for (int i = start; i < held.writerIndex(); i++) {
            if (held.getByte(i) == '\n' && i > start && held.getByte(i - 1) == '\r') {
                held.readerIndex(i + 1);
                skipping = false;
                return true;
            }
        }
        // A CR at the end may be the first half of the end.
        int kept = held.getByte(held.writerIndex() - 1) == '\r' ? 1 : 0;
        skipped += held.readableBytes() - kept;
        held.readerIndex(held.writerIndex() - kept);
        if (skipped > live.settings().commandLine()) {
            live.refuse(Replies.LINE_TOO_LONG);
        }
        return false;
    }

    private static boolean hasBareCr(byte[] bytes) {
        for (byte b : bytes) {
            if (b == '\r') {
                return true;
            }
        }
        return false;
    }

    private void dropEmpty() {
        if (in != null && !in.isReadable()) {
            in.release();
            in = null;
        }
    }

    /** Reads as long as there is room for what is read. */
    private void adjustReading() {
        var context = ctx;
        if (context == null || !context.channel().isActive()) {
            return;
        }
        var channel = context.channel();
        boolean want = closing || (channel.isWritable() && (in == null || in.readableBytes() < MOST_HELD));
        excused |= !want;
        if (channel.config().isAutoRead() != want) {
            channel.config().setAutoRead(want);
        }
    }

    // ---- from the session ----

    @Override
    public void write(Reply reply, boolean utf8) {
        var context = ctx;
        if (context == null || closing) {
            return;
        }
        var buffer = out;
        if (buffer == null) {
            buffer = context.alloc().buffer(256);
            out = buffer;
        }
        ReplyEncoder.encode(reply, utf8, buffer);
        patient();
    }

    @Override
    public void challenge(String base64) {
        var context = ctx;
        if (context == null || closing) {
            return;
        }
        var buffer = out;
        if (buffer == null) {
            buffer = context.alloc().buffer(256);
            out = buffer;
        }
        ReplyEncoder.encodeChallenge(base64, buffer);
        patient();
    }

    @Override
    public void later(Duration time, Runnable code) {
        var context = ctx;
        if (context != null) {
            var _ = context.executor().schedule(code, time.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void flush(ChannelHandlerContext context) {
        var buffer = out;
        if (buffer != null) {
            out = null;
            forget(context.writeAndFlush(buffer, context.voidPromise()));
        }
    }

    @Override
    public void close(boolean politely) {
        var context = ctx;
        if (context == null || closing) {
            return;
        }
        closing = true;
        var buffer = out;
        out = null;
        var sent = context.writeAndFlush(buffer == null ? io.netty.buffer.Unpooled.EMPTY_BUFFER : buffer);
        var layer = tls;
        if (politely && !inputEnded && layer != null && context.channel() instanceof DuplexChannel duplex) {
            // The client is told that this is the end (RFC 8446 section 6.1) before it sees that nothing more comes.
            forget(layer.closeOutbound().addListener(_ -> forget(duplex.shutdownOutput())));
        } else if (politely && !inputEnded && context.channel() instanceof DuplexChannel duplex) {
            // Closing with unread bytes resets the connection, and the client may never see the reply.
            forget(sent.addListener(_ -> forget(duplex.shutdownOutput())));
        } else {
            forget(sent.addListener(ChannelFutureListener.CLOSE));
        }
        // Also for a client that does not even read this reply. The timer goes with the connection, or each would be
        // kept so long.
        if (timer != null) {
            timer.cancel(false);
        }
        timer = context.executor().schedule(() -> forget(context.close()), LINGER_SECONDS, TimeUnit.SECONDS);
        adjustReading();
    }

    @Override
    public void resume() {
        track(session);
        decode();
        var context = ctx;
        if (context != null) {
            flush(context);
        }
    }

    @Override
    public int secure(SSLEngine engine, Duration timeout) {
        var context = ctx;
        if (context == null) {
            throw new IllegalStateException("not connected");
        }
        var held = in;
        int thrownAway = held == null ? 0 : held.readableBytes();
        if (held != null) {
            held.release();
            in = null;
        }
        // While nothing is below: this is the last that goes out in plain text.
        flush(context);
        var layer = TlsLayer.handler(engine, timeout);
        tls = layer;
        securing = true;
        context.pipeline().addFirst(layer);
        if (inputEnded) {
            // The client has said all that it will ever say: no handshake comes.
            forget(context.close());
        }
        return thrownAway;
    }

    @Override
    public boolean hasMore() {
        return in != null && in.isReadable();
    }

    @Override
    public Executor turn() {
        var context = ctx;
        if (context == null) {
            throw new IllegalStateException("not connected");
        }
        return this::runOnLoop;
    }

    private void runOnLoop(Runnable code) {
        var context = ctx;
        if (context == null) {
            return;
        }
        try {
            context.executor().execute(code);
        } catch (RejectedExecutionException e) {
            // The loop has ended with the server, which has ended the session; nobody waits for this.
        }
    }

    /** Nobody waits for this: a connection that can't be written or closed is told of by {@link #channelInactive}. */
    private static void forget(Future<?> unused) {}

    // ---- from the server ----

    /** Ends the session at the next command boundary; any thread. */
    void drain() {
        runOnLoop(() -> {
            if (session != null) {
                session.drain();
                decode();
            }
        });
    }

    /** Ends the session now; any thread. */
    void abandon() {
        runOnLoop(() -> {
            if (session != null) {
                session.abandon();
            }
            if (ctx != null) {
                forget(ctx.close());
            }
        });
    }

    // ---- time ----

    private long now() {
        var context = ctx;
        return context == null ? 0 : context.executor().ticker().nanoTime();
    }

    /** The client has all its time again. */
    private void patient() {
        var live = session;
        if (live != null) {
            deadline = now() + live.patience().toNanos();
        }
    }

    /** Notices where a message begins and ends, for its own time limit. */
    private void track(@Nullable Session live) {
        if (live == null) {
            return;
        }
        // Also while those who take it in are behind: a message has one time limit, not one a pause.
        boolean now = live.isReceiving();
        if (now && !inMessage) {
            long begin = now();
            messageDeadline = begin + live.settings().messageTimeout().toNanos();
            window(begin);
        }
        inMessage = now;
    }

    private void window(long begin) {
        windowEnd = begin + TimeUnit.SECONDS.toNanos(WINDOW_SECONDS);
        inWindow = 0;
        excused = false;
    }

    /** Whether the client has sent less of its message than it must; begins the next window where one is over. */
    private boolean isTooSlow(Session live) {
        if (!inMessage || windowEnd - now() > 0) {
            return false;
        }
        long least = live.settings().minDataRate() * WINDOW_SECONDS;
        boolean slow = !excused && inWindow < least;
        window(now());
        return slow;
    }

    private void schedule() {
        var context = ctx;
        if (context == null || closing || !context.channel().isActive()) {
            return;
        }
        long wait = Math.max(1_000_000, dueIn());
        tickAt = now() + wait;
        timer = context.executor().schedule(this::tick, wait, TimeUnit.NANOSECONDS);
    }

    /** The timer runs at its own time and looks then; it is set anew only when something is due before. */
    private void sooner(ChannelHandlerContext context) {
        if (timer != null && !closing && context.channel().isActive() && now() + dueIn() < tickAt) {
            timer.cancel(false);
            schedule();
        }
    }

    private long dueIn() {
        var live = session;
        long due = deadline;
        if (live != null && live.wants() != Want.NOTHING) {
            // Passed while plugins are asked, these wait for the answer.
            due = Math.min(due, sessionDeadline);
            due = inMessage ? Math.min(Math.min(due, messageDeadline), windowEnd) : due;
        }
        return due - now();
    }

    private void tick() {
        var live = session;
        if (live == null || closing) {
            return;
        }
        if (live.wants() == Want.NOTHING || waiting) {
            // It is not the client that is waited for; plugins have limits of their own.
            patient();
            excused = true;
        } else if (isTooSlow(live)) {
            live.tooSlow();
            return;
        } else if (dueIn() <= 0) {
            live.timedOut();
            return;
        }
        schedule();
    }
}
