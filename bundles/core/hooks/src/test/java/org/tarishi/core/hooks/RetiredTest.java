package org.tarishi.core.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** When chains that have a successor serve nobody any more. */
final class RetiredTest {

    private final AtomicBoolean isUnused = new AtomicBoolean(true);
    private final Retired retired = new Retired(isUnused::get);

    @Test
    void itIsOverWhenTheLastSessionHasEndedAndNothingIsAsked() {
        retired.sessions().increment();
        isUnused.set(false);
        assertThat(retired.isOver()).isFalse();
        retired.sessions().decrement();
        assertThat(retired.isOver()).isFalse();
        isUnused.set(true);
        assertThat(retired.isOver()).isTrue();
    }

    @Test
    void whoeverWaitsIsTold() {
        retired.sessions().increment();
        var over = retired.begin().toCompletableFuture();
        assertThat(over).isNotDone();
        retired.sessions().decrement();
        await().until(over::isDone);
    }

    @Test
    void anEndBeforeIsToldToo() {
        retired.sessions().increment();
        var over = retired.begin().toCompletableFuture();
        retired.end();
        await().until(over::isDone);
        assertThat(retired.begin().toCompletableFuture()).isDone();
    }
}
