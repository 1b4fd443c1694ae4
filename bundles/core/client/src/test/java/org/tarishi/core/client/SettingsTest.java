package org.tarishi.core.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.config.InvalidSettingException;

class SettingsTest {

    @Test
    void theTimesAreThoseOfRfc5321() {
        var settings = Configs.settings(Map.of());

        assertThat(settings.greetingTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.mailTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.rcptTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.dataTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(settings.blockTimeout()).isEqualTo(Duration.ofMinutes(3));
        assertThat(settings.finalDotTimeout()).isEqualTo(Duration.ofMinutes(10));
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
    heloName                 | a b      | heloName: want a domain, an address in brackets, or nothing: a b
    greetingTimeout          | 5m       | greetingTimeout: want ISO-8601, such as PT5M: 5m
    heloTimeout              | ''       | heloTimeout: want ISO-8601, such as PT5M: ''
    mailTimeout              | PT0S     | mailTimeout: must be positive and at most P1D: PT0S
    rcptTimeout              | PT-1S    | rcptTimeout: must be positive and at most P1D: PT-1S
    dataTimeout              | P2D      | dataTimeout: must be positive and at most P1D: P2D
    blockTimeout             | x        | blockTimeout: want ISO-8601, such as PT5M: x
    finalDotTimeout          | 600      | finalDotTimeout: want ISO-8601, such as PT5M: 600
    transactionTimeout       | P9999D   | transactionTimeout: must be positive and at most P1D: P9999D
    idleTime                 | PT0S     | idleTime: must be positive and at most P1D: PT0S
    """)
    void aBadTextIsRefusedByName(String key, String value, String message) {
        var expected = message.replace("''", "");
        assertThatThrownBy(() -> Configs.settings(Map.of(key, value)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(expected);
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
    maxConnections           | 0        | maxConnections: must be 1 to 10000: 0
    maxIdlePerRoute          | -1       | maxIdlePerRoute: must be 0 to 10000: -1
    maxMessagesPerConnection | 0        | maxMessagesPerConnection: must be at least 1: 0
    maxReplyLine             | 511      | maxReplyLine: must be 512 to 65536: 511
    maxReplyLines            | 101      | maxReplyLines: must be 10 to 100: 101
    maxReplyBytes            | 0        | maxReplyBytes: must be 512 to 1048576: 0
    """)
    void aNumberOutOfRangeIsRefusedByName(String key, int value, String message) {
        assertThatThrownBy(() -> Configs.settings(Map.of(key, value)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(message);
    }
}
