package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Moment;
import org.tarishi.api.Reply;
import org.tarishi.api.hook.HookResult;

/** What the operator reads of a session. */
final class SessionLogTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger("org.tarishi.smtp");
    private final Level before = logger.getLevel();
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.setLevel(Level.DEBUG);
        logger.addAppender(lines);
    }

    @AfterEach
    void goAway() {
        logger.detachAppender(lines);
        logger.setLevel(before);
    }

    @Test
    void anAddressIsWrittenAsAddressAndPort() {
        try (var stage = new Stage()) {
            stage.remote = "2001:db8::1";
            stage.hooks.refusal = Reply.of(421, "no");
            stage.connect().expect("421 …");
        }
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.startsWith("connect ip=[2001:db8:0:0:0:0:0:1]:4321 "))
                .anyMatch(line -> line.startsWith("connection refused ip=[2001:db8:0:0:0:0:0:1]:4321 "));
    }

    @Test
    void aLineHasTheIdInTheMdcAndNotInItsText() {
        try (var stage = new Stage()) {
            stage.hooks.on(Moment.MAIL, HookResult.deny(Reply.of(550, "no")));
            stage.connect().expect("220 …").send("HELO x").expect("250 …");
            stage.send("MAIL FROM:<>").expect("550 …");
        }
        var refusals = lines.list.stream()
                .filter(line -> line.getFormattedMessage().startsWith("sender refused"))
                .toList();
        assertThat(refusals).singleElement().satisfies(line -> {
            var id = line.getMDCPropertyMap().get("id");
            assertThat(id).endsWith(".1");
            assertThat(line.getFormattedMessage()).doesNotContain(id);
        });
    }

    @Test
    void anErrorOfTheMachineEndsTheConnectionAndIsTold() {
        try (var stage = new Stage()) {
            stage.hooks.answers.put(Moment.NOOP, _ -> {
                throw new StackOverflowError("deep");
            });
            stage.connect().expect("220 …").send("NOOP");
            assertThat(stage.channel().isOpen()).isFalse();
        }
        assertThat(lines.list).anySatisfy(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.ERROR);
            assertThat(line.getThrowableProxy().getMessage()).isEqualTo("deep");
        });
    }
}
