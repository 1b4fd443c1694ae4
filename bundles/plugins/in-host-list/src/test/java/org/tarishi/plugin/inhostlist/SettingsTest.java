package org.tarishi.plugin.inhostlist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.testing.FakeConfiguration;

class SettingsTest {

    @Test
    void theShippedSettingsHold() {
        assertThat(new Settings(FakeConfiguration.of(Config.class, Map.of())))
                .isEqualTo(new Settings(List.of("inline:localhost,example.com"), true, false, true));
    }

    @Test
    void aTableThatMayWaitIsTakenWhenTheOperatorSaysSo() {
        var config =
                FakeConfiguration.of(Config.class, Map.of("domains", "sql:domains", "tarishi.non.blocking", "false"));

        assertThat(new Settings(config).isNonBlocking()).isFalse();
    }

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        domains | host_list   | domains: want scheme:name, such as file:host_list: host_list
        domains | file:       | domains: want scheme:name, such as file:host_list: file:
        domains | ''          | domains: want scheme:name, such as file:host_list:\\u0020
        domains | sql:domains | tarishi.non.blocking: must be false for a table that is not inline:, file: or regex:: sql:domains
        """)
    void aBadValueIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> new Settings(FakeConfiguration.of(Config.class, Map.of(key, value))))
                .hasMessage(message.replace("\\u0020", " "));
    }

    @Test
    void aListThatCanHoldNothingIsRefused() {
        assertThatThrownBy(() -> new Settings(List.of(), false, false, true))
                .hasMessage("domains: want at least one table, or hostname = true");
    }
}
