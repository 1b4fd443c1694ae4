package org.tarishi.core.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.testing.FakeConfiguration;

class SettingsTest {

    @Test
    void theShippedSettingsHold() {
        assertThat(new Settings(FakeConfiguration.of(Config.class, Map.of())))
                .isEqualTo(new Settings(Duration.ofSeconds(1), 16_777_216, 1000, 1_000_000));
    }

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        checkEvery   | 1s         | checkEvery: want ISO-8601, such as PT1S: 1s
        checkEvery   | PT0S       | checkEvery: must be PT0.1S to PT1H: PT0S
        checkEvery   | PT2H       | checkEvery: must be PT0.1S to PT1H: PT2H
        maxFileBytes | 0          | maxFileBytes: must be 1 to 1073741824: 0
        maxPatterns  | -1         | maxPatterns: must be 1 to 100000: -1
        maxPatterns  | 100001     | maxPatterns: must be 1 to 100000: 100001
        regexSteps   | 999        | regexSteps: must be 1000 to 100000000: 999
        """)
    void aBadValueIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> new Settings(FakeConfiguration.of(Config.class, Map.of(key, value))))
                .hasMessage(message);
    }
}
