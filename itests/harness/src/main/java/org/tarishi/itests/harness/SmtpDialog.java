package org.tarishi.itests.harness;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** A client that says exactly what it is told to, and reads whole replies. One thread. */
public final class SmtpDialog implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 60_000;
    private static final byte[] END = {'.', '\r', '\n'};

    private Socket socket;
    private InputStream in;
    private OutputStream out;

    /** Connects to 127.0.0.1; nothing is read yet. */
    public SmtpDialog(int port) throws IOException {
        socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** Connects, reads the greeting and says EHLO. */
    public static SmtpDialog hello(int port) throws IOException {
        var dialog = new SmtpDialog(port);
        try {
            return dialog.expect("220 ").send("EHLO client.example").expect("250");
        } catch (IOException | AssertionError e) {
            dialog.close();
            throw e;
        }
    }

    /** Connects, begins TLS by STARTTLS, and says EHLO within. */
    public static SmtpDialog secure(int port, SSLSocketFactory factory) throws IOException {
        return secure(port, factory, "localhost");
    }

    /** The same, asking for a name (SNI), where it has a dot. */
    public static SmtpDialog secure(int port, SSLSocketFactory factory, String name) throws IOException {
        var dialog = hello(port);
        try {
            dialog.send("STARTTLS").expect("220 ");
            var secured = (SSLSocket) factory.createSocket(dialog.socket, name, port, true);
            secured.startHandshake();
            dialog.socket = secured;
            dialog.in = new BufferedInputStream(secured.getInputStream());
            dialog.out = secured.getOutputStream();
            return dialog.send("EHLO client.example").expect("250");
        } catch (IOException | AssertionError e) {
            dialog.close();
            throw e;
        }
    }

    /** Returns the server's certificate; of a connection that was begun by {@link #secure}. */
    public X509Certificate certificate() throws IOException {
        return (X509Certificate) ((SSLSocket) socket).getSession().getPeerCertificates()[0];
    }

    /** Sends a line; CRLF is added. */
    public SmtpDialog send(String line) throws IOException {
        return send((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Sends these bytes as they are. */
    public SmtpDialog send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    /** Sends a message that ends with CRLF: dots are stuffed, the final dot follows, all in one write. */
    public SmtpDialog sendMessage(byte[] message) throws IOException {
        var stuffed = new ByteArrayOutputStream(message.length + 64);
        boolean isLineStart = true;
        for (byte b : message) {
            if (isLineStart && b == '.') {
                stuffed.write('.');
            }
            stuffed.write(b);
            isLineStart = b == '\n';
        }
        stuffed.writeBytes(END);
        return send(stuffed.toByteArray());
    }

    /** Reads one reply, which must begin so. */
    public SmtpDialog expect(String beginning) throws IOException {
        var reply = reply();
        if (!reply.startsWith(beginning)) {
            throw new AssertionError("want a reply that begins with \"" + beginning + "\", got: " + reply);
        }
        return this;
    }

    /** Reads one reply; its lines are joined by a line feed. */
    public String reply() throws IOException {
        var reply = new StringBuilder();
        while (true) {
            var line = line();
            reply.append(line);
            if (line.length() < 4 || line.charAt(3) != '-') {
                return reply.toString();
            }
            reply.append('\n');
        }
    }

    /** Tells whether the server has hung up; waits for it. */
    public boolean isClosedByServer() throws IOException {
        return in.read() < 0;
    }

    /** One whole transaction on this connection; returns the last reply, which is the first one that is no yes. */
    public String transact(String sender, String recipient, byte[] message) throws IOException {
        send("MAIL FROM:<" + sender + ">");
        var reply = reply();
        if (reply.startsWith("2")) {
            send("RCPT TO:<" + recipient + ">");
            reply = reply();
        }
        if (reply.startsWith("2")) {
            send("DATA");
            reply = reply();
        }
        if (!reply.startsWith("354")) {
            return reply;
        }
        sendMessage(message);
        return reply();
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream(80);
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the server hung up" + (line.size() > 0 ? " in the line " + line : ""));
            }
            if (b == '\n') {
                var text = line.toString(StandardCharsets.UTF_8);
                if (!text.endsWith("\r")) {
                    throw new AssertionError("a reply's line ends without CR: " + text);
                }
                return text.substring(0, text.length() - 1);
            }
            line.write(b);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
