package org.tarishi.core.client;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.outbound.Route;

/** A peer on loopback that plays one script a connection, and remembers what went wrong with the scripts. */
final class FakePeer implements Closeable {

    /** What the peer does on one connection; the connection is closed behind it. */
    @FunctionalInterface
    interface Script {
        void play(Line line) throws IOException;
    }

    /** The peer's end of a connection. */
    static final class Line {
        private final SocketChannel channel;
        private InputStream in;
        private java.io.OutputStream out;

        /** What {@link #greet} secures the session with before it offers anything, null for nothing. */
        private final @Nullable SSLContext startTls;

        Line(SocketChannel channel) {
            this(channel, null);
        }

        private Line(SocketChannel channel, @Nullable SSLContext startTls) {
            this.channel = channel;
            this.startTls = startTls;
            this.in = new BufferedInputStream(Channels.newInputStream(channel));
            this.out = Channels.newOutputStream(channel);
        }

        /** Says lines, each ended by CRLF, in one write. */
        Line say(String... lines) throws IOException {
            return raw(String.join("\r\n", lines) + "\r\n");
        }

        Line raw(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return this;
        }

        /** The same line, whose greeting brings TLS along. */
        Line greetingByStartTls(SSLContext context) {
            return new Line(channel, context);
        }

        /** Says something below TLS. */
        Line rawBelow(String text) throws IOException {
            channel.write(java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
            return this;
        }

        /** Makes what TLS could be begun with as the server. */
        SSLSocket unsecured(SSLContext context) throws IOException {
            return (SSLSocket) context.getSocketFactory().createSocket(channel.socket(), null, true);
        }

        /** Begins TLS as the server. */
        SSLSocket secure(SSLContext context) throws IOException {
            var socket = unsecured(context);
            socket.startHandshake();
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
            return socket;
        }

        /** Takes STARTTLS, and what is said behind it. */
        SSLSocket startTls(SSLContext context, String... extensions) throws IOException {
            say("220 peer.example ESMTP").hear("EHLO ");
            offer("STARTTLS", "PIPELINING").hear("STARTTLS").say("220 2.0.0 go ahead");
            var socket = secure(context);
            hear("EHLO ").offer(extensions);
            return socket;
        }

        /** Says bytes one by one. */
        Line drip(String text) throws IOException {
            for (int i = 0; i < text.length(); i++) {
                raw(text.substring(i, i + 1));
            }
            return this;
        }

        String hear() throws IOException {
            var line = new StringBuilder();
            int b;
            while ((b = in.read()) != '\n') {
                if (b < 0) {
                    return line.isEmpty() ? "<closed>" : line + "<closed>";
                }
                line.append((char) b);
            }
            if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
                throw new AssertionError("bare LF from the client: " + line);
            }
            return line.substring(0, line.length() - 1);
        }

        /** Hears so many bytes, whatever they are. */
        String hear(int bytes) throws IOException {
            return new String(in.readNBytes(bytes), StandardCharsets.UTF_8);
        }

        /** Hears these lines, each by its beginning. */
        Line hear(String... expected) throws IOException {
            for (var each : expected) {
                var line = hear();
                if (!line.startsWith(each)) {
                    throw new AssertionError("wanted " + each + ", heard " + line);
                }
            }
            return this;
        }

        /** Hears a message up to its final dot, as it is on the wire without the dot. */
        String hearMessage() throws IOException {
            var text = new StringBuilder();
            for (var line = hear(); !line.equals("."); line = hear()) {
                if (line.endsWith("<closed>")) {
                    throw new AssertionError("message without an end");
                }
                text.append(line).append("\r\n");
            }
            return text.toString();
        }

        /** Greets, by STARTTLS where that is wanted, and answers EHLO with these extensions. */
        Line greet(String... extensions) throws IOException {
            if (startTls != null) {
                startTls(startTls, extensions);
                return this;
            }
            say("220 peer.example ESMTP").hear("EHLO ");
            return offer(extensions);
        }

        Line offer(String... extensions) throws IOException {
            var lines = new ArrayList<String>();
            lines.add("250-peer.example");
            for (var extension : extensions) {
                lines.add("250-" + extension);
            }
            lines.add("250 HELP");
            return say(lines.toArray(String[]::new));
        }

        /** Takes one message from a pipelining client. */
        String take(int recipients) throws IOException {
            hear("MAIL ");
            for (int i = 0; i < recipients; i++) {
                hear("RCPT ");
            }
            hear("DATA").say("250 2.1.0 ok");
            for (int i = 0; i < recipients; i++) {
                say("250 2.1.5 ok");
            }
            say("354 go");
            var message = hearMessage();
            say("250 2.0.0 taken");
            return message;
        }

        /** Resets the connection. */
        void reset() throws IOException {
            channel.setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
            channel.close();
        }
    }

    private final ServerSocketChannel server;
    private final List<CompletableFuture<Void>> plays = Collections.synchronizedList(new ArrayList<>());
    private final List<SocketChannel> channels = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread;

    FakePeer(Script... scripts) throws IOException {
        this(ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), scripts);
    }

    static FakePeer at(Path socket, Script... scripts) throws IOException {
        return new FakePeer(
                ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket)),
                scripts);
    }

    private FakePeer(ServerSocketChannel server, Script... scripts) {
        this.server = server;
        for (int i = 0; i < scripts.length; i++) {
            plays.add(new CompletableFuture<>());
        }
        thread = Thread.startVirtualThread(() -> accept(scripts));
    }

    private void accept(Script... scripts) {
        for (int i = 0; i < scripts.length; i++) {
            SocketChannel channel;
            try {
                channel = server.accept();
            } catch (IOException e) {
                return;
            }
            channels.add(channel);
            sendAtOnce(channel);
            var script = scripts[i];
            var play = plays.get(i);
            Thread.startVirtualThread(() -> {
                try {
                    try (channel) {
                        script.play(new Line(channel));
                    }
                    play.complete(null);
                } catch (IOException | RuntimeException | AssertionError e) {
                    play.completeExceptionally(e);
                }
            });
        }
    }

    private static void sendAtOnce(SocketChannel channel) {
        try {
            if (channel.supportedOptions().contains(java.net.StandardSocketOptions.TCP_NODELAY)) {
                channel.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    Route route() throws IOException {
        return Route.to("127.0.0.1", ((InetSocketAddress) address()).getPort());
    }

    private SocketAddress address() throws IOException {
        return server.getLocalAddress();
    }

    /** Waits until every script was played to its end, and fails as the first that failed. */
    void done() throws InterruptedException, TimeoutException {
        for (int i = 0; i < plays.size(); i++) {
            done(i);
        }
    }

    /** Waits until one script was played to its end and its connection closed. */
    void done(int script) throws InterruptedException, TimeoutException {
        try {
            plays.get(script).get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("script " + script + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (var channel : List.copyOf(channels)) {
            channel.close();
        }
        thread.interrupt();
    }

    /** A port at which nobody listens. */
    static int deadPort() throws IOException {
        try (var taken = new Socket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return taken.getLocalPort();
        }
    }
}
