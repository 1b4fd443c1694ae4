package org.tarishi.core.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tarishi.api.Moment;
import org.tarishi.api.Recipient;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.core.spi.PluginSwitch.Tally;

/** How a bundle's plugins have done, and what becomes of one, as an installation wants to know it. */
final class TallyTest {

    private static final Recipient RCPT = Recipient.parse("<a@b.example>");

    private Kit kit = new Kit();

    @AfterEach
    void close() {
        kit.close();
    }

    private void askRcpt() {
        var _ = kit.ask(Moment.RCPT, kit.about(kit.transaction("C1.1"), RCPT));
    }

    @Test
    void transactionsAreCountedForTheVersionThatTheyBeganWithAlsoWhenItsGenerationIsGone() {
        kit.plugin("p").bundle(7, "1.0.0").hook(RcptHook.class, (tx, rcpt) -> HookResult.CONTINUE);
        kit.begin().release();
        var held = kit.begin();
        assertThat(kit.engine().tally(7)).isEqualTo(new Tally(2, 0, 0));

        kit.plugin("p").bundle(8, "2.0.0").hook(RcptHook.class, (tx, rcpt) -> HookResult.CONTINUE);
        kit.begin().release();
        kit.plugin("other").bundle(9, "1.0.0").hook(RcptHook.class, (tx, rcpt) -> HookResult.CONTINUE);
        kit.begin().release();

        assertThat(kit.engine().tally(8)).isEqualTo(new Tally(2, 0, 0));
        assertThat(kit.engine().tally(7)).isEqualTo(new Tally(2, 0, 0));
        held.release();
        assertThat(kit.engine().tally(7)).isEqualTo(new Tally(2, 0, 0));
        assertThat(kit.engine().tally(99)).isEqualTo(new Tally(0, 0, 0));
    }

    @Test
    void faultsAreCountedAndTimeOutsAmongThem() throws Exception {
        kit.close();
        kit = new Kit("limits", Kit.list("p=1s"));
        var stay = new CountDownLatch(1);
        var isIn = new CountDownLatch(1);
        kit.plugin("p").bundle(7, "1.0.0").hook(RcptHook.class, (tx, rcpt) -> {
            if (tx.id().equals("C1.1")) {
                throw new IllegalStateException("boom");
            }
            isIn.countDown();
            stay.await();
            return HookResult.CONTINUE;
        });
        askRcpt();
        var late = kit.askLater(kit.engine().current(), Moment.RCPT, kit.about(kit.transaction("C1.2"), RCPT));
        isIn.await();
        kit.advanceSeconds(2);
        kit.round();
        Kit.get(late);
        stay.countDown();

        assertThat(kit.engine().tally(7)).isEqualTo(new Tally(0, 2, 1));
    }

    @Test
    void whatBecomesOfAPluginIsToldInLines() {
        kit.close();
        kit = new Kit("plugins", Kit.list("gone"), "breakerFaults", 1, "strict", true);
        kit.plugin("p").bundle(7, "1.0.0").hook(RcptHook.class, (tx, rcpt) -> HookResult.CONTINUE);
        assertThat(kit.engine().explain("gone"))
                .containsExactly("it is required and missing, mail is refused for now: not installed, or not started");
        assertThat(kit.engine().explain("p"))
                .hasSize(2)
                .first()
                .asString()
                .startsWith("not in the chain: p 1.0.0")
                .endsWith("not in force, or not listed");

        kit.close();
        kit = new Kit("breakerFaults", 1);
        kit.plugin("p").bundle(7, "1.0.0").hook(RcptHook.class, (tx, rcpt) -> {
            throw new IllegalStateException("boom");
        });
        assertThat(kit.engine().explain("p"))
                .containsExactly("p 1.0.0 is asked at rcpt", "its breaker is closed, no faults");
        askRcpt();
        await().untilAsserted(() -> assertThat(kit.engine().explain("p"))
                .containsExactly(
                        "p 1.0.0 is asked at rcpt",
                        "its breaker is open after too many faults, it is not called; faults 1"));
        assertThat(kit.engine().explain("nobody")).isEmpty();
    }
}
