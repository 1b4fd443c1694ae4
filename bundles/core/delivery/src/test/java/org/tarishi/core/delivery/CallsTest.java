package org.tarishi.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When the last call has ended. */
final class CallsTest {

    private final Calls calls = new Calls();

    @Test
    void itIsOverWhenTheLastCallHasEndedAndNotBetweenTwo() {
        var one = calls.enter();
        one.close();
        var other = calls.enter();
        var over = calls.over().toCompletableFuture();
        assertThat(over).isNotDone();
        other.close();
        assertThat(over).isDone();
    }

    @Test
    void withoutACallItIsOverAtOnce() {
        assertThat(calls.over().toCompletableFuture()).isDone();
    }
}
