package org.tarishi.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworksTest {

    @ParameterizedTest(name = "{1} in {0}: {2}")
    @CsvSource(textBlock = """
        192.0.2.1,          192.0.2.1,             true
        192.0.2.1,          192.0.2.2,             false
        192.0.2.1,          ::ffff:192.0.2.1,      true
        192.0.2.0/24,       192.0.2.255,           true
        192.0.2.0/24,       192.0.3.0,             false
        192.0.2.128/25,     192.0.2.128,           true
        192.0.2.128/25,     192.0.2.127,           false
        128.0.0.0/1,        255.255.255.255,       true
        128.0.0.0/1,        127.255.255.255,       false
        0.0.0.0/0,          203.0.113.9,           true
        0.0.0.0/0,          2001:db8::1,           false
        ::/0,               192.0.2.1,             false
        2001:db8::/32,      2001:db8:ffff::1,      true
        2001:db8::/32,      2001:db9::1,           false
        2001:db8::1,        2001:db8::1,           true
        2001:db8::1,        2001:db8::2,           false
        fe80::/10,          febf::1,               true
        fe80::/10,          fec0::1,               false
        """)
    void anAddressIsInANetworkThatItBeginsLike(String network, String address, boolean isIn) {
        assertThat(Networks.parse("from", network).contains(InetAddress.ofLiteral(address)))
                .isEqualTo(isIn);
    }

    @Test
    void oneOfSeveralIsEnoughAndNoneHasNobody() {
        var networks = Networks.parse("from", "192.0.2.1", " ", "2001:db8::/32 ");

        assertThat(networks.contains(InetAddress.ofLiteral("2001:db8::5"))).isTrue();
        assertThat(networks.contains(InetAddress.ofLiteral("192.0.2.2"))).isFalse();
        assertThat(networks).hasToString("[192.0.2.1/32, 2001:db8:0:0:0:0:0:0/32]");
        assertThat(networks).isEqualTo(Networks.parse("other", "192.0.2.1/32", "2001:db8::/32"));
        assertThat(Networks.parse("from", " ")).isSameAs(Networks.NONE);
        assertThat(Networks.NONE.isEmpty()).isTrue();
        assertThat(Networks.NONE.contains(InetAddress.ofLiteral("192.0.2.2"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        mx.example     | from: want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: mx.example
        10.1           | from: want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: 10.1
        300.1.1.1      | from: want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: 300.1.1.1
        192.0.2.1/33   | from: want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: 192.0.2.1/33
        192.0.2.1/-1   | from: want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: 192.0.2.1/-1
        192.0.2.1/     | from: want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: 192.0.2.1/
        ::/129         | from: want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: ::/129
        fe80::1%eth0   | from: want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: fe80::1%eth0
        192.0.2.1/24   | from: bits behind the prefix are set, want 192.0.2.0/24: 192.0.2.1/24
        2001:db8::1/32 | from: bits behind the prefix are set, want 2001:db8:0:0:0:0:0:0/32: 2001:db8::1/32
        """)
    void whatIsNoNetworkIsRefusedByTheKey(String text, String message) {
        assertThatThrownBy(() -> Networks.parse("from", text)).hasMessage(message);
    }
}
