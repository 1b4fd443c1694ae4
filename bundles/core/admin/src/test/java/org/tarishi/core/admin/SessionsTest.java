package org.tarishi.core.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private final TestClock clock = new TestClock();
    private final Sessions sessions = new Sessions(clock, new SecureRandom());
    private final Settings settings = Examples.SETTINGS;

    @Test
    void anIdHas256BitsAndNoTwoAreAlike() {
        var ids = new HashSet<String>();
        for (var i = 0; i < 1000; i++) {
            ids.add(sessions.open("admin", settings));
        }

        assertThat(ids).hasSize(1000).allMatch(id -> id.matches("[A-Za-z0-9_-]{43}"));
    }

    @Test
    void aSessionEndsWhenItLiesUnused() {
        var id = sessions.open("admin", settings);
        clock.pass(Duration.ofMinutes(29));
        assertThat(sessions.use(id, settings)).map(Session::user).contains("admin");
        clock.pass(Duration.ofMinutes(29));
        assertThat(sessions.use(id, settings)).isPresent();
        clock.pass(Duration.ofMinutes(30));

        assertThat(sessions.use(id, settings)).isEmpty();
        assertThat(sessions.count()).isZero();
    }

    @Test
    void aSessionEndsThoughItIsUsed() {
        var id = sessions.open("admin", settings);
        for (var i = 0; i < 35; i++) {
            clock.pass(Duration.ofMinutes(20));
            assertThat(sessions.use(id, settings)).isPresent();
        }
        clock.pass(Duration.ofMinutes(20));

        assertThat(sessions.use(id, settings)).isEmpty();
    }

    @Test
    void oneTooManyEndsTheOneUnusedLongest() {
        var two = new Settings(Set.of(), Duration.ofMinutes(30), Duration.ofHours(12), 2, 5, Duration.ofMinutes(15));
        var first = sessions.open("admin", two);
        var second = sessions.open("admin", two);
        assertThat(sessions.use(first, two)).isPresent();
        var third = sessions.open("admin", two);

        assertThat(sessions.use(second, two)).isEmpty();
        assertThat(sessions.use(first, two)).isPresent();
        assertThat(sessions.use(third, two)).isPresent();
    }

    @Test
    void shorterSettingsHoldForOpenSessionsToo() {
        var id = sessions.open("admin", settings);
        clock.pass(Duration.ofMinutes(10));
        var strict = new Settings(Set.of(), Duration.ofMinutes(5), Duration.ofHours(12), 2, 5, Duration.ofMinutes(15));

        assertThat(sessions.use(id, strict)).isEmpty();
    }

    @Test
    void nobodyElsesIdOpensASession() {
        var id = sessions.open("admin", settings);

        assertThat(sessions.use("", settings)).isEmpty();
        assertThat(sessions.use(id + "x", settings)).isEmpty();
        sessions.end(id);
        assertThat(sessions.use(id, settings)).isEmpty();
    }
}
