package org.tarishi.core.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.testing.FakeConfiguration;

class SettingsTest {

    private static Settings settings(String key, Object value) {
        return new Settings(FakeConfiguration.of(Config.class, Map.of(key, value)));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1, 53",
        "192.0.2.1:5353, 192.0.2.1, 5353",
        "2001:db8::1, 2001:db8::1, 53",
        "[2001:db8::1], 2001:db8::1, 53",
        "[2001:db8::1]:5353, 2001:db8::1, 5353"
    })
    void aServerIsAnAddressAndMayHaveAPort(String text, String address, int port) {
        assertThat(settings("servers", new String[] {text}).servers())
                .containsExactly(new InetSocketAddress(InetAddress.ofLiteral(address), port));
    }

    @ParameterizedTest
    @CsvSource({
        "servers, ns.example",
        "servers, ''",
        "servers, 192.0.2.1:0",
        "servers, 192.0.2.1:65536",
        "servers, 192.0.2.1:dns",
        "servers, [2001:db8::1",
        "servers, [2001:db8::1]53",
        "servers, [192.0.2.1",
        "dnssec, yes",
        "timeout, soon",
        "timeout, PT0.05S",
        "timeout, PT2M",
        "tryTimeout, soon",
        "tryTimeout, PT0S",
        "tryTimeout, PT31S",
        "tries, 0",
        "tries, 11",
        "maxQueries, 0",
        "maxQueries, 10001",
        "cacheBytes, -1",
        "cacheBytes, 1073741825",
        "maxTtl, soon",
        "maxTtl, -PT1S",
        "maxTtl, P8D",
        "maxNegativeTtl, -PT1S",
        "maxNegativeTtl, P2D",
        "maxAliases, -1",
        "maxAliases, 33"
    })
    void aBadValueIsRefusedByItsKey(String key, String value) {
        assertThatThrownBy(() -> settings(key, value))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(key + ": ");
    }

    @Test
    void moreServersThanAnybodyNeedsAreRefused() {
        assertThatThrownBy(() ->
                        settings("servers", Collections.nCopies(9, "192.0.2.1").toArray(String[]::new)))
                .hasMessage("servers: want at most 8");
    }
}
