package org.tarishi.core.admin;

import java.time.Duration;
import java.util.Set;

/** Settings to test with: the defaults. */
final class Examples {
    static final Settings SETTINGS =
            new Settings(Set.of(), Duration.ofMinutes(30), Duration.ofHours(12), 100, 5, Duration.ofMinutes(15));

    private Examples() {}
}
