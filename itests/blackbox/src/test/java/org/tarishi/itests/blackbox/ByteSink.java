package org.tarishi.itests.blackbox;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A next hop that keeps each message as it came over the wire, dots unstuffed. */
final class ByteSink implements AutoCloseable {

    private static final class Got {
        private final List<String> recipients;
        private final byte[] message;

        Got(List<String> recipients, byte[] message) {
            this.recipients = recipients;
            this.message = message;
        }
    }

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ConcurrentLinkedQueue<Got> got = new ConcurrentLinkedQueue<>();

    ByteSink() throws IOException {
        Thread.ofVirtual().name("sink").start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    List<byte[]> messagesTo(String recipient) {
        return got.stream()
                .filter(each -> each.recipients.contains(recipient))
                .map(each -> each.message)
                .toList();
    }

    private void accept() {
        try {
            while (true) {
                var connection = socket.accept();
                Thread.ofVirtual().name("sink session").start(() -> serve(connection));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            var in = new BufferedInputStream(connection.getInputStream());
            var recipients = new ArrayList<String>();
            reply(connection, "220 sink.example ESMTP");
            while (true) {
                var line = new String(line(in), StandardCharsets.UTF_8).trim();
                var verb = line.toUpperCase(Locale.ROOT);
                if (verb.startsWith("EHLO")) {
                    reply(
                            connection,
                            "250-sink.example\r\n250-PIPELINING\r\n250-SIZE 0\r\n250-SMTPUTF8\r\n250 8BITMIME");
                } else if (verb.startsWith("RCPT TO:<")) {
                    recipients.add(line.substring("RCPT TO:<".length(), line.indexOf('>')));
                    reply(connection, "250 ok");
                } else if (verb.equals("DATA")) {
                    reply(connection, "354 go on");
                    got.add(new Got(List.copyOf(recipients), message(in)));
                    recipients.clear();
                    reply(connection, "250 kept");
                } else if (verb.equals("QUIT")) {
                    reply(connection, "221 bye");
                    return;
                } else if (verb.isEmpty()) {
                    return;
                } else {
                    reply(connection, "250 ok");
                }
            }
        } catch (IOException e) {
            // The peer has gone; what it sent whole is kept.
        }
    }

    private static byte[] message(InputStream in) throws IOException {
        var message = new ByteArrayOutputStream();
        while (true) {
            var line = line(in);
            if (line.length == 3 && line[0] == '.' && line[1] == '\r') {
                return message.toByteArray();
            }
            int from = line.length > 0 && line[0] == '.' ? 1 : 0;
            message.write(line, from, line.length - from);
            if (line.length == 0) {
                throw new IOException("cut off");
            }
        }
    }

    /** A line with its LF; empty at the end. */
    private static byte[] line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream(128);
        int b = in.read();
        while (b >= 0) {
            line.write(b);
            if (b == '\n') {
                break;
            }
            b = in.read();
        }
        return line.toByteArray();
    }

    private static void reply(Socket connection, String text) throws IOException {
        connection.getOutputStream().write((text + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
