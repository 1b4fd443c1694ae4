package org.tarishi.plugin.acme;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the HTTP challenges of a certificate authority (RFC 8555 section 8.3), and nothing else.
 *
 * <p>It listens from its making to {@link #close}, which is as long as one order takes. It reads one request of each connection, and
 * that has {@link #REQUEST_TIME} as a whole: whoever sends slowly can't keep the authority out for long. At most
 * {@link #MOST_CONNECTIONS} are answered at once, others wait.
 */
final class HttpResponder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpResponder.class);

    private static final String PREFIX = "/.well-known/acme-challenge/";
    private static final Duration REQUEST_TIME = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int MOST_CONNECTIONS = 64;
    private static final int LONGEST_REQUEST = 8192;

    private final ServerSocket listener;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final Semaphore free = new Semaphore(MOST_CONNECTIONS);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Thread acceptor;

    /** Listens. */
    HttpResponder(InetSocketAddress address) throws IOException {
        listener = new ServerSocket();
        try {
            listener.setReuseAddress(true);
            listener.bind(address, MOST_CONNECTIONS);
        } catch (IOException e) {
            listener.close();
            throw new IOException("http-01 can't listen on " + address + ": " + e.getMessage(), e);
        }
        acceptor = Thread.ofVirtual().name("acme-http").start(this::accept);
    }

    /** Returns the port that it listens on. */
    int port() {
        return listener.getLocalPort();
    }

    /** Answers a token from now on. */
    void put(String token, String authorization) {
        answers.put(token, authorization);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        acceptor.interrupt();
        for (var socket : open) {
            socket.close();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                free.acquire();
                var socket = accepted();
                open.add(socket);
                Thread.ofVirtual().name("acme-http-answer").start(() -> serve(socket));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private Socket accepted() throws InterruptedException {
        while (true) {
            try {
                return listener.accept();
            } catch (IOException e) {
                if (listener.isClosed()) {
                    throw new InterruptedException("closed");
                }
                LOG.debug("http-01: a connection could not be accepted: {}", e.getMessage());
                Thread.sleep(PAUSE); // no descriptors left, as a rule
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var target = target(socket);
            var token = target.startsWith(PREFIX) ? target.substring(PREFIX.length()) : "";
            var answer = answers.get(token);
            LOG.debug(
                    "http-01: {} was asked for by {}",
                    answer == null ? "something else" : token,
                    socket.getInetAddress());
            socket.getOutputStream()
                    .write((answer == null ? response("404 Not Found", "") : response("200 OK", answer))
                            .getBytes(US_ASCII));
            socket.shutdownOutput();
        } catch (IOException e) {
            LOG.debug("http-01: {} was not answered: {}", socket.getInetAddress(), e.getMessage());
        } finally {
            open.remove(socket);
            free.release();
        }
    }

    private static String response(String status, String body) {
        return "HTTP/1.1 " + status + "\r\nContent-Type: application/octet-stream\r\nContent-Length: " + body.length()
                + "\r\nConnection: close\r\n\r\n" + body;
    }

    /** Reads a request to the end of its header and returns its target; empty for what is no GET. */
    private static String target(Socket socket) throws IOException {
        long end = System.nanoTime() + REQUEST_TIME.toNanos();
        var in = socket.getInputStream();
        var request = new byte[LONGEST_REQUEST];
        int length = 0;
        while (!isWhole(request, length)) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0 || length == request.length) {
                throw new IOException("no whole request in time or room");
            }
            socket.setSoTimeout((int) left);
            int read = in.read(request, length, request.length - length);
            if (read < 0) {
                throw new IOException("no whole request");
            }
            length += read;
        }
        var words = new String(request, 0, length, US_ASCII)
                .lines()
                .findFirst()
                .orElse("")
                .split(" ", -1);
        return words.length == 3 && words[0].equals("GET") ? words[1] : "";
    }

    private static boolean isWhole(byte[] request, int length) {
        return length >= 4
                && request[length - 4] == '\r'
                && request[length - 3] == '\n'
                && request[length - 2] == '\r'
                && request[length - 1] == '\n';
    }
}
