package org.tarishi.plugin.smtpforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;

class SettingsTest {

    @Test
    void withoutAHostThereIsNoRoute() {
        assertThat(Configs.settings(Map.of()).main()).isEmpty();
    }

    @Test
    void theRouteIsMadeOfItsKeys() {
        var settings = Configs.settings(Map.of(
                "host",
                "2001:db8::1",
                "port",
                24,
                "lmtp",
                true,
                "heloName",
                "us.example",
                "bindAddress",
                "2001:db8::2"));

        assertThat(settings.main().orElseThrow().hops().getFirst())
                .isEqualTo(Route.to("2001:db8::1", 24)
                        .withLmtp()
                        .withHeloName("us.example")
                        .withBindAddress(InetAddress.ofLiteral("2001:db8::2")));
    }

    @Test
    void aPathIsASocket() {
        assertThat(Configs.settings(Map.of("host", "/run/lmtp.sock", "lmtp", true))
                        .main()
                        .orElseThrow()
                        .hops()
                        .getFirst())
                .isEqualTo(Route.to(Path.of("/run/lmtp.sock")).withLmtp());
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "mx_1.example", "192.0.2.1", "::1"})
    void aNameOrAnAddressIsAHost(String host) {
        assertThat(Configs.settings(Map.of("host", host))
                        .main()
                        .orElseThrow()
                        .hops()
                        .getFirst())
                .isEqualTo(Route.to(host, 25));
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
    host           | mx:25     | host: want a name, an address without brackets, the absolute path of a socket, or nothing: mx:25
    host           | a b       | host: want a name, an address without brackets, the absolute path of a socket, or nothing: a b
    host           | [::1]     | host: want a name, an address without brackets, the absolute path of a socket, or nothing: [::1]
    connectTimeout | 30        | connectTimeout: want ISO-8601, such as PT30S: 30
    connectTimeout | PT0S      | connectTimeout: must be positive and at most PT10M: PT0S
    connectTimeout | PT11M     | connectTimeout: must be positive and at most PT10M: PT11M
    heloName       | a b       | heloName: want a domain, an address in brackets, or nothing: a b
    bindAddress    | localhost | bindAddress: want an IPv4 or IPv6 address, or nothing: localhost
    tls            | starttls  | tls: want none, opportunistic, require or verify: starttls
    certificate    | a b       | certificate: want a name that a certificate stands for: a b
    unreachable    | continue  | unreachable: want CONTINUE or DENYSOFT: continue
    order          | random    | order: want preference or round-robin: random
    deadTime       | PT0S      | deadTime: must be PT1S to PT1H: PT0S
    deadTime       | soon      | deadTime: want ISO-8601, such as PT30S: soon
    routeBy        | domain    | routeBy: want recipient or sender: domain
    user           | me        | user: want user and passwordFile, or neither
    passwordFile   | password  | passwordFile: want user and passwordFile, or neither
    """)
    void aBadTextIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> Configs.settings(Map.of(key, value)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(message);
    }

    @Test
    void whatTlsIsDemandedIsTheRoutes() {
        var host = Map.<String, Object>of("host", "mx.example", "tls", "verify", "certificate", "own.example");

        assertThat(Configs.settings(host).main().orElseThrow().hops().getFirst())
                .isEqualTo(Route.to("mx.example", 25).withTls(RouteTls.VERIFIED.withCertificate("own.example")));
        assertThatThrownBy(() -> Configs.settings(Map.of("host", "/run/x", "tls", "require")))
                .hasMessageStartingWith("tls: a Unix domain socket has no TLS");
        assertThatThrownBy(() -> Configs.settings(Map.of("tls", "none", "certificate", "own.example")))
                .hasMessageStartingWith("certificate: without TLS");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65536})
    void aPortOutOfRangeIsRefusedByName(int port) {
        assertThatThrownBy(() -> Configs.settings(Map.of("port", port)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("port: must be 1 to 65535: " + port);
    }

    @Test
    void aSocketHasNoLocalAddress() {
        assertThatThrownBy(() -> Configs.settings(Map.of("host", "/run/x", "bindAddress", "127.0.0.1")))
                .hasMessage("bindAddress: a Unix domain socket has no local address");
    }

    @Test
    void thePoolComesBehindTheHostAndIsSpokenToAlike() {
        var settings = Configs.settings(Map.of(
                "host",
                "a.example",
                "pool",
                new String[] {"b.example:26", "[2001:db8::1]", "/run/c", "lmtp://d.example"},
                "heloName",
                "us.example",
                "tls",
                "none"));

        assertThat(settings.main().orElseThrow().hops())
                .containsExactly(
                        Route.to("a.example", 25).withHeloName("us.example").withTls(RouteTls.NONE),
                        Route.to("b.example", 26).withHeloName("us.example").withTls(RouteTls.NONE),
                        Route.to("2001:db8::1", 25).withHeloName("us.example").withTls(RouteTls.NONE),
                        Route.to(Path.of("/run/c")).withHeloName("us.example"),
                        Route.to("d.example", 24)
                                .withLmtp()
                                .withHeloName("us.example")
                                .withTls(RouteTls.NONE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b:c", "http://a.example", "a.example:0", "smtp://user@a.example", "smtp://u:secret@"})
    void aWrongHostOfThePoolIsRefusedWithoutItsText(String host) {
        assertThatThrownBy(() -> Configs.settings(Map.of("pool", new String[] {host})))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("pool: ")
                .hasMessageNotContaining("secret");
    }

    @Test
    void theChecksWantRoutesThatNeverWait() {
        assertThatThrownBy(() -> Configs.settings(Map.of("checkSender", true)))
                .hasMessage("checkSender: wants routes, whose domains it is about");
        assertThatThrownBy(
                        () -> Configs.settings(Map.of("checkRecipient", true, "routes", new String[] {"sql:select"})))
                .hasMessageStartingWith("checkRecipient: wants routes that never wait");
        assertThatThrownBy(() -> Configs.settings(Map.of("routes", new String[] {"nonsense"})))
                .hasMessageStartingWith("routes: want scheme:name");
        assertThat(Configs.settings(Map.of("checkRecipient", true, "routes", new String[] {"file:a"}))
                        .isRecipientChecked())
                .isTrue();
    }
}
