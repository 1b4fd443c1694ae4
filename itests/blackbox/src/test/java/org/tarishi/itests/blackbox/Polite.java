package org.tarishi.itests.blackbox;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Says EHLO to a server for a client that says STARTTLS without (RFC 3207 section 4 knows it only from the reply to EHLO), then passes on
 * what both say, octet by octet: TLS is between the two. It serves one client.
 */
final class Polite implements AutoCloseable {

    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final int to;

    Polite(int to) throws IOException {
        this.to = to;
        var _ = Thread.ofVirtual().start(this::serve);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void serve() {
        try (var client = listener.accept();
                var server = new Socket(InetAddress.getLoopbackAddress(), to)) {
            var said = new BufferedInputStream(server.getInputStream());
            var out = client.getOutputStream();
            out.write(reply(said));
            server.getOutputStream().write("EHLO client.example\r\n".getBytes(StandardCharsets.US_ASCII));
            var _ = reply(said);
            var back = Thread.ofVirtual().start(() -> pass(said, out));
            pass(client.getInputStream(), server.getOutputStream());
            server.shutdownOutput();
            back.join();
        } catch (IOException e) {
            // One of them has gone; what came of it, the test sees.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads a reply: lines, of which the last has no dash behind its code. */
    private static byte[] reply(InputStream in) throws IOException {
        var reply = new StringBuilder();
        while (true) {
            int begin = reply.length();
            int b;
            do {
                b = in.read();
                if (b < 0) {
                    throw new IOException("the server has gone");
                }
                reply.append((char) b);
            } while (b != '\n');
            if (reply.length() < begin + 4 || reply.charAt(begin + 3) != '-') {
                return reply.toString().getBytes(StandardCharsets.US_ASCII);
            }
        }
    }

    private static void pass(InputStream in, OutputStream out) {
        try {
            in.transferTo(out);
        } catch (IOException e) {
            // The other side sees the end.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
