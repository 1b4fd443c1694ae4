package org.tarishi.plugin.discard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tarishi.api.hook.HookResult;
import org.tarishi.testing.FakeConfiguration;
import org.tarishi.testing.FakeMessage;
import org.tarishi.testing.FakeTransaction;

class DiscardTest {

    private final FakeMessage message = FakeMessage.of("Subject: a", "", "b");
    private final FakeTransaction tx = FakeTransaction.from("192.0.2.7").withMessage(message);
    private final Discard asShipped = new Discard(FakeConfiguration.of(Config.class, Map.of()));

    @Test
    void aMessageThatNobodyWantsDiscardedIsLeftToOthers() {
        assertThat(asShipped.onQueue(tx, message)).isEqualTo(HookResult.CONTINUE);
        assertThat(asShipped.onQueueOutbound(tx, message)).isEqualTo(HookResult.CONTINUE);
    }

    @Test
    void aNoteOfTheTransactionDiscardsItsMessage() {
        tx.notes().put(Discard.DISCARD, true);

        assertThat(asShipped.onQueue(tx, message)).isEqualTo(HookResult.OK);
        assertThat(asShipped.onQueueOutbound(tx, message)).isEqualTo(HookResult.OK);
    }

    @Test
    void aNoteOfTheConnectionDiscardsItsMessages() {
        tx.connection().notes().put(Discard.DISCARD, true);

        assertThat(asShipped.onQueue(tx, message)).isEqualTo(HookResult.OK);
    }

    @Test
    void aNoteThatSaysNoDiscardsNothing() {
        tx.notes().put(Discard.DISCARD, false);

        assertThat(asShipped.onQueue(tx, message)).isEqualTo(HookResult.CONTINUE);
    }

    @Test
    void whoWantsThisQueueGetsIt() {
        tx.notes().put(Discard.QUEUE_WANTS, "discard");

        assertThat(asShipped.onQueue(tx, message)).isEqualTo(HookResult.OK);
    }

    @Test
    void whoWantsAnotherQueueIsNeverDiscarded() {
        var all = new Discard(new Settings(true));
        tx.notes().put(Discard.DISCARD, true);
        tx.notes().put(Discard.QUEUE_WANTS, "maildir");

        assertThat(all.onQueue(tx, message)).isEqualTo(HookResult.CONTINUE);
    }

    @Test
    void theOperatorMayHaveAllDiscardedAndTakeItBack() {
        var plugin = new Discard(new Settings(false));

        plugin.modified(FakeConfiguration.of(Config.class, Map.of("all", "true")));
        assertThat(plugin.onQueue(tx, message)).isEqualTo(HookResult.OK);
        assertThat(plugin.onQueueOutbound(tx, message)).isEqualTo(HookResult.OK);

        plugin.modified(FakeConfiguration.of(Config.class, Map.of("all", "false")));
        assertThat(plugin.onQueue(tx, message)).isEqualTo(HookResult.CONTINUE);
    }
}
