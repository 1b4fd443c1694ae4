package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Limits by address and user, on a clock that the test owns. */
final class AuthThrottleTest {

    private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.7");
    private static final InetAddress THERE = InetAddress.ofLiteral("198.51.100.9");

    private Instant now = Stage.NOON;
    private final AuthThrottle throttle = new AuthThrottle(() -> now);

    private static AuthSettings limits(int ofAddress, int ofUser) {
        return Stage.settings(Map.of("authFailuresOfAddress", ofAddress, "authFailuresOfUser", ofUser))
                .auth();
    }

    @Test
    void anAddressMayFailSoOftenAndThenAgainWhenTheWindowIsOver() {
        var limits = limits(3, 0);
        for (int i = 0; i < 3; i++) {
            assertThat(throttle.mayTry(HERE, limits)).isTrue();
            throttle.failed(null, HERE, limits);
        }
        assertThat(throttle.mayTry(HERE, limits)).isFalse();
        assertThat(throttle.mayTry(THERE, limits)).isTrue();
        now = now.plus(Duration.ofMinutes(15));
        assertThat(throttle.mayTry(HERE, limits)).isTrue();
    }

    @Test
    void anIpv6ClientIsItsNetwork() {
        var limits = limits(1, 0);
        throttle.failed(null, InetAddress.ofLiteral("2001:db8::1"), limits);
        assertThat(throttle.mayTry(InetAddress.ofLiteral("2001:db8::2"), limits))
                .isFalse();
        assertThat(throttle.mayTry(InetAddress.ofLiteral("2001:db8:0:1::2"), limits))
                .isTrue();
    }

    @Test
    void aUserIsHeldBackWhereverTheFailuresCameFromAndInAnyCase() {
        var limits = limits(0, 2);
        throttle.failed("Ann", HERE, limits);
        throttle.failed("ANN", THERE, limits);
        assertThat(throttle.mayAsk("ann", HERE, limits)).isFalse();
        assertThat(throttle.mayAsk("bob", HERE, limits)).isTrue();
        now = now.plus(Duration.ofMinutes(15));
        assertThat(throttle.mayAsk("ann", HERE, limits)).isTrue();
    }

    @Test
    void aUserIsNotKeptOutWhereItIsKnown() {
        var limits = limits(0, 2);
        throttle.succeeded("ann", HERE);
        throttle.failed("ann", THERE, limits);
        throttle.failed("ann", THERE, limits);
        assertThat(throttle.mayAsk("ann", THERE, limits)).isFalse();
        assertThat(throttle.mayAsk("ann", HERE, limits)).isTrue();
        now = now.plus(AuthThrottle.KNOWN_FOR);
        throttle.failed("ann", THERE, limits);
        throttle.failed("ann", THERE, limits);
        assertThat(throttle.mayAsk("ann", HERE, limits)).isFalse();
    }

    @Test
    void aHundredThousandWrongPasswordsFillNeitherMemoryNorLogAndSlowNoHonestUser() {
        var limits = limits(100, 20);
        throttle.succeeded("honest", HERE);
        int lines = 0;
        for (int i = 0; i < 100_000; i++) {
            // from everywhere, for everybody, with long names, for an hour
            var address = InetAddress.ofLiteral("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
            if (throttle.failed("user" + i + "x".repeat(1000), address, limits).isTold()) {
                lines++;
            }
            throttle.failed("honest", address, limits);
            now = now.plusMillis(36);
        }
        assertThat(throttle.remembered()).isLessThanOrEqualTo(3 * AuthThrottle.MOST);
        assertThat(lines).isLessThanOrEqualTo(61 * 60);
        assertThat(throttle.mayTry(HERE, limits)).isTrue();
        assertThat(throttle.mayAsk("honest", HERE, limits)).isTrue();
    }

    @Test
    void ofOneAddressFewFailuresAreToldAndTheirNumberIs() {
        var limits = limits(0, 0);
        int lines = 0;
        AuthThrottle.Failure last = null;
        for (int i = 1; i <= 1024; i++) {
            last = throttle.failed("ann", HERE, limits);
            if (last.isTold()) {
                lines++;
            }
        }
        assertThat(lines).isEqualTo(5 + 8);
        assertThat(last).isEqualTo(new AuthThrottle.Failure(true, 1024, 511));
    }
}
