package org.tarishi.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SmtpDialogTest {

    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    /** Says these bytes at once and hangs up when the client has. */
    private SmtpDialog serverSaying(String all, boolean hangsUp) throws IOException {
        Thread.ofVirtual().start(() -> {
            try (var peer = server.accept()) {
                peer.getOutputStream().write(all.getBytes(UTF_8));
                if (hangsUp) {
                    peer.shutdownOutput();
                }
                peer.getInputStream().readAllBytes();
            } catch (IOException e) {
                // The test's end closes both sockets.
            }
        });
        return SmtpDialog.connect((InetSocketAddress) server.getLocalSocketAddress());
    }

    @Test
    void aDialogGoesStepByStepOrAsAScript() throws Exception {
        try (var smtp = serverSaying("220 hi\r\n250-mx\r\n250 SIZE\r\n503 5.5.1 no\r\n221 bye\r\n", true)) {
            smtp.expect("220 ").send("EHLO me").expect("250 ").play("""
                # RCPT before MAIL
                C: RCPT TO:<a@b.example>
                S: 503 5.5.1 …

                C: QUIT
                S: 221 bye
                """).expectEnd();
            assertThat(smtp.conversation()).startsWith("S: 220 hi\nC: EHLO me\nS: 250-mx\n");
        }
    }

    @Test
    void whatCameInsteadIsShown() throws Exception {
        try (var smtp = serverSaying("554 \u0007no\r\n", false)) {
            assertThatThrownBy(() -> smtp.expect("220"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("wanted: 220\nS: 554 \\u0007no");
        }
    }

    @Test
    void aLineThatEndsWithALoneLfIsNone() throws Exception {
        try (var smtp = serverSaying("220 hi\n", false)) {
            assertThatThrownBy(smtp::reply).isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void aServerThatHangsUpIsNotWaitedFor() throws Exception {
        try (var smtp = serverSaying("220-hi\r\n", true)) {
            assertThatThrownBy(smtp::reply).isInstanceOf(EOFException.class);
        }
    }
}
