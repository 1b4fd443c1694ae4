package org.tarishi.core.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.config.InvalidSettingException;

final class SettingsTest {

    private static Settings with(String key, long value) {
        return new Settings(
                Path.of("queue"),
                key.equals("segmentBytes") ? (int) value : 1 << 26,
                key.equals("bodyBytes") ? (int) value : 1 << 16,
                true,
                key.equals("freeBytes") ? value : 0,
                key.equals("maxMails") ? (int) value : 1000,
                key.equals("maxBytes") ? value : 0,
                key.equals("cleanBytesPerSecond") ? (int) value : 1 << 20);
    }

    @ParameterizedTest
    @CsvSource({
        "segmentBytes, 1048575",
        "segmentBytes, 1073741825",
        "bodyBytes, -1",
        "bodyBytes, 1048577",
        "freeBytes, -1",
        "maxMails, 0",
        "maxMails, 100000001",
        "maxBytes, -1",
        "cleanBytesPerSecond, 65535"
    })
    void aValueOutOfRangeIsRefusedByItsName(String key, long value) {
        assertThatThrownBy(() -> with(key, value))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(Long.toString(value));
    }

    @Test
    void theLimitsThemselvesAreGood() {
        assertThat(with("segmentBytes", 1 << 20).segmentBytes()).isEqualTo(1 << 20);
        assertThat(with("bodyBytes", 0).bodyBytes()).isZero();
    }
}
