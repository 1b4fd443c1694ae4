package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Moment;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.HookResult;

/** AUTH in time, in the log, and as plugins see it. */
final class AuthTest {

    private static final String RIGHT = base64("\0ann\0secret");
    private static final String WRONG = base64("\0ann\0wrongpw");

    private final Logger logger = (Logger) LoggerFactory.getLogger("org.tarishi");
    private final Level before = logger.getLevel();
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.setLevel(Level.TRACE);
        logger.addAppender(lines);
    }

    @AfterEach
    void goAway() {
        logger.detachAppender(lines);
        logger.setLevel(before);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> log() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static Stage stage(String... settings) {
        var stage = new Stage();
        stage.hooks.mechanisms = List.of("PLAIN", "LOGIN");
        stage.settings.put("authWithoutTls", "127.0.0.1|192.0.2.0/24");
        for (int i = 0; i < settings.length; i += 2) {
            stage.settings.put(settings[i], settings[i + 1]);
        }
        return stage;
    }

    private static Stage hello(Stage stage) {
        stage.connect().expect("220 …").send("EHLO client.example");
        while (stage.line().charAt(3) == '-') {
            // the offer
        }
        return stage;
    }

    private static void pass(Stage stage, long millis) {
        stage.channel().advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        stage.channel().runScheduledPendingTasks();
        stage.settle();
    }

    @Test
    void eachFailureOfAConnectionIsAnsweredTwiceAsLate() {
        try (var stage = hello(stage("authFailures", "4"))) {
            for (long wait : new long[] {1000, 2000, 4000}) {
                stage.send("AUTH PLAIN " + WRONG);
                pass(stage, wait - 1);
                stage.expectNothing();
                pass(stage, 1);
                stage.expect("535 5.7.8 authentication failed");
            }
        }
    }

    @Test
    void theDelayHasAnEnd() {
        try (var stage = hello(stage("authFailures", "10", "authMaxDelay", "PT1.5S"))) {
            stage.send("AUTH PLAIN " + WRONG);
            pass(stage, 1000);
            stage.expect("535 …").send("AUTH PLAIN " + WRONG);
            pass(stage, 1500);
            stage.expect("535 …");
        }
        var auth = Stage.settings(Map.of()).auth();
        assertThat(auth.delayOf(1000)).isEqualTo(auth.maxDelay());
    }

    @Test
    void nothingIsAnsweredWhileTheClientWaitsAndThenEverything() {
        try (var stage = hello(stage())) {
            stage.send("AUTH PLAIN " + WRONG, "NOOP", "AUTH PLAIN " + RIGHT);
            stage.expectNothing();
            pass(stage, 1000);
            stage.expect("535 …", "250 …", "235 …");
        }
    }

    @Test
    void aClientThatGoesWhileItWaitsIsGoneAtOnce() {
        try (var stage = hello(stage())) {
            stage.send("AUTH PLAIN " + WRONG);
            assertThat(stage.server().open()).isEqualTo(1);
            stage.hangUp();
            assertThat(stage.server().open()).isZero();
            pass(stage, 5000);
        }
        assertThat(log()).noneMatch(line -> line.contains("internal error"));
    }

    @Test
    void aClientThatGoesInTheMidstOfAnExchangeLeavesNoneOpen() {
        try (var stage = hello(stage())) {
            stage.send("AUTH LOGIN").expect("334 VXNlcm5hbWU6");
            assertThat(FakeAuthentication.OPEN).hasValue(1);
            stage.hangUp();
            assertThat(FakeAuthentication.OPEN).hasValue(0);
        }
    }

    @Test
    void aClientThatGoesWhileAStoreIsAskedLeavesNoneOpen() {
        try (var stage = hello(stage())) {
            stage.hooks.timing = FakeHooks.Timing.WHEN_TOLD;
            stage.send("AUTH PLAIN " + RIGHT);
            stage.hangUp();
            assertThat(FakeAuthentication.OPEN).hasValue(1);
            stage.hooks.answer();
            stage.settle();
            assertThat(FakeAuthentication.OPEN).hasValue(0);
            assertThat(stage.server().open()).isZero();
        }
    }

    @Test
    void aClientThatIsSilentInAnExchangeIsHungUpOn() {
        try (var stage = hello(stage("commandTimeout", "PT10S"))) {
            stage.send("AUTH LOGIN").expect("334 …");
            pass(stage, 10_001);
            stage.expect("421 4.4.2 timeout, closing connection").expectClosed();
            assertThat(FakeAuthentication.OPEN).hasValue(0);
        }
    }

    @Test
    void failuresOfAnAddressCountOverItsConnections() {
        try (var stage = stage("authFailuresOfAddress", "2", "authDelay", "PT0S")) {
            stage.remote = "192.0.2.7";
            hello(stage).send("AUTH PLAIN " + WRONG).expect("535 …");
            stage.send("AUTH PLAIN " + WRONG).expect("535 …");
            try (var other = stage.another()) {
                other.expect("220 …").send("EHLO x");
                while (other.line().charAt(3) == '-') {
                    // the offer
                }
                other.send("AUTH PLAIN " + RIGHT)
                        .expect("421 4.7.0 too many authentication failures from your address")
                        .expectClosed();
            }
        }
    }

    @Test
    void noSecretIsInTheLogAtTraceOrShownToPlugins() {
        var seen = new ArrayList<String>();
        try (var stage = stage("authDelay", "PT0S", "authFailures", "100")) {
            stage.hooks.answers.put(Moment.NOOP, subject -> {
                seen.add(Objects.requireNonNull(subject.connection()).currentLine());
                return HookResult.CONTINUE;
            });
            stage.hooks.command = CommandResult.of(HookResult.ok("heard"));
            hello(stage);
            stage.send("AUTH PLAIN " + WRONG).expect("535 …");
            stage.send("auth  plain\t" + WRONG);
            stage.line();
            stage.send(" AUTH PLAIN " + WRONG).expect("500 …");
            stage.send("AUTH PLAIN " + WRONG + " more").expect("501 …");
            stage.send("AUTH XPLAIN " + WRONG).expect("504 …");
            stage.send("AUTH " + WRONG).expect("504 …");
            stage.send("AUTH PLAIN=" + WRONG).expect("504 …");
            stage.send("AUTH LOGIN").expect("334 …").send(base64("ann")).expect("334 …");
            stage.send(base64("wrongpw")).expect("535 …");
            stage.send("AUTH XLOGIN", base64("ann"), base64("wrongpw")).expect("504 …", "500 …", "500 …");
            stage.send("AUTH LOGIN").expect("334 …").send("wrongpw").expect("501 …");
            stage.send("wrongpw").expect("500 …");
            stage.send("NOOP").expect("250 …");
            stage.send("AUTH PLAIN").expect("334 ").send(RIGHT).expect("235 …");
            stage.send("QUIT").expect("221 …");
        }
        assertThat(log())
                .isNotEmpty()
                .anyMatch("C: AUTH PLAIN (hidden)"::equals)
                .anyMatch("C: (hidden)"::equals)
                .anyMatch("S: 334 (a challenge)"::equals)
                .noneMatch(line -> line.contains("wrongpw")
                        || line.contains("secret")
                        || line.contains(WRONG)
                        || line.contains(RIGHT)
                        || line.contains(base64("wrongpw")));
        assertThat(seen).containsExactly("NOOP");
    }

    @Test
    void whoAuthenticatesIsToldInTheLogWithItsMessage() {
        try (var stage = stage("authDelay", "PT0S")) {
            stage.hooks.on(Moment.QUEUE_OUTBOUND, HookResult.OK);
            hello(stage);
            stage.send("AUTH PLAIN " + base64("\0bob\r\nforged\0x")).expect("535 …");
            stage.send("AUTH PLAIN " + RIGHT).expect("235 …");
            stage.send("MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA")
                    .expect("250 …", "250 …", "354 …");
            stage.send("Subject: x", "", ".").expect("250 …");
            stage.send("QUIT").expect("221 …");
        }
        assertThat(log())
                .anyMatch("authentication failed user=bob\\u000d\\u000aforged mechanism=PLAIN ip=127.0.0.1"::equals)
                .anyMatch("authenticated user=ann mechanism=PLAIN ip=127.0.0.1"::equals)
                .anyMatch(line -> line.startsWith("message accepted from=<a@b.example> user=ann "))
                .anyMatch(line -> line.startsWith("disconnect ") && line.contains(" user=ann "));
    }

    @Test
    void resultsTellWhoAuthenticatedAndWhatFailed() {
        try (var stage = stage("authDelay", "PT0S")) {
            stage.hooks.listening = true;
            hello(stage);
            stage.send("AUTH PLAIN " + WRONG).expect("535 …");
            stage.send("AUTH PLAIN " + RIGHT).expect("235 …");
            assertThat(stage.hooks.results.values().iterator().next().written)
                    .contains("auth fail PLAIN", "auth pass PLAIN", "auth put user=ann", "auth put method=PLAIN");
        }
    }

    @Test
    void resultsThatAreAskedForLateTellTheSame() {
        try (var stage = stage("authDelay", "PT0S")) {
            stage.hooks.answers.put(Moment.NOOP, subject -> {
                Objects.requireNonNull(subject.connection())
                        .results()
                        .message(Objects.requireNonNull(subject.connection())
                                .user()
                                .orElse("nobody"));
                return HookResult.CONTINUE;
            });
            hello(stage);
            stage.send("AUTH PLAIN " + WRONG).expect("535 …");
            stage.send("AUTH PLAIN " + RIGHT).expect("235 …").send("NOOP").expect("250 …");
            assertThat(stage.hooks.results.values().iterator().next().written)
                    .contains("auth fail PLAIN", "auth pass PLAIN", "auth put user=ann")
                    .anyMatch(line -> line.endsWith("message ann"));
        }
    }
}
