package org.tarishi.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.tarishi.api.Text;

/**
 * Speaks SMTP to a server line by line, as a test says it.
 *
 * <p>A step and its expected reply stand in one expression; a script is the same as text, which anyone who knows SMTP can read. A reply
 * that did not come as expected is an {@link AssertionError} with the whole conversation. Blocks, at most ten seconds a read. One thread at a time.
 *
 * <pre>{@code
 * try (var smtp = SmtpDialog.connect(server)) {
 *     smtp.expect("220 ").send("EHLO mx.example").expect("250 ").send("RCPT TO:<a@b.example>").expect("503 5.5.1");
 * }
 * }</pre>
 */
public final class SmtpDialog implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** What a line of a reply may have, and no server should need. */
    private static final int LONGEST_LINE = 64 * 1024;

    private final Socket socket;
    private final InputStream in;
    private final List<String> said = new ArrayList<>();

    private SmtpDialog(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** Connects to a server. */
    public static SmtpDialog connect(InetSocketAddress server) throws IOException {
        var socket = new Socket();
        try {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.setTcpNoDelay(true);
            socket.connect(server, (int) PATIENCE.toMillis());
            return new SmtpDialog(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends a line and its CRLF. */
    public SmtpDialog send(String line) throws IOException {
        said.add("C: " + Text.escaped(line));
        return write((line + "\r\n").getBytes(UTF_8));
    }

    /** Sends bytes as they are. */
    public SmtpDialog sendBytes(byte[] bytes) throws IOException {
        said.add("C: (" + bytes.length + " bytes)");
        return write(bytes);
    }

    private SmtpDialog write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Reads one whole reply, whose last line must begin with this. */
    public SmtpDialog expect(String beginning) throws IOException {
        var last = reply().getLast();
        if (!last.startsWith(beginning)) {
            throw unlike(beginning);
        }
        return this;
    }

    /** Reads one whole reply and returns its lines, without CRLF. */
    public List<String> reply() throws IOException {
        var lines = new ArrayList<String>();
        do {
            lines.add(line());
        } while (lines.getLast().length() > 3 && lines.getLast().charAt(3) == '-');
        return List.copyOf(lines);
    }

    /** Waits for the server to hang up, after having said nothing more. */
    public SmtpDialog expectEnd() throws IOException {
        int b = in.read();
        if (b >= 0) {
            said.add("S: " + Text.escaped(Character.toString(b)) + "…");
            throw unlike("the end of the connection");
        }
        return this;
    }

    /**
     * Plays a script: lines that begin with {@code C: } are sent, lines that begin with {@code S: } are one whole reply each, whose last
     * line they must equal, or begin with where they end in {@code …}. Empty lines, and lines that begin with {@code #}, say nothing.
     */
    public SmtpDialog play(String script) throws IOException {
        for (var line : script.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.equals("C:") || line.startsWith("C: ")) {
                send(line.length() > 3 ? line.substring(3) : "");
            } else if (line.startsWith("S: ")) {
                match(line.substring(3));
            } else {
                throw new IllegalArgumentException("a line of a script begins with C: or S: or #: " + line);
            }
        }
        return this;
    }

    private void match(String wanted) throws IOException {
        var last = reply().getLast();
        boolean fits =
                wanted.endsWith("…") ? last.startsWith(wanted.substring(0, wanted.length() - 1)) : last.equals(wanted);
        if (!fits) {
            throw unlike(wanted);
        }
    }

    private String line() throws IOException {
        var bytes = new ByteArrayOutputStream();
        int before = 0;
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the server hung up\n" + conversation());
            }
            if (b == '\n' && before == '\r') {
                var text = bytes.toString(UTF_8);
                var line = text.substring(0, text.length() - 1);
                said.add("S: " + Text.escaped(line));
                return line;
            }
            if (b == '\n' || bytes.size() == LONGEST_LINE) {
                throw unlike("a line that ends with CRLF");
            }
            bytes.write(b);
            before = b;
        }
    }

    private AssertionError unlike(String wanted) {
        return new AssertionError("wanted: " + wanted + "\n" + conversation());
    }

    /** Returns what was said so far, a line each. */
    public String conversation() {
        return String.join("\n", said);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
