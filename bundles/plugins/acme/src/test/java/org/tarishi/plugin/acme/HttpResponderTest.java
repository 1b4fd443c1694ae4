package org.tarishi.plugin.acme;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpResponderTest {

    private HttpResponder responder;

    @BeforeEach
    void open() throws IOException {
        responder = new HttpResponder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        responder.put("token", "token.thumb");
    }

    @AfterEach
    void close() throws IOException {
        responder.close();
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), responder.port());
    }

    private String ask(String request) throws IOException {
        try (var socket = connect()) {
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    @Test
    void aTokenIsAnsweredWithItsAuthorization() throws IOException {
        answers();
    }

    private void answers() throws IOException {
        assertThat(ask("GET /.well-known/acme-challenge/token HTTP/1.1\r\nHost: mx.example\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("Content-Length: 11\r\n")
                .endsWith("\r\n\r\ntoken.thumb");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1",
                "GET /.well-known/acme-challenge/ HTTP/1.1",
                "GET /.well-known/acme-challenge/other HTTP/1.1",
                "GET /.well-known/acme-challenge/../acme-challenge/token HTTP/1.1",
                "POST /.well-known/acme-challenge/token HTTP/1.1",
                "GET token HTTP/1.1",
                "nonsense"
            })
    void nothingElseIsAnswered(String line) throws IOException {
        assertThat(ask(line + "\r\nHost: x\r\n\r\n"))
                .startsWith("HTTP/1.1 404 Not Found\r\n")
                .doesNotContain("thumb");
    }

    @Test
    void aRequestWithoutEndIsCutOff() throws IOException {
        try (var socket = connect()) {
            socket.getOutputStream().write("x".repeat(8192).getBytes(US_ASCII));
            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        }
    }

    @Test
    void manyIdleConnectionsDontKeepTheAuthorityOut() throws IOException {
        var idle = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 64; i++) {
                idle.add(connect());
            }
            answers();
        } finally {
            for (var socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void afterItsEndNobodyIsAnswered() throws IOException {
        int port = responder.port();
        responder.close();

        assertThat(saidBySomebodyElse(port)).doesNotContain("token.thumb");
    }

    /** The port is free, so another process may have it by now. */
    private static String saidBySomebodyElse(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1000);
            socket.getOutputStream()
                    .write("GET /.well-known/acme-challenge/token HTTP/1.1\r\nHost: mx.example\r\n\r\n"
                            .getBytes(US_ASCII));
            return new String(socket.getInputStream().readNBytes(1000), US_ASCII);
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void aPortThatIsTakenIsToldWithItsAddress() {
        assertThatThrownBy(() ->
                        new HttpResponder(new InetSocketAddress(InetAddress.getLoopbackAddress(), responder.port())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("http-01 can't listen on")
                .hasMessageContaining(Integer.toString(responder.port()));
    }
}
