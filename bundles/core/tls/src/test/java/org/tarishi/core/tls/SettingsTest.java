package org.tarishi.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tarishi.api.config.InvalidSettingException;

final class SettingsTest {

    @Test
    void theDefaultsAreTls12AndTls13WithEcdheAndAead() {
        var settings = new Settings(Desk.config(Map.of()));
        assertThat(settings.protocols()).containsExactly("TLSv1.3", "TLSv1.2");
        assertThat(settings.ciphers())
                .allMatch(suite ->
                        suite.matches("TLS_(ECDHE_(ECDSA|RSA)_WITH_)?(AES_\\d+_GCM|CHACHA20_POLY1305)_SHA\\d+"));
        assertThat(settings.groups()).containsExactly("x25519", "secp256r1", "secp384r1");
        assertThat(settings.checkEvery()).isEqualTo(Duration.ofSeconds(10));
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("folder", ""),
                Arguments.of("protocols", new String[] {"TLSv1.1"}),
                Arguments.of("protocols", new String[] {}),
                Arguments.of("ciphers", new String[] {"TLS_RSA_WITH_NULL_SHA"}),
                Arguments.of("ciphers", new String[] {"TLS_AES_128_GCM_SHA256"}),
                Arguments.of("groups", new String[] {"secp192r1"}),
                Arguments.of("groups", new String[] {""}),
                Arguments.of("sessions", 0),
                Arguments.of("sessions", 1_000_001),
                Arguments.of("sessionLife", "soon"),
                Arguments.of("sessionLife", "PT0S"),
                Arguments.of("checkEvery", "PT2H"),
                Arguments.of("warnBeforeExpiry", "P400D"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void aWrongValueIsRefusedByItsKey(String key, Object value) {
        assertThatThrownBy(() -> new Settings(Desk.config(Map.of(key, value))))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(key + ": ");
    }
}
