package org.tarishi.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.outbound.RouteTls;

class SettingsTest {

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
    smartHost             | http://mx.example   | smartHost: want smtp://host:port
    smartHost             | smtp://a@mx.example | smartHost: want smtp://host:port
    smartHost             | smtps:///run/x      | smartHost: want smtp://host:port
    smartHostUser         | me                  | smartHostUser: want smartHostUser and smartHostPasswordFile
    smartHostPasswordFile | pass                | smartHostPasswordFile: want smartHostUser and smartHostPasswordFile
    addressPreference     | ipv5                | addressPreference: want ipv6, ipv4
    tls                   | maybe               | tls: want none, opportunistic, require or verify: maybe
    connectTimeout        | soon                | connectTimeout: want ISO-8601
    connectTimeout        | PT0S                | connectTimeout: must be PT1S to PT10M
    """)
    void aBadTextIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> Configs.settings(key, value))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
    routes       | mx.example                                  | routes: want DOMAIN
    routes       | a b = mx.example                            | routes: want a domain
    routes       | a.example = http://x                        | routes: want smtp://host:port
    routes       | a.example =                                 | routes: want smtp://host:port
    routes       | a.example = mx mx.example                   | routes: want next hops, or mx
    routes       | a.example = mx.example speed=high           | routes: want tls, certificate, bind, helo or pool
    routes       | a.example = mx.example tls=maybe            | routes: want none, opportunistic
    routes       | a.example = mx.example bind=here            | routes: want an IPv4 or IPv6 address
    routes       | a.example = mx.example helo=a_b!            | routes: want a domain or an address
    routes       | a.example = mx.example pool=none            | routes: no such pool: none
    routes       | a.example = mx tls=verify                   | routes: what holds of hosts that DNS knows
    routes       | a.example = lmtp:///run/x tls=verify        | routes: a Unix domain socket has no TLS
    routes       | a.example = smtps://mx.example tls=none     | routes: smtps is TLS
    routes       | from:me = mx.example                        | routes: want from:user@domain
    pools        | bulk                                        | pools: want NAME = ADDRESS
    pools        | bulk = 1234                                 | pools: want an IPv4 or IPv6 address
    pools        | bulk = localhost                            | pools: want an IPv4 or IPv6 address
    tlsPolicies  | a.example                                   | tlsPolicies: want DOMAIN = none
    tlsPolicies  | a.example = maybe                           | tlsPolicies: want none, opportunistic
    tlsPolicies  | a.example = verify now                      | tlsPolicies: want certificate=NAME
    ownNames     | a b                                         | ownNames: want domains: a b
    ownAddresses | everywhere                                  | ownAddresses:
    """)
    void aBadLineIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> Configs.settings(key, Configs.lines(value)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource({"port, 0", "port, 65536", "maxAddresses, 0", "maxAddresses, 101"})
    void aNumberOutOfRangeIsRefusedByName(String key, int value) {
        assertThatThrownBy(() -> Configs.settings(key, value))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(key + ": must be 1 to ");
    }

    @Test
    void aLineThatIsThereTwiceIsRefused() {
        for (var key : new String[] {"routes", "tlsPolicies"}) {
            var value = key.equals("routes") ? "mx.example" : "none";
            assertThatThrownBy(
                            () -> Configs.settings(key, Configs.lines("a.example = " + value, "A.Example = " + value)))
                    .hasMessageStartingWith(key + ": is there twice");
        }
    }

    @Test
    void withoutAWordTlsIsOpportunisticAndDnsIsAsked() {
        var settings = Configs.settings();

        assertThat(settings.tls("a.example", "mx.example").level()).isEqualTo(RouteTls.Level.OPPORTUNISTIC);
        assertThat(settings.isByDns()).isTrue();
        assertThat(settings.isLocalMxAllowed()).isFalse();
    }
}
