package org.tarishi.core.tls;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns of certificates that expire soon, once a day each. One thread. */
final class Expiry {

    private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);

    private static final Duration PAUSE = Duration.ofDays(1);

    private final Clock clock;
    private final Map<Identity, Instant> told = new HashMap<>();

    Expiry(Clock clock) {
        this.clock = clock;
    }

    void look(List<Identity> inForce, Duration ahead) {
        told.keySet().retainAll(inForce);
        if (ahead.isZero()) {
            return;
        }
        var now = clock.instant();
        for (var identity : inForce) {
            var last = told.get(identity);
            if (identity.expiry().isAfter(now.plus(ahead))
                    || (last != null && last.plus(PAUSE).isAfter(now))) {
                continue;
            }
            told.put(identity, now);
            if (identity.expiry().isBefore(now)) {
                LOG.error("certificate has expired and is still shown, for there is no other: {}", identity);
            } else {
                LOG.warn(
                        "certificate expires in {} days: {}",
                        Duration.between(now, identity.expiry()).toDays(),
                        identity);
            }
        }
    }
}
