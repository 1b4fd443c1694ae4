package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that says what it is told to, byte for byte. */
final class Client implements AutoCloseable {

    private final Socket socket = new Socket();

    Client(InetSocketAddress server) throws IOException {
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        socket.connect(server);
    }

    Client send(String... lines) throws IOException {
        return raw(String.join("\r\n", lines) + "\r\n");
    }

    Client raw(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Reads the lines of a reply; each is an exact line, or a beginning that ends in …. */
    Client expect(String... lines) throws IOException {
        for (var wanted : lines) {
            Stage.check(wanted, line());
        }
        return this;
    }

    String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = socket.getInputStream().read();
                b >= 0;
                b = socket.getInputStream().read()) {
            if (b == '\n') {
                return line.toString(StandardCharsets.UTF_8).stripTrailing();
            }
            line.write(b);
        }
        return "(end)";
    }

    Client expectEnd() throws IOException {
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
        return this;
    }

    Socket socket() {
        return socket;
    }

    /** Ends the sending half. */
    Client halfClose() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Ends with a reset, as a crashed client does. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
