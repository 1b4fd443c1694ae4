package org.tarishi.plugin.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.config.InvalidSettingException;

class SettingsTest {

    @Test
    void byDefaultNothingIsWanted() {
        var settings = Configs.settings(Map.of());

        assertThat(settings.certificates()).isEmpty();
        assertThat(settings.isAgreed()).isFalse();
        assertThat(settings.directory()).isEqualTo(URI.create("https://acme-v02.api.letsencrypt.org/directory"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
    mx.example                   | mx.example | mx.example
    MX.Example                   | mx.example | mx.example
    a.example, b.example         | a.example  | a.example,b.example
    a.example,a.example          | a.example  | a.example
    mail = a.example , b.example | mail       | a.example,b.example
    bücher.example               | xn--bcher-kva.example | xn--bcher-kva.example
    """)
    void aCertificateIsItsNamesAndHasOneOfItsOwn(String text, String name, String hosts) {
        assertThat(Configs.settings(Map.of("certificates", new String[] {text})).certificates())
                .containsExactly(new Wanted(name, List.of(hosts.split(","))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "localhost",
                "192.0.2.1",
                "a.example,",
                "=a.example",
                "../x=a.example",
                "A=a.example",
                "..=a.example",
                "*.example.com",
                "x=*.example.com",
                "x=a.*.example",
                "a..example",
                "-a.example",
                "a.example;b.example",
                ".hidden=a.example"
            })
    void aCertificateThatIsNoneIsRefusedByKey(String text) {
        assertThatThrownBy(() -> Configs.settings(Map.of("certificates", new String[] {text})))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("certificates: ");
    }

    @Test
    void aWildcardIsGotByDnsUnderAName() {
        assertThat(Configs.settings(Map.of("certificates", new String[] {"w=*.example.com"}, "challenge", "dns-01"))
                        .certificates())
                .containsExactly(new Wanted("w", List.of("*.example.com")));
        assertThatThrownBy(() ->
                        Configs.settings(Map.of("certificates", new String[] {"*.example.com"}, "challenge", "dns-01")))
                .hasMessageStartingWith("certificates: ");
    }

    @Test
    void twoOfOneNameAreRefused() {
        assertThatThrownBy(() ->
                        Configs.settings(Map.of("certificates", new String[] {"a.example", "a.example=b.example"})))
                .hasMessage("certificates: two have the name a.example");
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
    directory    | http://ca.example/directory
    directory    | ca.example
    directory    | https://
    directory    | https://user:pw@ca.example/d
    contact      | nobody
    contact      | a@b@c
    eabKeyId     | kid
    eabKeyFile   | eab
    keyType      | dsa
    profile      | a b
    challenge    | tls-alpn-01
    httpAddress  | localhost
    dnsServer    | 192.0.2.1:0
    dnsServer    | 192.0.2.1:65536
    dnsServer    | 192.0.2.1:dns
    dnsServer    | [2001:db8::1
    dnsServer    | [2001:db8::1]53
    dnsServer    | a b
    dnsZone      | a b
    dnsWait      | soon
    dnsWait      | PT2H
    dnsWait      | -PT1S
    checkEvery   | PT59M
    checkEvery   | P2D
    orderTimeout | PT29S
    orderTimeout | PT2H
    """)
    void aBadValueIsRefusedByItsKey(String key, String value) {
        Object given = key.equals("contact") ? new String[] {value} : value;
        assertThatThrownBy(() -> Configs.settings(Map.of(key, given)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(key.startsWith("eab") ? "eab" : key + ": ");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65536})
    void aPortOutOfRangeIsRefused(int port) {
        assertThatThrownBy(() -> Configs.settings(Map.of("httpPort", port)))
                .hasMessage("httpPort: must be 1 to 65535: " + port);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
    192.0.2.1          | 192.0.2.1   | 53
    192.0.2.1:5353     | 192.0.2.1   | 5353
    ns.example         | ns.example  | 53
    ns.example:5353    | ns.example  | 5353
    2001:db8::1        | 2001:db8::1 | 53
    [2001:db8::1]      | 2001:db8::1 | 53
    [2001:db8::1]:5353 | 2001:db8::1 | 5353
    """)
    void aNameServerIsAnAddressOrANameAndMayHaveAPort(String text, String host, int port) {
        assertThat(Configs.settings(Map.of("dnsServer", text, "dnsZone", "example.com.", "dnsKeyFile", "tsig"))
                        .dns())
                .contains(new Settings.Updates(host, port, Optional.of(Path.of("tsig")), Optional.of("example.com")));
    }
}
