package org.tarishi.nexthop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;

class WayReaderTest {

    private static Manner manner(boolean isLmtp, int port, Optional<RouteTls> tls) {
        return new Manner(isLmtp, port, tls, Optional.empty(), Optional.of("us.example"), Optional.empty(), false);
    }

    private static Way smtp(String text) {
        return new WayReader(manner(false, 2525, Optional.empty())).read(text);
    }

    private static Way lmtp(String text) {
        return new WayReader(manner(true, 2400, Optional.empty())).read(text);
    }

    @Test
    void whatNamesNoProtocolOrPortHasThatOfItsReader() {
        assertThat(smtp("a.example /run/x lmtp://b.example smtps://c.example").hops())
                .containsExactly(
                        Route.to("a.example", 2525).withHeloName("us.example"),
                        Route.to(Path.of("/run/x")).withHeloName("us.example"),
                        Route.to("b.example", 24).withLmtp().withHeloName("us.example"),
                        Route.to("c.example", 465).withHeloName("us.example").withTls(RouteTls.REQUIRED.atOnce()));
        assertThat(lmtp("a.example /run/x smtp://b.example lmtp:///run/y").hops())
                .containsExactly(
                        Route.to("a.example", 2400).withLmtp().withHeloName("us.example"),
                        Route.to(Path.of("/run/x")).withLmtp().withHeloName("us.example"),
                        Route.to("b.example", 25).withHeloName("us.example"),
                        Route.to(Path.of("/run/y")).withLmtp().withHeloName("us.example"));
    }

    @Test
    void wordsHoldForAllHopsInThePlaceOfWhatHoldsElsewhere() {
        var way = smtp("a.example b.example:26 tls=verify certificate=own.example bind=192.0.2.9 helo=them.example"
                + " user=me passwordFile=p outbound=true queue=lmtp");

        var tls = RouteTls.VERIFIED.withCertificate("own.example");
        var local = InetAddress.ofLiteral("192.0.2.9");
        assertThat(way)
                .isEqualTo(new Way(
                        List.of(
                                Route.to("a.example", 2525)
                                        .withHeloName("them.example")
                                        .withBindAddress(local)
                                        .withTls(tls),
                                Route.to("b.example", 26)
                                        .withHeloName("them.example")
                                        .withBindAddress(local)
                                        .withTls(tls)),
                        Optional.of(new Login("me", Path.of("p"))),
                        true,
                        Optional.of("lmtp")));
    }

    @Test
    void credentialsOfAUrlAreDecodedAndStandInNoText() {
        var hop = smtp("smtp://m%40e:p%2F+w@a.example:587").hops().getFirst();

        assertThat(hop.user()).hasValue("m@e");
        assertThat(hop.secret()).hasValue("p/+w");
        assertThat(hop.toString()).isEqualTo("smtp://a.example:587");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
    ''                            | want a next hop
    tls=none                      | want a next hop
    a.example tls=some            | tls: want none, opportunistic, require or verify: some
    a.example tls=none tls=none   | tls is there twice
    a.example colour=red          | want tls, certificate, bind, helo, user, passwordFile, outbound or queue in front of an equals sign
    a.example user=me             | user: want user and passwordFile, or neither
    a.example outbound=maybe      | outbound: want true or false
    a.example queue=a/b           | queue: want the name of a plugin, or outbound
    a.example certificate=        | certificate: want a name that a certificate stands for:
    a.example:70000               | a port must be 1 to 65535
    http://a.example              | want smtp://, smtps:// or lmtp://
    smtp://a.example/path         | no host, host:port, path of a socket or URL
    smtps:///run/x                | no host, host:port, path of a socket or URL
    smtp://user@a.example         | want user:password in front of the host
    smtp://u:secret@a.example?x=y | no host, host:port, path of a socket or URL
    smtps://a.example tls=none    | smtps is TLS
    /run/x tls=require            | a Unix domain socket has no TLS
    """)
    void aWrongOneIsToldByItsReason(String text, String reason) {
        assertThatThrownBy(() -> smtp(text))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .satisfies(message -> assertThat(message.strip()).isEqualTo(reason));
    }

    @Test
    void whatIsDemandedOfAllIsNotLeftOutForASocket() {
        var reader = new WayReader(manner(false, 25, Optional.of(RouteTls.REQUIRED)));
        assertThatThrownBy(() -> reader.read("/run/x")).hasMessage("a Unix domain socket has no TLS");
        assertThat(reader.read("smtps://a.example").hops().getFirst().tls()).hasValue(RouteTls.REQUIRED.atOnce());
    }

    @Test
    void anotherPluginNeedsNoNextHop() {
        assertThat(smtp("queue=maildir").queue()).hasValue("maildir");
    }
}
