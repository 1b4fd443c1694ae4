package org.tarishi.core.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OfferTest {

    @Test
    void theFirstLineIsAGreetingAndKeywordsHaveNoCase() {
        var offer = Offer.of(List.of("DSN greets", "pipelining", "Size 1000", "8BITMIME", ""));
        assertThat(offer.has("PIPELINING")).isTrue();
        assertThat(offer.has("8BITMIME")).isTrue();
        assertThat(offer.has("DSN")).isFalse();
        assertThat(offer.mostBytes()).isEqualTo(1000);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "SIZE 0, 9223372036854775807",
        "SIZE, 9223372036854775807",
        "SIZE 10 20, 9223372036854775807",
        "SIZE -5, 9223372036854775807",
        "SIZE 99999999999999999999999, 9223372036854775807",
        "SIZE 26214400, 26214400",
    })
    void aSizeThatIsNoneIsNoLimit(String line, long most) {
        assertThat(Offer.of(List.of("mx", line)).mostBytes()).isEqualTo(most);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "LIMITS MAILMAX=5 RCPTMAX=20, 5",
        "LIMITS RCPTMAX=20 MAILMAX=7, 7",
        "LIMITS MAILMAX=0, 9223372036854775807",
        "LIMITS MAILMAX=x, 9223372036854775807",
        "LIMITS, 9223372036854775807",
    })
    void limitsTellHowManyMessagesAConnectionTakes(String line, long most) {
        assertThat(Offer.of(List.of("mx", line)).mostMessages()).isEqualTo(most);
    }

    @Test
    void mechanismsMayComeInTheOldWayToo() {
        assertThat(Offer.of(List.of("mx", "AUTH=LOGIN plain", "AUTH CRAM-MD5")).mechanisms())
                .containsExactlyInAnyOrder("LOGIN", "PLAIN", "CRAM-MD5");
        assertThat(Offer.NOTHING.mechanisms()).isEmpty();
    }
}
