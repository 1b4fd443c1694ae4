package org.tarishi.core.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private final TestClock clock = new TestClock();
    private final Throttle throttle = new Throttle(clock);
    private final Settings settings = Examples.SETTINGS;

    private Optional<Duration> attempt(String address) {
        return throttle.attempt(address, settings);
    }

    private void fail(String address, int times) {
        for (var i = 0; i < times; i++) {
            assertThat(attempt(address)).isEmpty();
        }
    }

    private static Optional<Duration> seconds(long seconds) {
        return Optional.of(Duration.ofSeconds(seconds));
    }

    @Test
    void fiveWrongPasswordsAreFreeThenEachDoublesTheWait() {
        fail("192.0.2.1", 5);
        for (var wait : new long[] {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900}) {
            assertThat(attempt("192.0.2.1")).isEqualTo(seconds(wait));
            clock.pass(Duration.ofSeconds(wait));
            fail("192.0.2.1", 1);
        }
    }

    @Test
    void comingTooEarlyDoesNotMakeTheWaitLonger() {
        fail("192.0.2.1", 5);
        for (var i = 0; i < 100; i++) {
            assertThat(attempt("192.0.2.1")).isEqualTo(seconds(1));
        }
        clock.pass(Duration.ofSeconds(1));

        assertThat(attempt("192.0.2.1")).isEmpty();
    }

    @Test
    void otherAddressesNeedNotWait() {
        fail("192.0.2.1", 5);

        assertThat(attempt("192.0.2.2")).isEmpty();
    }

    @Test
    void anIpv6NetworkCountsAsOneAddress() {
        for (var host = 1; host <= 5; host++) {
            fail("2001:db8:0:1::" + host, 1);
        }

        assertThat(attempt("2001:db8:0:1:ffff::9")).isEqualTo(seconds(1));
        assertThat(attempt("2001:db8:0:2::1")).isEmpty();
    }

    @Test
    void theRightPasswordClearsTheAddress() {
        fail("192.0.2.1", 5);
        throttle.succeeded("192.0.2.1");

        fail("192.0.2.1", 5);
    }

    @Test
    void manyAddressesTogetherHaveToWaitButNotForLong() {
        for (var i = 0; i < 100; i++) {
            fail("192.0.2." + i, 1);
        }

        assertThat(attempt("198.51.100.1")).isEqualTo(seconds(1));
        for (var i = 0; i < 20; i++) {
            clock.pass(Duration.ofSeconds(30));
            fail("198.51.100." + i, 1);
        }
        assertThat(attempt("203.0.113.1")).isEqualTo(seconds(30));
    }

    @Test
    void successesDoNotAddUpToAWaitForAll() {
        for (var i = 0; i < 1000; i++) {
            fail("192.0.2.1", 1);
            throttle.succeeded("192.0.2.1");
        }

        assertThat(attempt("192.0.2.1")).isEmpty();
    }

    @Test
    void failuresAreForgottenAfterTwiceTheLongestWait() {
        fail("192.0.2.1", 5);
        clock.pass(Duration.ofMinutes(30).plusSeconds(1));

        fail("192.0.2.1", 5);
    }

    @Test
    void aClockSetBackMakesNobodyWaitLongerThanTheDelay() {
        fail("192.0.2.1", 5);
        clock.pass(Duration.ofHours(-1));

        assertThat(attempt("192.0.2.1")).isEqualTo(seconds(1));
    }
}
