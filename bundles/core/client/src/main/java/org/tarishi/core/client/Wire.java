package org.tarishi.core.client;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one connection, sent in as few writes as can be, each step under a deadline.
 *
 * <p>A step has one deadline for all of its reads and writes, so that a peer that drips a byte now and then gains nothing by it. The
 * deadline is looked at before each read and write, and by the timer ({@link #expire}), which closes the channel under a thread that
 * waits. Used by one thread at a time, but for {@link #expire} and {@link #close}.
 */
final class Wire implements Closeable, ByteSource {

    static final int BLOCK = 64 * 1024;

    static final String BLOCK_STEP = "sending the message";

    private static final int SMALL = 4096;
    private static final long NEVER = Long.MAX_VALUE;
    private static final byte[] QUIT = "QUIT\r\n".getBytes(StandardCharsets.US_ASCII);

    private final SocketChannel channel;
    private final Ticker ticker;
    private final Set<Wire> live;
    // Heap, not direct: connections that serve one small message come and go too fast for cleaners.
    private final ByteBuffer in = ByteBuffer.allocate(SMALL).limit(0);
    private ByteBuffer out = ByteBuffer.allocate(SMALL);

    private volatile long deadline = NEVER;
    private volatile boolean expired;
    private boolean isBroken;
    private @Nullable TlsLayer tls;
    private long limit = NEVER;
    private String step = "connecting";
    private Duration allowed = Duration.ZERO;

    /**
     * Makes one.
     *
     * @param live where the timer finds it until it is closed
     */
    Wire(SocketChannel channel, Ticker ticker, Set<Wire> live) {
        this.channel = channel;
        this.ticker = ticker;
        this.live = live;
        live.add(this);
    }

    /** Connects. */
    void connect(SocketAddress address, Duration time) throws IOException {
        begin("connecting", time);
        try {
            check();
            channel.connect(address);
        } catch (IOException e) {
            throw explained(e);
        }
    }

    /** Begins a step that must be done in this time. */
    void begin(String name, Duration time) {
        step = name;
        allowed = time;
        deadline = Math.min(ticker.now() + time.toNanos(), limit);
    }

    /** Begins a number of steps that must be done in this time together. */
    void limit(Duration time) {
        limit = ticker.now() + time.toNanos();
    }

    /** Takes the time limit of the steps together away. */
    void unlimited() {
        limit = NEVER;
    }

    /** Ends the last step: nothing is waited for until the next begins. */
    void rest() {
        limit = NEVER;
        deadline = NEVER;
    }

    /** Adds a line to what is to be sent. */
    void put(String line) throws IOException {
        var bytes = (line + "\r\n").getBytes(StandardCharsets.UTF_8);
        append(bytes, 0, bytes.length, null);
    }

    private void append(byte[] bytes, int from, int length, @Nullable Duration timeOfBlock) throws IOException {
        int at = from;
        int left = length;
        while (left > 0) {
            if (!out.hasRemaining() && out.capacity() < BLOCK) {
                out = ByteBuffer.allocate(Math.min(BLOCK, out.capacity() * 4)).put(out.flip());
            }
            // Only when there is more: so the last byte always waits for the flush that its sender asks for.
            if (!out.hasRemaining()) {
                if (timeOfBlock != null) {
                    begin(BLOCK_STEP, timeOfBlock);
                }
                flush();
            }
            int some = Math.min(left, out.remaining());
            out.put(bytes, at, some);
            at += some;
            left -= some;
        }
    }

    /** Sends all that was put. */
    void flush() throws IOException {
        out.flip();
        try {
            if (tls != null) {
                tls.write(out);
            }
            while (out.hasRemaining()) {
                check();
                channel.write(out);
            }
        } catch (IOException e) {
            isBroken = true;
            throw explained(e);
        } finally {
            out.clear();
        }
    }

    /** Tells whether sending has failed. */
    boolean isBroken() {
        return isBroken;
    }

    /**
     * Returns a stream into what is to be sent; flushing and closing it do nothing.
     *
     * @param timeOfBlock what the sending of each full buffer may take
     */
    OutputStream blocks(Duration timeOfBlock) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                append(new byte[] {(byte) b}, 0, 1, timeOfBlock);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                append(bytes, from, length, timeOfBlock);
            }
        };
    }

    @Override
    public int read() throws IOException {
        if (!in.hasRemaining()) {
            fill();
        }
        return in.get() & 0xff;
    }

    private void fill() throws IOException {
        in.clear().limit(0);
        int count;
        try {
            check();
            in.limit(in.capacity());
            count = tls == null ? channel.read(in) : tls.read(in);
        } catch (IOException e) {
            in.clear().limit(0);
            throw explained(e);
        }
        in.flip();
        if (count < 0) {
            throw new EOFException("connection closed by the peer: " + step);
        }
    }

    /** Tells whether the peer has said nothing that was not read, and not hung up. */
    boolean isQuiet() {
        if (hasMore()) {
            return false;
        }
        try {
            in.clear();
            channel.configureBlocking(false);
            int count = tls == null ? channel.read(in) : tls.read(in);
            channel.configureBlocking(true);
            in.flip();
            return count == 0;
        } catch (IOException e) {
            // What went wrong does not matter: it is of no use any more.
            return false;
        }
    }

    /** Tells whether a reply, or a part of one, was received and not read. */
    boolean hasMore() {
        return in.hasRemaining() || (tls != null && tls.hasMore());
    }

    /**
     * Begins TLS: what is sent and read from now on is under it.
     *
     * @throws SSLException when the two can't agree
     * @throws EOFException when the peer hangs up within the handshake
     */
    void secure(SSLEngine engine) throws IOException {
        var layer = new TlsLayer(engine, new TlsLayer.Channel() {
            @Override
            public int read(ByteBuffer target) throws IOException {
                check();
                return channel.read(target);
            }

            @Override
            public int write(ByteBuffer source) throws IOException {
                check();
                return channel.write(source);
            }
        });
        try {
            layer.handshake();
        } catch (SSLException | EOFException e) {
            throw e;
        } catch (IOException e) {
            throw explained(e);
        }
        tls = layer;
    }

    /** Tells whether TLS has begun. */
    boolean isSecured() {
        return tls != null;
    }

    /** Returns the version of TLS. */
    Optional<String> tlsVersion() {
        return Optional.ofNullable(tls).map(TlsLayer::version);
    }

    /** Returns what the peer has shown, its own first; empty without TLS. */
    List<X509Certificate> peerCertificates() {
        return tls == null ? List.of() : tls.peerCertificates();
    }

    /** Returns the cipher suite. */
    Optional<String> cipherSuite() {
        return Optional.ofNullable(tls).map(TlsLayer::cipherSuite);
    }

    /** Returns this end's address, nothing for a Unix domain socket. */
    Optional<InetAddress> localAddress() throws IOException {
        return channel.getLocalAddress() instanceof InetSocketAddress inet
                ? Optional.ofNullable(inet.getAddress())
                : Optional.empty();
    }

    /** Returns the same, nothing where it has gone too. */
    Optional<InetAddress> ownAddress() {
        try {
            return localAddress();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Returns the other end's address, nothing for a Unix domain socket, or where it has gone. */
    Optional<InetAddress> peerAddress() {
        try {
            return channel.getRemoteAddress() instanceof InetSocketAddress inet
                    ? Optional.ofNullable(inet.getAddress())
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Tells whether what is sent stays within this host: nobody on a network listens. */
    boolean isWithinHost() {
        try {
            return switch (channel.getRemoteAddress()) {
                case UnixDomainSocketAddress _ -> true;
                case InetSocketAddress inet ->
                    inet.getAddress() != null && inet.getAddress().isLoopbackAddress();
                case null, default -> false;
            };
        } catch (IOException e) {
            return false;
        }
    }

    /** Says QUIT as well as that can be done without waiting, and closes. */
    void quit() {
        try {
            channel.configureBlocking(false);
            if (tls == null) {
                channel.write(ByteBuffer.wrap(QUIT));
            } else {
                tls.write(ByteBuffer.wrap(QUIT));
                tls.closeNotify();
            }
        } catch (IOException e) {
            // A courtesy; whoever is gone does not need it.
        } finally {
            close();
        }
    }

    /** Closes when the step's time is over, under whoever waits for it. Any thread. */
    void expire() {
        if (ticker.now() >= deadline) {
            expired = true;
            close();
        }
    }

    @Override
    public void close() {
        live.remove(this);
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is given back all the same.
        }
    }

    private void check() throws IOException {
        if (ticker.now() >= deadline) {
            expired = true;
            close();
            throw timeout();
        }
    }

    private IOException explained(IOException e) {
        if (expired && e instanceof ClosedChannelException && !(e instanceof ClosedByInterruptException)) {
            return timeout();
        }
        return e instanceof SocketTimeoutException || e instanceof ClosedByInterruptException
                ? e
                : new IOException(
                        (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()) + ": " + step, e);
    }

    private IOException timeout() {
        return new SocketTimeoutException(
                limit != NEVER && deadline == limit
                        ? "transaction took too long: " + step
                        : "not done in " + allowed + ": " + step);
    }
}
