package org.tarishi.core.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tarishi.api.config.InvalidSettingException;

final class SettingsTest {

    private static void refused(String key, Object value) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> new Settings(Kit.config(Map.of(key, value))))
                .as(key + " = " + value)
                .satisfies(e -> assertThat(e.key()).isEqualTo(key));
    }

    @Test
    void theDefaultsAreGood() {
        var settings = new Settings(Kit.config(Map.of()));
        assertThat(settings).isEqualTo(new Settings(15_000, List.of(), "", ""));
    }

    @Test
    void eachWrongValueIsRefusedByItsKey() {
        refused("scramIterations", 4095);
        refused("scramIterations", 10_000_001);
        refused("externalUsers", new String[] {"no-table"});
        refused("oauthScope", "a\"b");
        refused("oauthScope", "mäil");
        refused("openidConfiguration", "http://id.example/");
        refused("openidConfiguration", "https:/id");
        refused("openidConfiguration", "not a url");
    }
}
