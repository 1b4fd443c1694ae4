package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class IdsTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-20T12:00:00Z"));
    private final InstantSource clock = now::get;

    @Test
    void idsAreUniqueAndInOrderAlsoInABurst() {
        var ids = new Ids(clock, 1);
        var made = new ArrayList<String>();
        for (int i = 0; i < 5_000; i++) {
            made.add(ids.next());
        }
        assertThat(made).doesNotHaveDuplicates().isSorted().allMatch(id -> id.length() == 13);
    }

    @Test
    void aLaterStartMakesLaterIds() {
        var before = new Ids(clock, 1).next();
        now.set(now.get().plusMillis(1));

        assertThat(new Ids(clock, 2).next()).isGreaterThan(before);
    }

    @Test
    void aClockThatGoesBackMakesNoOldIds() {
        var ids = new Ids(clock, 1);
        var before = ids.next();
        now.set(now.get().minusSeconds(3_600));

        assertThat(ids.next()).isGreaterThan(before);
    }

    @Test
    void twoVersionsOfTheBundleInOneProcessMakeDifferentIds() {
        assertThat(new Ids(clock, Ids.ofThisProcess(7)).next())
                .isNotEqualTo(new Ids(clock, Ids.ofThisProcess(8)).next());
    }
}
