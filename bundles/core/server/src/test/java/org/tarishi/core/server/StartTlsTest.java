package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.tarishi.api.AuthResult;
import org.tarishi.api.Moment;
import org.tarishi.api.NoteKey;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;
import org.tarishi.api.service.Tables;

/** What STARTTLS lets through, and what it does not; {@code 08-tls.txt} has its codes. */
final class StartTlsTest {

    private static final List<String> INJECTED = List.of(
            "EHLO injected.example\r\n",
            "HELO injected.example\r\n",
            "MAIL FROM:<evil@b.example>\r\n",
            "EHLO x\r\nMAIL FROM:<evil@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n",
            "RSET\r\n",
            "NOOP\r\n",
            "VRFY injected\r\n",
            "AUTH PLAIN AGEAYg==\r\n",
            "STARTTLS\r\n",
            "BDAT 4\r\nQUIT",
            "QUIT\r\n",
            "HELP\r\n",
            "XCLIENT ADDR=192.0.2.1\r\n",
            "MAIL FROM:<half",
            "bare\nline\r\n",
            "\r\n");

    /** How the injected text comes. */
    enum Cut {
        /** In the segment of STARTTLS. */
        TOGETHER,
        /** Half of it in the segment of STARTTLS, half behind the 220. */
        HALVES,
        /** Behind the 220. */
        BEHIND,
        /** Behind the 220, byte by byte. */
        BYTES,
        /** In the segment of STARTTLS, while plugins have not answered EHLO yet. */
        WHILE_BUSY,
        /** Behind the 220, right in front of the client's first record. */
        IN_FRONT
    }

    static Stream<Arguments> injections() {
        return INJECTED.stream().flatMap(text -> Stream.of(Cut.values()).map(cut -> Arguments.of(text, cut)));
    }

