package org.tarishi.core.services;

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
                .isEqualTo(new Settings(Duration.ofSeconds(5), Duration.ofSeconds(30)));
    }

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        backendWait | 5      | backendWait: want ISO-8601, such as PT5S: 5
        backendWait | PT-1S  | backendWait: must be PT0S to PT1M: PT-1S
        backendWait | PT2M   | backendWait: must be PT0S to PT1M: PT2M
        drainWait   | PT-1S  | drainWait: must be PT0S to PT11M: PT-1S
        drainWait   | PT12M  | drainWait: must be PT0S to PT11M: PT12M
        drainWait   | ''     | drainWait: want ISO-8601, such as PT5S:\\u0020
        """)
    void aBadValueIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> new Settings(FakeConfiguration.of(Config.class, Map.of(key, value))))
                .hasMessage(message.replace("\\u0020", " "));
    }
}
