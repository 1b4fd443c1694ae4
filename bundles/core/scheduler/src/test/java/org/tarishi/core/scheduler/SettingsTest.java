package org.tarishi.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.core.scheduler.LimitRule.Scope;

/** What is set, and what is refused. */
final class SettingsTest {

    @Test
    void theDefaultsAreWhatTheReadmeSays() {
        var settings = Sets.of();
        assertThat(settings.policy().isDelivering()).isTrue();
        assertThat(settings.policy().maxAttempts()).isEqualTo(2000);
        assertThat(settings.policy().reserve()).isEqualTo(500);
        assertThat(settings.policy().slowStart()).isEqualTo(2);
        assertThat(settings.expiry()).isEqualTo(Duration.ofDays(5));
        assertThat(settings.delayNotice()).isEqualTo(Duration.ofHours(4));
        assertThat(settings.received()).isEqualTo("Tarishi outbound");
        assertThat(settings.policy().limits()).hasSize(1);
    }

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            expiry            | 5d          | expiry: want ISO-8601, such as PT1M: 5d
            expiry            | PT30S       | expiry: must be PT1M to PT8760H: PT30S
            delayNotice       | PT1S        | delayNotice: must be PT1M to PT720H: PT1S
            keepDoubleBounces | P91D        | keepDoubleBounces: must be PT1S to PT2160H: PT2184H
            received          | (x)         | received: want ASCII without parentheses, at most 100, or disabled: (x)
            received          | ''          | received: want ASCII without parentheses, at most 100, or disabled:
            hostname          | a b         | hostname: want a domain: a b
            rest              | PT0S        | rest: must be PT1S to PT24H: PT0S
            longestRest       | PT1S        | longestRest: must not be less than rest: PT1S
            longestHold       | P366D       | longestHold: must be PT1S to PT8760H: PT8784H
            drain             | PT11M       | drain: must be PT0S to PT10M: PT11M
            events            | ../x        | events: want the name of a file, without a folder: ../x
            retrySchedule     | soon        | retrySchedule: want none, or times such as 1m, 5m*2, 1h*3: soon
            """)
    void aBadTextIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> Sets.of(key, value)).hasMessage(message + (value.isEmpty() ? " " : ""));
    }

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            maxAttempts | 0     | maxAttempts: must be 1 to 100000: 0
            reserve     | 91    | reserve: must be 0 to 90: 91
            jitter      | 51    | jitter: must be 0 to 50: 51
            maxHops     | 9     | maxHops: must be 10 to 1000: 9
            slowStart   | 0     | slowStart: must be 1 to 1000: 0
            restAfter   | 1001  | restAfter: must be 1 to 1000: 1001
            eventFiles  | 0     | eventFiles: must be 1 to 1000: 0
            """)
    void aBadNumberIsRefusedByName(String key, int value, String message) {
        assertThatThrownBy(() -> Sets.of(key, value)).hasMessage(message);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            domain *                       | limits: want a scope, a pattern, and concurrency=NUMBER or rate=NUMBER/TIME: domain *
            planet * concurrency=1         | limits: want total, domain, host, address, source, pool, sender or user in front: planet
            domain a*b* concurrency=1      | limits: want *, a name, or a name with one *: a*b*
            address mx.example rate=1/s    | limits: want *, an address, or a network such as 192.0.2.0/24: mx.example
            address 192.0.2.0/33 rate=1/s  | limits: want *, an address, or a network such as 192.0.2.0/24: 192.0.2.0/33
            domain * concurrency=0         | limits: a number must be 1 to 1000000: domain * concurrency=0
            domain * rate=many             | limits: want a rate such as rate=100/1m: rate=many
            domain * fast                  | limits: want shared, concurrency=NUMBER or rate=NUMBER/TIME: fast
            domain * shared                | limits: limits nothing: domain * shared
            """)
    void aBadLimitIsRefusedByName(String line, String message) {
        assertThatThrownBy(() -> Sets.of("limits", Sets.lines(line))).hasMessage(message);
    }

    @Test
    void aLimitThatIsThereTwiceIsRefused() {
        assertThatThrownBy(() ->
                        Sets.of("limits", Sets.lines("domain a.example rate=1/s", "domain A.example concurrency=1")))
                .hasMessage("limits: is there twice: domain A.example concurrency=1");
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource({
        "DOMAIN, mail.example, 3",
        "DOMAIN, a.mail.example, 5",
        "DOMAIN, other.example, 20",
        "ADDRESS, 192.0.2.7, 2",
        "ADDRESS, 192.0.2.200, 4",
        "ADDRESS, 2001:db8::1, 6",
        "ADDRESS, 198.51.100.1, 2147483647",
        "SENDER, a@bulk.example, 1",
        "SENDER, a@other.example, 2147483647"
    })
    void theClosestLineHolds(Scope scope, String value, int concurrency) {
        var settings = Sets.of(
                "limits",
                Sets.lines(
                        "domain * concurrency=20",
                        "domain *.mail.example concurrency=5",
                        "domain mail.example concurrency=3",
                        "address 192.0.2.0/24 concurrency=4",
                        "address 192.0.2.0/25 concurrency=2",
                        "address 2001:db8::/32 concurrency=6",
                        "sender *@bulk.example concurrency=1"));
        assertThat(new Gates(settings.policy().limits()).concurrency(scope, value))
                .isEqualTo(concurrency);
    }
}
