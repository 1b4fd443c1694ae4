package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.util.concurrent.DefaultEventExecutorGroup;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tarishi.api.Transaction;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.OutboundQueue.Submitted;

/** What becomes of messages for other hosts while the queue is replaced. */
final class OutboundHoldTest {

    private final DefaultEventExecutorGroup timer = new DefaultEventExecutorGroup(1);
    private final List<Submitted> told = Collections.synchronizedList(new ArrayList<>());
    private final FakeOutbound queue = new FakeOutbound("queued");
    private Duration most = Duration.ofMinutes(1);
    private final OutboundHold hold = new OutboundHold(timer, () -> most);

    @AfterEach
    void stop() {
        var _ = timer.shutdownGracefully();
    }

    private static <T> T fake(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (_, method, _) -> method.getName().equals("id") ? "A.1" : null));
    }

    private void submit() {
        hold.submit(fake(Transaction.class), fake(LiveMessage.class), fake(Generation.class), Runnable::run, told::add);
    }

    @Test
    void whileThereWasNeverAQueueThereIsNone() {
        assertThat(hold.queue()).isNull();
        hold.bind(queue);
        assertThat(hold.queue()).isNotNull();
    }

    @Test
    void aMessageWaitsForTheNextQueue() {
        hold.bind(queue);
        hold.unbind(queue);
        assertThat(hold.queue()).isNotNull();
        submit();
        assertThat(told).isEmpty();

        hold.bind(new FakeOutbound("queued"));
        assertThat(told).singleElement().isInstanceOf(Submitted.Queued.class);
        submit();
        assertThat(told).hasSize(2);
    }

    @Test
    void aMessageThatHasWaitedTooLongIsRefusedForNowAndSoIsTheNext() {
        most = Duration.ofMillis(50);
        hold.bind(queue);
        hold.unbind(queue);
        submit();
        await().until(() -> told.size() == 1);
        assertThat(told).containsExactly(new Submitted.Refused(Replies.NO_OUTBOUND));
        assertThat(hold.queue()).isNull();
        submit();
        assertThat(told).hasSize(2);
    }

    @Test
    void whatClientsAreOfferedStaysTheSameMeanwhile() {
        hold.bind(queue);
        hold.unbind(queue);
        assertThat(hold.longestHold()).isEqualTo(Duration.ofDays(1));
        assertThat(hold.hasPriorities()).isTrue();
        assertThat(hold.refusal()).isEmpty();
    }

    @Test
    void aQueueThatGoesWhenItsSuccessorIsThereIsNoLoss() {
        var next = new FakeOutbound("full");
        hold.bind(queue);
        hold.bind(next);
        hold.unbind(queue);
        submit();
        assertThat(told).singleElement().isInstanceOf(Submitted.Refused.class);
    }

    @Test
    void withoutAWaitThereIsNone() {
        most = Duration.ZERO;
        hold.bind(queue);
        hold.unbind(queue);
        assertThat(hold.queue()).isNull();
    }
}
