package org.tarishi.core.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BrokenTlsTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final InetAddress PEER = InetAddress.ofLiteral("192.0.2.1");

    private final AtomicLong now = new AtomicLong();
    private final BrokenTls broken = new BrokenTls(now::get);

    @Test
    void aFailureIsRememberedForItsTimeAndForItsAddressAndPortAlone() {
        broken.add(PEER, 25, "no cipher\r\nin common");

        assertThat(broken.of(PEER, 25, HOUR))
                .hasValueSatisfying(why -> assertThat(why).doesNotContain("\n"));
        assertThat(broken.of(PEER, 587, HOUR)).isEmpty();
        assertThat(broken.of(InetAddress.ofLiteral("192.0.2.2"), 25, HOUR)).isEmpty();
        now.addAndGet(HOUR.toNanos());
        assertThat(broken.of(PEER, 25, HOUR)).isEmpty();
    }

    @Test
    void withoutATimeNothingIsRemembered() {
        broken.add(PEER, 25, "x");

        assertThat(broken.of(PEER, 25, Duration.ZERO)).isEmpty();
    }

    @Test
    void whoIsRememberedLongestGoesWhenThereAreTooMany() {
        broken.add(PEER, 25, "x");
        for (int port = 1; port <= 10_000; port++) {
            broken.add(InetAddress.ofLiteral("192.0.2.9"), port, "x");
        }

        assertThat(broken.size()).isEqualTo(10_000);
        assertThat(broken.of(PEER, 25, HOUR)).isEmpty();
    }
}
