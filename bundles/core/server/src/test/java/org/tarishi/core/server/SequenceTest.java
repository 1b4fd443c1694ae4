package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.Moment;
import org.tarishi.api.hook.HookResult;

/** Commands in any order, cut in any way, with plugins that answer anything: nothing breaks, nothing is held. */
final class SequenceTest {

    private static final List<String> WORDS = List.of(
            "EHLO x\r\n",
            "HELO x\r\n",
            "MAIL FROM:<a@b.example>\r\n",
            "MAIL FROM:<> SIZE=9 SMTPUTF8\r\n",
            "RCPT TO:<c@d.example>\r\n",
            "RCPT TO:<ö@d.example>\r\n",
            "DATA\r\n",
            ".\r\n",
            "x\r\n.\r\n",
            "a\n.\r\n",
            "a\r.\r\n",
            "RSET\r\n",
            "NOOP\r\n",
            "VRFY a\r\n",
            "FOO\r\n",
            "\n",
            "\r",
            "\r\n",
            "\0\377\r\n",
            "QUIT\r\n");

    private static final List<HookResult> ANSWERS = List.of(
            HookResult.CONTINUE,
            HookResult.CONTINUE,
            HookResult.OK,
            HookResult.OK,
            HookResult.OK,
            HookResult.deny("no"),
            HookResult.denySoft("later"),
            HookResult.denyDisconnect("no"),
            HookResult.DISCONNECT);

    private static final List<Moment> MOMENTS = Arrays.stream(Moment.values())
            .filter(moment -> moment.compareTo(Moment.QUIT) <= 0)
            .toList();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void anySequenceIsAnsweredAndLeavesNothing(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 250; i++) {
            try (var stage = new Stage()) {
                stage.settings.put("maxErrors", "1000");
                stage.hooks.timing = random.nextBoolean() ? FakeHooks.Timing.AT_ONCE : FakeHooks.Timing.LATER;
                for (int n = random.nextInt(6); n > 0; n--) {
                    stage.hooks.on(pick(random, MOMENTS), pick(random, ANSWERS));
                }
                stage.hooks.on(Moment.RCPT, HookResult.OK);
                stage.connect();
                play(stage, random);
                stage.hangUp();

                assertThat(stage.hooks.released.get()).as("generations").isEqualTo(stage.hooks.begun.get());
                assertThat(stage.store.closed.get()).as("messages").isEqualTo(stage.store.opened.get());
                assertThat(stage.hooks.events).containsOnlyOnce("opened").containsOnlyOnce("closed");
                for (var line = stage.line(); !line.isEmpty(); line = stage.line()) {
                    assertThat(line).matches("[2-5]\\d\\d[ -].*").doesNotContain("internal error");
                }
            }
        }
    }

    private static void play(Stage stage, Random random) {
        var said = new ByteArrayOutputStream();
        for (int n = 5 + random.nextInt(40); n > 0; n--) {
            said.writeBytes(pick(random, WORDS).getBytes(StandardCharsets.UTF_8));
        }
        var bytes = said.toByteArray();
        for (int at = 0; at < bytes.length; ) {
            int end = Math.min(bytes.length, at + 1 + random.nextInt(50));
            stage.send(Arrays.copyOfRange(bytes, at, end));
            at = end;
        }
    }

    private static <T> T pick(Random random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
