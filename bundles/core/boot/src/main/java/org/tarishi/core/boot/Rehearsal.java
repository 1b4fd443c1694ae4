package org.tarishi.core.boot;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Clients of an instance that learns for {@code tarishi aot}: each goes into TLS and hands a mail in. So the classes that takes are loaded
 * when the cache is made, and the JVM knows which of their methods are called most: a server's first thousands of connections cost it
 * two thirds.
 */
final class Rehearsal {

    /** So many that the JVM has compiled, for the first time, what most of them take; twice as many teach it a twentieth more. */
    private static final int MAILS = 1_000;

    private static final int CLIENTS = 4;
    private static final int TIMEOUT_MILLIS = 20_000;

    private static final Pattern LISTENER = Pattern.compile("listeners: smtp: smtp on (127\\.[0-9.]+):([0-9]+)");

    private final InetSocketAddress server;
    private final SSLContext context;

    private Rehearsal(InetSocketAddress server) throws GeneralSecurityException {
        this.server = server;
        this.context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, null);
    }

    /**
     * Has the clients come; returns when all have gone.
     *
     * @throws IOException where there is no instance, it does not listen on loopback, or one of the clients is not served
     */
    static void run(Folders folders) throws IOException {
        var status = new ByteArrayOutputStream();
        ControlClient.run(folders.run(), "status", List.of(), status);
        var listener = LISTENER.matcher(status.toString(StandardCharsets.UTF_8));
        if (!listener.find()) {
            throw new IOException("there is no listener smtp on loopback");
        }
        var address =
                new InetSocketAddress(InetAddress.ofLiteral(listener.group(1)), Integer.parseInt(listener.group(2)));
        try {
            new Rehearsal(address).hold();
        } catch (GeneralSecurityException e) {
            throw new IOException("this JDK has no TLS", e);
        }
    }

    private void hold() throws IOException {
        try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
            var held = new ArrayList<Future<?>>();
            for (int i = 0; i < CLIENTS; i++) {
                int first = i;
                held.add(clients.submit(() -> {
                    for (int mail = first; mail < MAILS; mail += CLIENTS) {
                        converse(mail);
                    }
                    return null;
                }));
            }
            for (var each : held) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private void converse(int number) throws IOException {
        try (var plain = new Socket()) {
            plain.setSoTimeout(TIMEOUT_MILLIS);
            plain.setTcpNoDelay(true);
            plain.connect(server, TIMEOUT_MILLIS);
            var line = new Line(plain);
            line.expect('2');
            line.say("EHLO rehearsal.example", '2');
            line.say("STARTTLS", '2');
            // Under a name of its own each time, or it would resume a session, which takes no signature.
            var name = "mx" + number + ".example";
            try (var secured = context.getSocketFactory().createSocket(plain, name, server.getPort(), true)) {
                var under = new Line(secured);
                under.say("EHLO rehearsal.example", '2');
                under.say("MAIL FROM:<rehearsal@example.com>", '2');
                under.say("RCPT TO:<user@example.com>", '2');
                under.say("DATA", '3');
                under.say(
                        "From: rehearsal@example.com\r\nTo: user@example.com\r\nSubject: rehearsal " + number
                                + "\r\n\r\n" + "What a server does again and again it does better.\r\n".repeat(20)
                                + ".",
                        '2');
                under.say("QUIT", '2');
            }
        }
    }

    /** One side of a dialogue (RFC 5321 section 4.2). */
    private static final class Line {

        private final BufferedReader in;
        private final OutputStream out;

        Line(Socket socket) throws IOException {
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            out = socket.getOutputStream();
        }

        void say(String command, char wanted) throws IOException {
            out.write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            expect(wanted);
        }

        void expect(char wanted) throws IOException {
            String line;
            do {
                line = in.readLine();
                if (line == null) {
                    throw new EOFException("the server hung up on a client of the rehearsal");
                }
            } while (line.length() > 3 && line.charAt(3) == '-');
            if (line.isEmpty() || line.charAt(0) != wanted) {
                throw new IOException("a mail of the rehearsal was not taken: " + Escaping.escape(line));
            }
        }
    }

    /** The certificate was made a moment ago, and what is said to its holder is of no worth. */
    private static final class Anybody implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
