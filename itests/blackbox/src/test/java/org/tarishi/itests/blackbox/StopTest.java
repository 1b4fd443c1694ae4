package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.Load;
import org.tarishi.itests.harness.TestMail;

/** The end of the process, by order and by force. */
class StopTest {

    @TempDir
    Path root;

    @Test
    @Timeout(180)
    void aStopUnderTrafficLosesNothingThatWasAccepted() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).start()) {
            var load = Load.start(instance.smtpPort(), 20, "user@example.com", 1000);
            // A client that still waits for its greeting would find nobody.
            await().atMost(Duration.ofSeconds(60)).until(() -> load.greeted() == 20 && load.accepted() > 500);

            assertThat(instance.stop()).isZero();

            var tally = load.join();
            assertThat(tally.accepted()).hasSizeGreaterThan(500);
            var stored = new HashSet<String>();
            instance.maildir("example.com", "user").found().forEach(each -> stored.add(each.id()));
            assertThat(stored).containsAll(tally.accepted());
            // Each client was told to come back, at the border of its transaction: no mail is refused for a plugin that
            // has gone first.
            assertThat(tally.troubles())
                    .allSatisfy(trouble -> assertThat(trouble).contains("421 4.3.2"));
            assertThat(instance.log()).doesNotContain(" ERROR ");
        }
    }

    @Test
    @Timeout(value = 6, unit = TimeUnit.HOURS)
    void killedUnderLoadItHasEachMessageThatWasAnsweredWith250AndNoHalfOne() throws Exception {
        var accepted = new HashSet<String>();
        try (var instance = Instance.in(root.resolve("base"))) {
            for (int i = 0; i < Setup.kills(); i++) {
                instance.launch().untilReady();
                // Small ones from memory, and now and then one that goes through a file.
                var load = Load.start(instance.smtpPort(), 20, "user@example.com", i % 5 == 0 ? 400_000 : 3000);
                // Not always the same instant: after some messages, more of them each time.
                int wanted = 20 + 7 * (i % 20);
                await().atMost(Duration.ofSeconds(60)).until(() -> load.accepted() > wanted);

                instance.kill();

                var tally = load.join();
                assertThat(tally.failed()).as(tally.troubles().toString()).isZero();
                accepted.addAll(tally.accepted());
                instance.forgetSettings();
            }
            assertThat(accepted.size()).isGreaterThan(20 * Setup.kills());
            var stored = new HashSet<String>();
            // found() fails on a message that is not whole.
            for (var found : instance.maildir("example.com", "user").found()) {
                assertThat(stored.add(found.id()))
                        .as(found.id() + " is there once")
                        .isTrue();
            }
            assertThat(stored).containsAll(accepted);

            instance.start();
            assertThat(instance.cli("status").code()).isZero();
            try (var dialog = org.tarishi.itests.harness.SmtpDialog.hello(instance.smtpPort())) {
                assertThat(dialog.transact(
                                "me@client.example",
                                "user@example.com",
                                TestMail.of("after", 10).bytes()))
                        .startsWith("250 ");
            }
        }
    }
}
