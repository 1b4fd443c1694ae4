package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.tarishi.api.Moment;
import org.tarishi.api.hook.HookResult;

/** Time that the test owns. */
final class TimeoutTest {

    private static void pass(Stage stage, long seconds) {
        stage.channel().advanceTimeBy(seconds, TimeUnit.SECONDS);
        stage.channel().runScheduledPendingTasks();
        stage.settle();
    }

    private static Stage stage(String key, String value) {
        var stage = new Stage();
        stage.settings.put(key, value);
        stage.hooks.on(Moment.RCPT, HookResult.OK);
        stage.hooks.on(Moment.QUEUE, HookResult.OK);
        return stage.connect().expect("220 …");
    }

    private static void toData(Stage stage) {
        stage.send("HELO x").expect("250 …").send("MAIL FROM:<>").expect("250 …");
        stage.send("RCPT TO:<a@b.example>").expect("250 …").send("DATA").expect("354 …");
    }

    @Test
    void aSilentClientIsHungUpOn() {
        try (var stage = stage("commandTimeout", "PT10S")) {
            pass(stage, 9);
            stage.send("NOOP").expect("250 …");
            pass(stage, 9);
            stage.expectNothing();
            pass(stage, 2);
            stage.expect("421 4.4.2 timeout, closing connection").expectClosed();
        }
    }

    @Test
    void aDrippingClientHasNoMoreTimeForACommandThanASilentOne() {
        try (var stage = stage("commandTimeout", "PT10S")) {
            for (int i = 0; i < 9; i++) {
                pass(stage, 1);
                stage.send(new byte[] {'N'});
            }
            pass(stage, 2);
            stage.expect("421 4.4.2 …").expectClosed();
        }
    }

    @Test
    void aClientThatIsSilentInItsMessageIsHungUpOn() {
        try (var stage = stage("dataTimeout", "PT10S")) {
            toData(stage);
            pass(stage, 9);
            stage.send("x");
            pass(stage, 9);
            stage.expectNothing();
            pass(stage, 2);
            stage.expect("421 4.4.2 …").expectClosed();
            stage.hangUp();
            assertThat(stage.hooks.events).contains("ended ABORTED");
        }
    }

    @Test
    void aMessageThatDripsHasAnEnd() {
        try (var stage = stage("messageTimeout", "PT60S")) {
            toData(stage);
            for (int i = 0; i < 59; i++) {
                pass(stage, 1);
                stage.send("x").expectNothing();
            }
            pass(stage, 2);
            stage.expect("421 4.4.2 …").expectClosed();
        }
    }

    @Test
    void aConnectionHasAnEnd() {
        try (var stage = stage("sessionTimeout", "PT60S")) {
            for (int i = 0; i < 5; i++) {
                pass(stage, 10);
                stage.send("NOOP").expect("250 …");
            }
            pass(stage, 11);
            stage.expect("421 4.4.2 …").expectClosed();
        }
    }

    @Test
    void aPluginThatTakesItsTimeIsNotTheClientsFault() {
        try (var stage = stage("commandTimeout", "PT10S")) {
            stage.hooks.timing = FakeHooks.Timing.WHEN_TOLD;
            stage.hooks.on(Moment.NOOP, HookResult.CONTINUE);
            stage.send("NOOP");
            pass(stage, 60);
            stage.expectNothing();
            stage.hooks.answer();
            stage.settle();
            stage.expect("250 …");
            pass(stage, 9);
            stage.expectNothing();
        }
    }

    @Test
    void aMessageThatDripsHasAnEndAlsoWhenThoseWhoWatchItAreBehind() {
        try (var stage = stage("messageTimeout", "PT60S")) {
            stage.hooks.bodyAnswer = HookResult.CONTINUE;
            stage.hooks.bodyFull = true;
            toData(stage);
            for (int i = 0; i < 59; i++) {
                pass(stage, 1);
                stage.send("x").expectNothing();
            }
            pass(stage, 2);
            stage.expect("421 4.4.2 …").expectClosed();
        }
    }

    @Test
    void aSessionWhoseTimeIsOverWhilePluginsAreAskedWaitsForThemInPeace() {
        try (var stage = stage("sessionTimeout", "PT60S")) {
            stage.send("HELO x").expect("250 …").send("MAIL FROM:<>").expect("250 …");
            stage.hooks.timing = FakeHooks.Timing.WHEN_TOLD;
            stage.send("RCPT TO:<a@b.example>").expectNothing();
            pass(stage, 61);
            assertThat(stage.channel().runScheduledPendingTasks()).isGreaterThan(TimeUnit.SECONDS.toNanos(1));
            stage.hooks.answer();
            stage.settle();
            stage.expect("250 …");
            pass(stage, 1);
            stage.expect("421 4.4.2 …").expectClosed();
        }
    }
}
