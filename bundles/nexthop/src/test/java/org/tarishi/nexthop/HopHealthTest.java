package org.tarishi.nexthop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.tarishi.api.outbound.Route;

class HopHealthTest {

    private static final Route A = Route.to("a.example", 25);
    private static final Route B = Route.to("b.example", 25);
    private static final Route C = Route.to("c.example", 25);
    private static final List<Route> ALL = List.of(A, B, C);
    private static final Duration REST = Duration.ofSeconds(10);

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final HopHealth health = new HopHealth(now::get);

    private List<Route> order() {
        return health.order(ALL, Order.PREFERENCE, REST);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void thoseThatAreWellStandAsTheyAreLiked() {
        assertThat(order()).isEqualTo(ALL);
        assertThat(order()).isEqualTo(ALL);
    }

    @Test
    void eachMessageBeginsWithTheNextOneInTurn() {
        assertThat(health.order(ALL, Order.ROUND_ROBIN, REST)).containsExactly(A, B, C);
        assertThat(health.order(ALL, Order.ROUND_ROBIN, REST)).containsExactly(B, C, A);
        assertThat(health.order(ALL, Order.ROUND_ROBIN, REST)).containsExactly(C, A, B);
        assertThat(health.order(ALL, Order.ROUND_ROBIN, REST)).containsExactly(A, B, C);
    }

    @Test
    void oneThatFailedIsLeftOutAndThenTriedByOneMessageAtATime() {
        health.failed(A);
        assertThat(order()).containsExactly(B, C);

        pass(REST);
        assertThat(order()).containsExactly(A, B, C);
        assertThat(order()).containsExactly(B, C);

        pass(REST);
        assertThat(order()).containsExactly(A, B, C);
        health.failed(A);
        pass(REST.minusNanos(1));
        assertThat(order()).containsExactly(B, C);
    }

    @Test
    void oneThatServesAgainIsWell() {
        health.failed(A);
        assertThat(health.served(A)).isTrue();
        assertThat(health.served(A)).isFalse();
        assertThat(order()).isEqualTo(ALL);
    }

    @Test
    void whereAllFailedTheOneThatFailedFirstIsTried() {
        for (var hop : List.of(B, A, C)) {
            health.failed(hop);
            pass(Duration.ofSeconds(1));
        }
        assertThat(order()).containsExactly(B);
    }

    @Test
    void aSingleOneIsAlwaysTried() {
        health.failed(A);
        assertThat(health.order(List.of(A), Order.PREFERENCE, REST)).containsExactly(A);
        assertThat(health.order(List.of(A), Order.PREFERENCE, REST)).containsExactly(A);
    }

    @Test
    void whatIsKeptIsBounded() {
        for (int i = 0; i < 10_001; i++) {
            health.failed(Route.to("h" + i + ".example", 25));
        }
        var first = Route.to("h0.example", 25);
        assertThat(health.served(first)).isFalse();
        assertThat(health.served(Route.to("h1.example", 25))).isTrue();
    }
}
