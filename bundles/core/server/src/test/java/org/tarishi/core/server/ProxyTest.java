package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Moment;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.HookResult;

/** What a proxy's header makes of a connection; {@code 07-proxy.txt} has its grammar. */
final class ProxyTest {

    private static final String HEADER = "PROXY TCP4 203.0.113.9 198.51.100.1 4711 25\r\n";

    private static Stage stage() {
        var stage = new Stage();
        stage.remote = "192.0.2.7";
        stage.listener.put("proxyFrom", "192.0.2.7");
        return stage;
    }

    private static Stage say(Stage stage, String text) {
        return stage.send(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void pluginsSeeTheRealClientFromTheBeginning() {
        var seen = new ArrayList<SmtpConnection>();
        try (var stage = stage()) {
            stage.hooks.answers.put(Moment.CONNECT, subject -> {
                seen.add(subject.connection());
                return HookResult.CONTINUE;
            });
            say(stage.connect(), HEADER).expect("220 …");
            var connection = seen.getFirst();
            assertThat(connection.remote().address())
                    .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("203.0.113.9"), 4711));
            assertThat(connection.local().address())
                    .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("198.51.100.1"), 25));
            assertThat(connection.proxy()).contains(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 4321));
            assertThat(connection.isEarlyTalker()).isFalse();
            assertThat(connection.isRelaying()).isFalse();
        }
    }

    @Test
    void aConnectionOfTheProxysOwnHasNoProxy() {
        var seen = new ArrayList<SmtpConnection>();
        try (var stage = stage()) {
            stage.hooks.answers.put(Moment.CONNECT, subject -> {
                seen.add(subject.connection());
                return HookResult.CONTINUE;
            });
            stage.connect()
                    .send(HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000"))
                    .expect("220 …");
            assertThat(seen.getFirst().proxy()).isEmpty();
            assertThat(seen.getFirst().remote().address().getAddress()).isEqualTo(InetAddress.ofLiteral("192.0.2.7"));
        }
    }

    @Test
    void nothingIsSaidBeforeTheHeaderAndItsTimeIsLimited() {
        try (var stage = stage()) {
            stage.listener.put("proxyTimeout", "PT5S");
            stage.connect();
            pass(stage, 4);
            say(stage, "PROXY TC").expectNothing();
            pass(stage, 2);
            stage.expect("421 4.4.2 timeout while waiting for the PROXY header").expectClosed();
            assertThat(stage.hooks.events).isEmpty();
        }
    }

    private static void pass(Stage stage, long seconds) {
        stage.channel().advanceTimeBy(seconds, TimeUnit.SECONDS);
        stage.channel().runScheduledPendingTasks();
        stage.settle();
    }

    @Test
    void whatIsRefusedIsOneLineWithTheIdOfTheSession() {
        var logger = (Logger) LoggerFactory.getLogger("org.tarishi.smtp");
        var before = logger.getLevel();
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
        try {
            try (var bad = stage();
                    var late = stage();
                    var stranger = new Stage()) {
                say(bad.connect(), "EHLO x\r\n").expect("421 …").expectClosed();
                late.connect();
                pass(late, 11);
                late.expect("421 …").expectClosed();
                say(stranger.connect().expect("220 …"), HEADER).expect("421 …").expectClosed();
            }
        } finally {
            logger.detachAppender(lines);
            logger.setLevel(before);
        }
        assertThat(lines.list)
                .allSatisfy(line -> assertThat(line.getMDCPropertyMap()).containsKey(SessionLog.ID))
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "connection refused ip=192.0.2.7:4321 reply=\"421 4.7.0 PROXY header expected: no PROXY header\"",
                        "connection refused ip=192.0.2.7:4321 reply=\"421 4.4.2 timeout while waiting for the PROXY header\"",
                        "connection refused ip=127.0.0.1:4321 reply=\"421 4.7.0 PROXY is not allowed from your address\"");
    }

    @Test
    void theTimeForTheHeaderIsOverWithTheHeader() {
        try (var stage = stage()) {
            stage.listener.put("proxyTimeout", "PT5S");
            say(stage.connect(), HEADER).expect("220 …");
            pass(stage, 30);
            stage.send("NOOP").expect("250 …");
        }
    }

    @Test
    void aProxyThatGoesBeforeItsHeaderLeavesNothing() {
        try (var stage = stage()) {
            say(stage.connect(), "PROXY").hangUp();
            pass(stage, 60);
            stage.expectNothing();
            assertThat(stage.hooks.events).isEmpty();
            assertThat(stage.server().open()).isZero();
        }
    }

    @Test
    void limitsByAddressCountTheRealClient() {
        try (var stage = stage()) {
            stage.settings.put("maxSessionsPerAddress", 1);
            say(stage.connect(), HEADER).expect("220 …");
            try (var same = stage.another();
                    var other = stage.another()) {
                say(same, HEADER)
                        .expect("421 4.7.0 too many connections from your address…")
                        .expectClosed();
                say(other, HEADER.replace(".9", ".10")).expect("220 …");
            }
        }
    }

    @Test
    void aClientThatSpeaksBeforeItsGreetingIsAnEarlyTalkerBehindAProxyToo() {
        for (var sent : new String[] {HEADER + "HELO x\r\n", HEADER + "HELO x\r\nMAIL FROM:<>\r\n"}) {
            var seen = new ArrayList<SmtpConnection>();
            try (var stage = stage()) {
                stage.hooks.timing = FakeHooks.Timing.WHEN_TOLD;
                stage.hooks.answers.put(Moment.CONNECT, subject -> {
                    seen.add(subject.connection());
                    return HookResult.CONTINUE;
                });
                stage.connect();
                for (byte b : sent.getBytes(StandardCharsets.UTF_8)) {
                    stage.send(new byte[] {b});
                }
                stage.hooks.answer();
                stage.settle();
                stage.expect("220 …");
                assertThat(seen.getFirst().isEarlyTalker()).isEqualTo(sent.contains("MAIL"));
            }
        }
    }

    @Test
    void aMailComesThroughAProxyOverARealSocket() throws Exception {
        try (var harbour = new Harbour(Map.of());
                var client = harbour.connect(
                        harbour.listen("test", Stage.listenerSettings(Map.of("port", 0, "proxyFrom", "127.0.0.1"))))) {
            client.raw(HEADER + "HELO x\r\n").expect("220 …", "250 mx.test Hello [203.0.113.9]");
            client.send("QUIT").expect("221 …").expectEnd();
            await().until(() -> harbour.server.open() == 0);
        }
    }

    @Test
    void whateverComesTheParserEndsAndTheBeginningOfAHeaderIsOne() {
        var random = new Random(1);
        var seeds = new byte[][] {
            HEADER.getBytes(StandardCharsets.US_ASCII),
            "PROXY TCP6 2001:db8::9 ::1 4711 25\r\n".getBytes(StandardCharsets.US_ASCII),
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000ccb007109c633640112670019"),
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a21110013cb0071090000000000000000030004deadbeef")
        };
        int whole = 0;
        for (int i = 0; i < 200_000; i++) {
            var bytes = seeds[random.nextInt(seeds.length)].clone();
            for (int n = random.nextInt(4); n > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            var buffer = ByteBuffer.wrap(bytes, 0, random.nextInt(bytes.length + 1));
            int length = switch (ProxyHeader.parse(buffer)) {
                case ProxyHeader.Result.Incomplete _, ProxyHeader.Result.Malformed _ -> 0;
                case ProxyHeader.Result.Proxied(var l, var _, var _) -> l;
                case ProxyHeader.Result.Unknown(var l) -> l;
                case ProxyHeader.Result.Local(var l) -> l;
            };
            assertThat(length).isBetween(0, buffer.remaining());
            if (length > 0) {
                var beginning = ByteBuffer.wrap(bytes, 0, random.nextInt(length));
                assertThat(ProxyHeader.parse(beginning)).isEqualTo(new ProxyHeader.Result.Incomplete());
            }
            whole += length > 0 ? 1 : 0;
        }
        assertThat(whole).isPositive();
    }
}
