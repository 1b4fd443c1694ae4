package org.tarishi.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.core.spi.ClientCertificates;

/** When a session is resumed, and when a client has to look at the certificate again. */
final class ResumptionTest {

    private static final Forge.Made CA = Forge.authority("CN=Test authority");
    private static final Forge.Made EC = Forge.by(CA, "EC", "mx.example.com");
    private static final Forge.Made NEWER = Forge.by(CA, "EC", "mx.example.com");
    private static final Forge.Made OTHER = Forge.by(CA, "EC", "zz.example.org");

    @TempDir
    Path root;

    private Desk desk;
    private TlsKeys keys;

    @BeforeEach
    void start() throws Exception {
        desk = new Desk(root);
        Forge.write(desk.tls("k.pem"), EC.keyPem(), EC.certificatesPem());
        Forge.write(desk.tls("zz.example.org/k.pem"), OTHER.keyPem(), OTHER.certificatesPem());
        keys = desk.start();
    }

    private SSLEngine meet(SSLContext context, String name, String version) throws Exception {
        var client = Handshake.client(context, name, version);
        var server = keys.serverEngine(ClientCertificates.NONE);
        Handshake.run(client, server);
        // What a client may resume comes behind the handshake.
        assertThat(Handshake.say(server, client, "220 x")).isEqualTo("220 x");
        return client;
    }

    private static X509Certificate shown(SSLEngine client) throws Exception {
        return (X509Certificate) client.getSession().getPeerCertificates()[0];
    }

    private static boolean isResumed(SSLEngine later, SSLEngine earlier) {
        return later.getSession().getCreationTime() == earlier.getSession().getCreationTime();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aSessionIsResumedUntilTheCertificateIsAnother(String version) throws Exception {
        var context = Handshake.trusting();
        var first = meet(context, "mx.example.com", version);
        assertThat(isResumed(meet(context, "mx.example.com", version), first)).isTrue();

        Forge.write(desk.tls("k.pem"), NEWER.keyPem(), NEWER.certificatesPem());
        desk.look();
        assertThat(shown(meet(context, "mx.example.com", version))).isEqualTo(NEWER.certificate());
    }

    /**
     * The JDK's client asks for the name of the session that it resumes; others, such as OpenSSL's, for the one that they want now. So the
     * name is exchanged on its way, for which TLS 1.2 has no check before the end of the handshake.
     */
    @Test
    void aSessionOfOneNameIsNotResumedUnderAnother() throws Exception {
        var context = Handshake.trusting();
        meet(context, "mx.example.com", "TLSv1.2");
        // What the server shows lies open in this version.
        var same = answer(hello(context, "TLSv1.2"));
        assertThat(same).doesNotContain(text(EC.certificate().getEncoded()));
        var other = answer(hello(context, "TLSv1.2").replace("mx.example.com", "zz.example.org"));
        assertThat(other).contains(text(OTHER.certificate().getEncoded()));
    }

    /** The same in TLS 1.3, where a session that is to be resumed and does not fit the rest of the hello ends the handshake. */
    @Test
    void aTicketOfOneNameIsLeftAsideUnderAnother() throws Exception {
        var context = Handshake.trusting();
        meet(context, "mx.example.com", "TLSv1.3");
        var broken = hello(context, "TLSv1.3").replace("http/1.1", "http/9.9");
        assertThat(broken).contains("http/9.9");
        assertThatThrownBy(() -> answer(broken)).hasMessageContaining("binder");
        // The JDK shows a ticket once.
        meet(context, "mx.example.com", "TLSv1.3");
        assertThat(answer(hello(context, "TLSv1.3").replace("mx.example.com", "zz.example.org")))
                .isNotEmpty();
    }

    /** What a client says first. */
    private static String hello(SSLContext context, String version) throws SSLException {
        var client = Handshake.client(context, "mx.example.com", version);
        var parameters = client.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        client.setSSLParameters(parameters);
        client.beginHandshake();
        var net = ByteBuffer.allocate(1 << 16);
        var _ = client.wrap(ByteBuffer.allocate(0), net);
        return text(Arrays.copyOf(net.array(), net.position()));
    }

    /** What the server says to it. */
    private String answer(String hello) throws SSLException {
        var server = keys.serverEngine(ClientCertificates.NONE);
        server.beginHandshake();
        var _ = server.unwrap(
                ByteBuffer.wrap(hello.getBytes(StandardCharsets.ISO_8859_1)), ByteBuffer.allocate(1 << 16));
        var net = ByteBuffer.allocate(1 << 17);
        while (server.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP) {
            for (var task = server.getDelegatedTask(); task != null; task = server.getDelegatedTask()) {
                task.run();
            }
            if (server.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                var _ = server.wrap(ByteBuffer.allocate(0), net);
            }
        }
        return text(Arrays.copyOf(net.array(), net.position()));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aSessionWithoutANameIsResumedWithoutOne(String version) throws Exception {
        var context = Handshake.trusting();
        var first = meet(context, "", version);
        assertThat(isResumed(meet(context, "", version), first)).isTrue();
    }
}
