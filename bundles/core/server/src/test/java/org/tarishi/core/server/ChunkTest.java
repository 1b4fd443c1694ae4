package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.Moment;
import org.tarishi.api.hook.HookResult;

/** Chunks where others are slow, and where clients are strange. */
final class ChunkTest {

    private static Stage addressed() {
        var stage = new Stage();
        stage.hooks.on(Moment.RCPT, HookResult.OK);
        stage.hooks.on(Moment.QUEUE, HookResult.OK);
        return address(stage.connect());
    }

    private static Stage address(Stage stage) {
        stage.send("EHLO x", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>");
        while (!stage.line().startsWith("250 2.1.5")) {}
        return stage;
    }

    @Test
    void aChunkIsAnsweredWhenTheDiskHasCaughtUpAndNotBefore() {
        try (var stage = addressed()) {
            stage.store.slow = true;
            stage.send("BDAT 5\r\none\r\nNOOP\r\n".getBytes(StandardCharsets.UTF_8))
                    .expectNothing();
            assertThat(stage.store.proceed()).isTrue();
            stage.settle();
            stage.expect("250 2.0.0 5 octets received", "250 2.0.0 OK").expectNothing();

            stage.send("BDAT 10 LAST\r\ntwo\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(stage.store.proceed()).isTrue();
            stage.settle();
            stage.expectNothing();
            stage.send("end\r\nNOOP\r\n".getBytes(StandardCharsets.UTF_8)).expectNothing();
            assertThat(stage.store.proceed()).isTrue();
            stage.settle();
            stage.expect("250 2.0.0 message accepted…", "250 2.0.0 OK").expectNothing();
            assertThat(stage.store.messages.getFirst().text()).contains("one\r\ntwo\r\nend\r\n");
        }
    }

    @Test
    void theStoreIsToldHowAMessageIsFramedAndWhatBareLineEndsComeTo() {
        try (var stage = new Stage()) {
            stage.settings.put("bareLineEnds", "convert");
            stage.settings.put("binaryMime", true);
            stage.hooks.on(Moment.RCPT, HookResult.OK);
            stage.hooks.on(Moment.QUEUE, HookResult.OK);
            stage.connect().send("EHLO x");
            for (var body : new String[] {"7BIT", "8BITMIME", "BINARYMIME"}) {
                stage.send("MAIL FROM:<> BODY=" + body, "RCPT TO:<c@d.example>");
                stage.send(body.equals("7BIT") ? "DATA" : "BDAT 3 LAST", body.equals("7BIT") ? "." : "x");
            }
            assertThat(stage.store.messages).hasSize(3);
            assertThat(stage.store.framings).containsExactly("DOT CONVERT", "CHUNKS CONVERT", "BINARY_CHUNKS CONVERT");
        }
    }

    @ParameterizedTest
    @CsvSource({"DATA", "BDAT 100", "BDAT 100 LAST"})
    void aClientThatGoesWithinAMessageLeavesNothing(String command) {
        try (var stage = addressed()) {
            stage.send(command, "half a");
            stage.hangUp();
            assertThat(stage.store.closed.get()).isEqualTo(stage.store.opened.get());
            assertThat(stage.hooks.released.get()).isEqualTo(stage.hooks.begun.get());
            assertThat(stage.store.messages).isEmpty();
        }
    }

    @Test
    void aClientThatGoesBetweenChunksLeavesNothing() {
        try (var stage = addressed()) {
            stage.send("BDAT 5", "one", "BDAT 5", "t");
            stage.hangUp();
            assertThat(stage.store.closed.get()).isEqualTo(1);
            assertThat(stage.hooks.released.get()).isEqualTo(stage.hooks.begun.get());
        }
    }

    /** Whatever is sent: octets of a chunk are never commands, and each command has its reply. */
    @Test
    void whateverStandsInChunksIsNeverACommand() {
        var random = new Random(5);
        var server = addressed();
        for (int round = 0; round < 1_000; round++) {
            try (var stage = address(server.another())) {
                var wire = new StringBuilder();
                int commands = 0;
                while (commands < 8) {
                    commands++;
                    switch (random.nextInt(7)) {
                        case 0 -> wire.append("RSET\r\n");
                        case 1 -> wire.append("MAIL FROM:<a@b.example>\r\n");
                        case 2 -> wire.append("RCPT TO:<c@d.example>\r\n");
                        case 3 -> wire.append("NOOP\r\n");
                        default -> {
                            var poison = "QUIT\r\n".repeat(random.nextInt(3)) + (random.nextBoolean() ? "QUIT\r" : "");
                            var last = random.nextInt(3) == 0 ? " LAST" : random.nextInt(8) == 0 ? " MOST" : "";
                            wire.append("BDAT " + poison.length() + last + "\r\n" + poison);
                        }
                    }
                }
                var bytes = wire.append("QUIT\r\n").toString().getBytes(StandardCharsets.UTF_8);
                int at = 0;
                while (at < bytes.length) {
                    int some = Math.min(1 + random.nextInt(40), bytes.length - at);
                    stage.send(java.util.Arrays.copyOfRange(bytes, at, at + some));
                    at += some;
                }
                for (int i = 0; i < commands; i++) {
                    assertThat(stage.line())
                            .as("reply %d to %s", i, wire)
                            .isNotEmpty()
                            .doesNotStartWith("221");
                }
                stage.expect("221 …").expectClosed();
            }
        }
        server.close();
    }
}