    private static Stage stage(String tls) {
        var stage = new Stage();
        stage.listener.put("tls", tls);
        return stage;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @MethodSource("injections")
    void plainTextBehindStartTlsIsNeverAnsweredAndNeverActedUpon(String text, Cut cut) {
        try (var stage = stage("offered")) {
            stage.hooks.timing = cut == Cut.WHILE_BUSY ? FakeHooks.Timing.WHEN_TOLD : FakeHooks.Timing.AT_ONCE;
            stage.connect();
            if (cut == Cut.WHILE_BUSY) {
                answer(stage);
                stage.expect("220 …").send(bytes("EHLO client.example\r\nSTARTTLS\r\n" + text));
                answer(stage);
                answer(stage);
            } else {
                stage.expect("220 …").send("EHLO client.example");
            }
            String line;
            do {
                line = stage.line();
                assertThat(line).startsWith("250");
            } while (line.charAt(3) == '-');
            int half = text.length() / 2;
            switch (cut) {
                case TOGETHER -> stage.send(bytes("STARTTLS\r\n" + text));
                case HALVES -> stage.send(bytes("STARTTLS\r\n" + text.substring(0, half)));
                case WHILE_BUSY -> {}
                default -> stage.send("STARTTLS");
            }
            stage.expect("220 2.0.0 ready to start TLS").expectNothing();
            switch (cut) {
                case HALVES -> stage.sendBelow(bytes(text.substring(half)));
                case BEHIND -> stage.sendBelow(bytes(text));
                case BYTES -> {
                    for (byte b : bytes(text)) {
                        stage.sendBelow(new byte[] {b});
                    }
                }
                case IN_FRONT -> {
                    var hello = new TlsPeer(FakeTls.client()).out();
                    var both = new byte[bytes(text).length + hello.length];
                    System.arraycopy(bytes(text), 0, both, 0, bytes(text).length);
                    System.arraycopy(hello, 0, both, bytes(text).length, hello.length);
                    stage.sendBelow(both);
                }
                default -> {}
            }
            if (cut == Cut.TOGETHER || cut == Cut.WHILE_BUSY) {
                stage.hooks.timing = FakeHooks.Timing.AT_ONCE;
                stage.secure().expectNothing();
                stage.send("MAIL FROM:<a@b.example>").expect("503 5.5.1 say EHLO or HELO first");
                stage.send("NOOP").expect("250 …").expectNothing();
            } else {
                // Fewer than five octets are no record yet, and some look like the beginning of one: what follows shows
                // what they are.
                stage.sendBelow(bytes(".".repeat(20_000)));
                assertThat(stage.channel().isOpen()).isFalse();
                assertThat(stage.received()).doesNotContain("250", "354", "503", "221", "500");
            }
            assertThat(stage.hooks.begun.get()).as("transactions").isZero();
        }
    }

    private static void answer(Stage stage) {
        for (int i = 0; i < 4; i++) {
            stage.hooks.answer();
            stage.settle();
        }
    }

    // ---- what stays, and what goes

    private static final NoteKey<String> BEFORE = NoteKey.of("before", String.class);
    private static final NoteKey<String> AFTER = NoteKey.of("after", String.class);

    @Test
    void whatPluginsFoundOutByTheAddressStaysAndWhatTheClientSaidGoes() {
        var seen = new ArrayList<SmtpConnection>();
        try (var stage = stage("offered")) {
            stage.hooks.answers.put(Moment.CONNECT, subject -> {
                var connection = Objects.requireNonNull(subject.connection());
                seen.add(connection);
                connection.notes().put(BEFORE, "by address");
                connection.results().pass("by-address");
                connection.authResults().add(AuthResult.of("iprev", "pass"));
                return HookResult.CONTINUE;
            });
            stage.hooks.answers.put(Moment.EHLO, subject -> {
                var connection = Objects.requireNonNull(subject.connection());
                connection.notes().put(BEFORE, "by hello");
                connection.notes().put(AFTER, "by hello");
                connection.results().pass("by-hello");
                connection.authResults().add(AuthResult.of("helo", "pass"));
                connection.grantRelaying("test");
                return HookResult.CONTINUE;
            });
            stage.connect().expect("220 …").send("EHLO client.example");
            var connection = seen.getFirst();
            assertThat(connection.isRelaying()).isTrue();
            assertThat(connection.notes().get(AFTER)).isPresent();
            while (!stage.line().startsWith("250 ")) {
                // the offer
            }
            stage.send("STARTTLS").expect("220 …").secure();

            assertThat(connection.hello()).isEmpty();
            assertThat(connection.isEsmtp()).isFalse();
            assertThat(connection.capabilities()).isEmpty();
            assertThat(connection.isRelaying()).isFalse();
            assertThat(connection.lastReply()).isEmpty();
            assertThat(connection.currentLine()).isEmpty();
            assertThat(connection.notes().get(BEFORE)).contains("by address");
            assertThat(connection.notes().get(AFTER)).isEmpty();
            assertThat(((FakeResults) connection.results()).written)
                    .anySatisfy(line -> assertThat(line).contains("by-address"))
                    .noneSatisfy(line -> assertThat(line).contains("by-hello"));
            assertThat(connection.authResults().all()).hasSize(1);
            assertThat(connection.tls()).isPresent();
        }
    }

    @Test
    void whoPipelinedBeforeTlsIsNoEarlyTalkerWithin() {
        var seen = new ArrayList<SmtpConnection>();
        try (var stage = stage("offered")) {
            remember(stage, seen);
            stage.connect().expect("220 …").send(bytes("EHLO x\r\nSTARTTLS\r\nNOOP\r\n"));
            while (!stage.line().startsWith("220 ")) {
                // the offer
            }
            stage.secure();
            assertThat(seen.getFirst().isEarlyTalker()).isFalse();
            assertThat(seen.getFirst().isPipelining()).isFalse();
        }
    }

    private static void remember(Stage stage, List<SmtpConnection> seen) {
        stage.hooks.answers.put(Moment.CONNECT, subject -> {
            seen.add(Objects.requireNonNull(subject.connection()));
            return HookResult.CONTINUE;
        });
    }

    // ---- facts

    private static Stage begun(Stage stage) {
        stage.connect().expect("220 …").send("EHLO client.example");
        while (!stage.line().startsWith("250 ")) {
            // the offer
        }
        return stage.send("STARTTLS").expect("220 …");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void pluginsSeeVersionCipherNameAndBothSidesTheSameChannelBindings(String version) throws Exception {
        var seen = new ArrayList<SmtpConnection>();
        try (var stage = stage("offered")) {
            remember(stage, seen);
            begun(stage).secure(FakeTls.client(version));
            var tls = seen.getFirst().tls().orElseThrow();
            assertThat(tls.protocol()).isEqualTo(version);
            assertThat(tls.cipherSuite())
                    .isEqualTo(stage.peer().engine().getSession().getCipherSuite());
            assertThat(tls.serverName().orElseThrow().ascii()).isEqualTo("mx.test");
            assertThat(tls.clientCertificates()).isEmpty();
            assertThat(tls.isClientVerified()).isFalse();
            assertThat(tls.verifyError()).isEmpty();
            var its = (javax.net.ssl.ExtendedSSLSession) stage.peer().engine().getSession();
            assertThat(tls.channelBinding("tls-exporter").orElseThrow())
                    .isEqualTo(its.exportKeyingMaterialData("EXPORTER-Channel-Binding", new byte[0], 32));
            assertThat(tls.channelBinding("tls-server-end-point").orElseThrow())
                    .isEqualTo(java.security.MessageDigest.getInstance("SHA-256")
                            .digest(FakeTls.serverCertificate().getEncoded()));
            assertThat(tls.channelBinding("tls-unique")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aClientsCertificateIsAFactForPluginsTrustedOrNot(String version) {
        for (var objection : new String[] {null, "it has expired"}) {
            var seen = new ArrayList<SmtpConnection>();
            try (var stage = stage("offered")) {
                stage.listener.put("clientCertificates", "asked");
                stage.tls.objection = objection;
                remember(stage, seen);
                begun(stage)
                        .secure(FakeTls.clientWithCertificate(version))
                        .send("NOOP")
                        .expect("250 …");
                var tls = seen.getFirst().tls().orElseThrow();
                assertThat(tls.clientCertificates())
                        .singleElement()
                        .satisfies(
                                one -> assertThat(one.getSubjectX500Principal().getName())
                                        .isEqualTo("CN=client.test"));
                assertThat(tls.isClientVerified()).isEqualTo(objection == null);
                assertThat(tls.verifyError()).isEqualTo(Optional.ofNullable(objection));
            }
        }
    }

    @Test
    void whoIsAskedForACertificateNeedNotHaveOne() {
        try (var stage = stage("offered")) {
            stage.listener.put("clientCertificates", "asked");
            begun(stage).secure().send("NOOP").expect("250 …");
        }
    }

    // ---- failures, in words

    private static List<String> logged(Level level, Runnable code) {
        var logger = (Logger) LoggerFactory.getLogger("org.tarishi.smtp");
        var before = logger.getLevel();
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        logger.setLevel(level);
        logger.addAppender(lines);
        try {
            code.run();
        } finally {
            logger.detachAppender(lines);
            logger.setLevel(before);
        }
        assertThat(lines.list)
                .allSatisfy(line -> assertThat(line.getMDCPropertyMap()).containsKey(SessionLog.ID));
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void plainTextInPlaceOfAHandshakeIsOneLine() {
        assertThat(logged(Level.INFO, () -> {
                    try (var stage = stage("offered")) {
                        begun(stage).sendBelow(bytes("EHLO client.example\r\n")).expectClosed();
                    }
                }))
                .containsExactly("tls handshake failed ip=127.0.0.1:4321 reason=\"the client speaks plain text\"");
    }

    @Test
    void aVersionThatIsTooOldIsOneLine() {
        assertThat(logged(Level.INFO, () -> {
                    try (var stage = stage("offered")) {
                        stage.tls.versions = new String[] {"TLSv1.3"};
                        begun(stage).shake(FakeTls.client("TLSv1.2"));
                        assertThat(stage.peer().trouble()).isNotNull();
                        stage.expectClosed();
                    }
                }))
                .containsExactly(
                        "tls handshake failed ip=127.0.0.1:4321 reason=\"the client speaks only versions of TLS that"
                                + " are not allowed\"");
    }

    @Test
    void noCipherInCommonIsOneLine() {
        assertThat(logged(Level.INFO, () -> {
                    try (var stage = stage("offered")) {
                        var client = FakeTls.client("TLSv1.2");
                        client.setEnabledCipherSuites(new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
                        begun(stage).shake(client);
                        stage.expectClosed();
                    }
                }))
                .containsExactly(
                        "tls handshake failed ip=127.0.0.1:4321 reason=\"no cipher in common, or no certificate of a"
                                + " kind that the client can check\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aRequiredCertificateThatIsMissingIsOneLine(String version) {
        assertThat(logged(Level.INFO, () -> {
                    try (var stage = stage("offered")) {
                        stage.listener.put("clientCertificates", "required");
                        begun(stage).shake(FakeTls.client(version));
                        stage.expectClosed();
                    }
                }))
                .containsExactly("tls handshake failed ip=127.0.0.1:4321 reason=\"the client showed no certificate\"");
    }

    @Test
    void aClientThatDoesNotTrustTheCertificateIsOneLine() {
        assertThat(logged(Level.INFO, () -> {
                    try (var stage = stage("offered")) {
                        begun(stage).shake(FakeTls.distrustfulClient());
                        stage.expectClosed();
                    }
                }))
                .singleElement()
                .asString()
                .startsWith("tls handshake failed ip=127.0.0.1:4321 reason=\"the client d");
    }

    @Test
    void aHandshakeThatIsNotBegunInTimeEndsTheConnection() {
        assertThat(logged(Level.INFO, () -> {
                    try (var stage = stage("offered")) {
                        stage.listener.put("tlsTimeout", "PT5S");
                        begun(stage);
                        pass(stage, 4);
                        assertThat(stage.channel().isOpen()).isTrue();
                        pass(stage, 2);
                        stage.expectClosed();
                    }
                }))
                .containsExactly("tls handshake failed ip=127.0.0.1:4321 reason=\"the client took too long\"");
    }

    @Test
    void onAnImplicitPortAHandshakeThatIsNotBegunInTimeEndsTheConnection() {
        try (var stage = stage("implicit")) {
            stage.listener.put("tlsTimeout", "PT5S");
            stage.connect();
            pass(stage, 6);
            stage.expectClosed();
            assertThat(stage.hooks.events).isEmpty();
            assertThat(stage.server().open()).isZero();
        }
    }

    private static void pass(Stage stage, long seconds) {
        stage.channel().advanceTimeBy(seconds, TimeUnit.SECONDS);
        stage.channel().runScheduledPendingTasks();
        stage.settle();
    }

    @Test
    void aClientThatGoesInTheHandshakeIsOneLine() {
        assertThat(logged(Level.INFO, () -> {
                    try (var stage = stage("offered")) {
                        begun(stage).hangUp();
                    }
                }))
                .containsExactly("tls handshake failed ip=127.0.0.1:4321 reason=\"the client went away\"");
    }

    @Test
    void aClientThatIsGoneBeforeItReadsThatItMayBeginLeavesNoSession() {
        try (var stage = stage("offered")) {
            stage.connect().expect("220 …").send("EHLO client.example");
            stage.received();
            assertThat(stage.server().census().all()).isOne();
            stage.channel().pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
                @Override
                public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
                    ReferenceCountUtil.release(message);
                    var _ = promise.setFailure(new IOException("Connection reset by peer"));
                    var _ = context.close();
                }
            });
            stage.send("STARTTLS");
            assertThat(stage.channel().isOpen()).isFalse();
            assertThat(stage.server().census().all()).isZero();
            assertThat(stage.hooks.events).endsWith("closed");
        }
    }

    @Test
    void whatBreaksTheLayerLaterIsOneLine() {
        assertThat(logged(Level.INFO, () -> {
                    try (var stage = stage("offered")) {
                        begun(stage).secure().sendBelow(bytes("EHLO client.example\r\n"));
                        assertThat(stage.channel().isOpen()).isFalse();
                    }
                }))
                .singleElement()
                .asString()
                .startsWith("tls broken ip=127.0.0.1:4321 reason=\"");
    }

    @Test
    void whatWasThrownAwayIsOneLine() {
        assertThat(logged(Level.INFO, () -> {
                    try (var stage = stage("offered")) {
                        stage.connect().expect("220 …").send("EHLO x");
                        stage.send(bytes("STARTTLS\r\nNOOP\r\n")).secure();
                    }
                }))
                .containsExactly("plain text behind STARTTLS thrown away ip=127.0.0.1:4321 bytes=6");
    }

    @Test
    void aSecondHandshakeWithinTls12IsNotCarriedOut() throws Exception {
        try (var stage = stage("offered")) {
            begun(stage).secure(FakeTls.client("TLSv1.2"));
            stage.peer().engine().beginHandshake();
            stage.send(bytes(""));
            stage.send("NOOP");
            assertThat(stage.line()).isNotEqualTo("250 2.0.0 OK");
            assertThat(stage.channel().isOpen()).isFalse();
        }
    }

    // ---- the stop, the end

    @Test
    void aStopDuringTheHandshakeIsToldBehindIt() {
        try (var stage = stage("offered")) {
            begun(stage);
            stage.channel().pipeline().get(SmtpWire.class).drain();
            stage.settle();
            stage.expectNothing();
            stage.secure().expect("421 4.3.2 service closing, try again later");
        }
    }

    @Test
    void aClientThatHasEndedItsSideBeforeStartTlsIsAnsweredIsNotWaitedFor() {
        try (var stage = stage("offered")) {
            stage.hooks.timing = FakeHooks.Timing.WHEN_TOLD;
            stage.connect();
            answer(stage);
            stage.expect("220 …").send("EHLO client.example", "STARTTLS");
            stage.channel().pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            answer(stage);
            assertThat(stage.received()).endsWith("220 2.0.0 ready to start TLS\r\n");
            assertThat(stage.channel().isOpen()).isFalse();
        }
    }

    @Test
    void aClientThatEndsItsSideInOrderIsAnsweredFirst() {
        try (var stage = stage("implicit")) {
            stage.connect().secure().expect("220 …");
            stage.peer().say(bytes("NOOP\r\n"));
            stage.peer().end();
            stage.sendBelow(stage.peer().out());
            assertThat(stage.line()).isEqualTo("250 2.0.0 OK");
            stage.expectClosed();
        }
    }

    @Test
    void aConnectionThatIsRefusedOnAnImplicitPortCostsNoHandshake() {
        try (var stage = stage("implicit")) {
            stage.settings.put("maxSessions", 1);
            stage.connect().secure().expect("220 …");
            try (var other = stage.another()) {
                other.settle();
                assertThat(other.channel().isOpen()).isFalse();
            }
        }
    }

    @Test
    void aRecordThatIsNoneLeavesNothingBehind() {
        try (var stage = stage("offered")) {
            begun(stage).sendBelow(bytes("\u0016\u0003\u0001\u0000\u0005hello"));
            assertThat(stage.channel().isOpen()).isFalse();
            assertThat(stage.server().open()).isZero();
        }
    }

    // ---- clients without TLS, by table

    private static final class FakeTables implements Tables {

        private final List<String> known;
        private final @Nullable LookupException trouble;

        FakeTables(@Nullable LookupException trouble, String... known) {
            this.trouble = trouble;
            this.known = List.of(known);
        }

        @Override
        public Table open(String name) {
            return key -> {
                if (trouble != null) {
                    throw trouble;
                }
                return known.contains(key) ? Optional.of("") : Optional.empty();
            };
        }

        @Override
        public Table open(List<String> names) {
            return open(names.getFirst());
        }
    }

    private static boolean isOffered(Tables tables) throws InterruptedException {
        try (var stage = stage("offered")) {
            stage.listener.put("withoutTls", "file:no_tls_hosts");
            stage.connect().expect("220 …");
            stage.server().bindTables(tables);
            stage.send("EHLO client.example");
            String line;
            boolean found = false;
            do {
                for (line = stage.line(); line.isEmpty(); line = stage.line()) {
                    Thread.onSpinWait();
                    stage.settle();
                }
                found |= line.endsWith("STARTTLS");
            } while (!line.startsWith("250 "));
            return found;
        }
    }

    @Test
    void aClientOfATableIsNotOfferedTls() throws Exception {
        assertThat(isOffered(new FakeTables(null, "127.0.0.1"))).isFalse();
        assertThat(isOffered(new FakeTables(null, "192.0.2.1"))).isTrue();
    }

    @Test
    void whereTheTableCannotTellTlsIsOffered() throws Exception {
        assertThat(isOffered(new FakeTables(new LookupException("dead")))).isTrue();
    }
}
