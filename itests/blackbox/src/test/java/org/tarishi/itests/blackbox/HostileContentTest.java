package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.Bombs;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** Bombs, before a plugin that reads all of each message. */
class HostileContentTest {

    private static final Duration MOST_FOR_OTHERS = Duration.ofSeconds(5);
    private static final long MOST_HEAP = 256L << 20;
    private static final long MOST_RESIDENT = 1L << 30;

    @Test
    @Timeout(600)
    void eachBombIsAnsweredWhileOthersAreServedAndCostsNoMemory(@TempDir Path folder) throws Exception {
        try (var instance = Instance.in(folder.resolve("instance"))
                .optimised()
                .set(Instance.CHAIN, "plugins", "[ \"in-host-list\", \"reader?\", \"discard\" ]")
                .set("org.tarishi.plugin.discard", "all", "true")
                .start()) {
            var installed =
                    instance.cli("plugin", "install", Setup.plugin("reader").toString());
            assertThat(installed.code()).as(installed.out()).isZero();
            sendMail(instance);
            long heap = instance.heap();
            var slow = new ArrayList<String>();
            var longest = Duration.ZERO;
            var bombs = Bombs.all();
            assertThat(bombs).hasSizeGreaterThanOrEqualTo(21);
            try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var bomb : bombs.entrySet()) {
                    var answer = executor.submit(() -> answer(instance, bomb.getValue()));
                    do {
                        var took = sendMail(instance);
                        longest = took.compareTo(longest) > 0 ? took : longest;
                        if (took.compareTo(MOST_FOR_OTHERS) > 0) {
                            slow.add(bomb.getKey() + ": " + took);
                        }
                    } while (!answer.isDone());
                    assertThat(answer.get()).as(bomb.getKey()).matches("(?s)[245]\\d\\d[ -][245]\\.\\d.*");
                }
            }

            System.out.printf(
                    "%d bombs: others waited %d ms at most, resident %d MB at most%n",
                    bombs.size(), longest.toMillis(), instance.mostResident() >> 20);
            assertThat(slow).as("mails of others that took long").isEmpty();
            assertThat(instance.heap() - heap).as("heap").isLessThan(MOST_HEAP);
            assertThat(instance.mostResident()).as("memory at its highest").isLessThan(MOST_RESIDENT);
            assertThat(instance.logged(0, " ERROR ")).isEmpty();
            // None has overtaxed the plugin: what may not be read was refused before.
            assertThat(instance.logged(0, " WARN ")).isEmpty();
        }
    }

    private static String answer(Instance instance, Bombs.Bomb bomb) throws IOException {
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            return bomb.answer(dialog);
        }
    }

    private static Duration sendMail(Instance instance) throws IOException {
        long began = System.nanoTime();
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            assertThat(dialog.transact(
                            "a@client.example",
                            "user@example.com",
                            TestMail.of("honest", 1000).bytes()))
                    .startsWith("250 ");
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
