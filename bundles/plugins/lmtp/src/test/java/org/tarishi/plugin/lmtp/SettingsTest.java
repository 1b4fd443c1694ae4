package org.tarishi.plugin.lmtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.outbound.Route;
import org.tarishi.testing.FakeConfiguration;

class SettingsTest {

    private static Settings settings(Map<String, ?> values) {
        return new Settings(FakeConfiguration.of(Config.class, values));
    }

    @Test
    void asShippedThereIsNoStore() {
        assertThat(settings(Map.of()).main()).isEmpty();
    }

    @Test
    void storesAreSpokenToByLmtp() {
        assertThat(settings(Map.of("host", "/run/lmtp", "pool", new String[] {"a.example", "[2001:db8::1]:2400"}))
                        .main()
                        .orElseThrow()
                        .hops())
                .containsExactly(
                        Route.to(Path.of("/run/lmtp")).withLmtp(),
                        Route.to("a.example", 24).withLmtp(),
                        Route.to("2001:db8::1", 2400).withLmtp());
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
    host           | not a host | host: no host, host:port, path of a socket or URL
    pool           | http://a   | pool: want smtp://, smtps:// or lmtp://
    port           | 0          | port: must be 1 to 65535: 0
    order          | random     | order: want preference or round-robin: random
    deadTime       | PT2H       | deadTime: must be PT1S to PT1H: PT2H
    routes         | nonsense   | routes: want scheme:name, such as file:forward_routes: nonsense
    deliver        | later      | deliver: want direct or queued: later
    unreachable    | DENY       | unreachable: want DENYSOFT, QUEUE or CONTINUE: DENY
    connectTimeout | soon       | connectTimeout: want ISO-8601, such as PT30S: soon
    heloName       | a b        | heloName: want a domain, an address in brackets, or nothing: a b
    bindAddress    | localhost  | bindAddress: want an IPv4 or IPv6 address, or nothing: localhost
    tls            | starttls   | tls: want none, opportunistic, require or verify: starttls
    certificate    | a b        | certificate: want a name that a certificate stands for: a b
    user           | me         | user: want user and passwordFile, or neither
    passwordFile   | p          | passwordFile: want user and passwordFile, or neither
    """)
    void aBadValueIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> settings(Map.of(key, value)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(message);
    }

    @Test
    void tlsThatIsDemandedIsNotLeftOutForASocket() {
        assertThatThrownBy(() -> settings(Map.of("host", "/run/lmtp", "tls", "require")))
                .hasMessage("host: a Unix domain socket has no TLS");
    }
}
