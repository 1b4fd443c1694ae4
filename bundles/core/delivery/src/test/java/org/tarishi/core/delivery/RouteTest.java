package org.tarishi.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;

/** Which way a mail goes: static routes, the smart host, what is left to DNS. */
class RouteTest {

    @TempDir
    Path folder;

    private Stage routes(String... lines) {
        return new Stage(folder, "routes", lines, "dns", false);
    }

    @Test
    void theClosestLineOfTheDomainHolds() {
        var stage = routes(
                "* = all.example",
                "*.example.com = below.example",
                "*.deep.example.com = deep.example",
                "a.example.com = exact.example");

        assertThat(stage.routes(FakeMail.to("a.example.com"))).containsExactly("smtp://exact.example:25");
        assertThat(stage.routes(FakeMail.to("B.Example.COM"))).containsExactly("smtp://below.example:25");
        assertThat(stage.routes(FakeMail.to("x.deep.example.com"))).containsExactly("smtp://deep.example:25");
        assertThat(stage.routes(FakeMail.to("example.com"))).containsExactly("smtp://all.example:25");
    }

    @Test
    void nextHopsKeepTheirOrderAndTheirProtocol() {
        var stage =
                routes("a.example = smtp://one.example:2525 lmtp://two.example lmtp:///run/lmtp.sock [2001:db8::1]");

        assertThat(stage.routes(FakeMail.to("a.example")))
                .containsExactly(
                        "smtp://one.example:2525",
                        "lmtp://two.example:24",
                        "lmtp:///run/lmtp.sock",
                        "smtp://[2001:db8::1]:25");
    }

    @Test
    void aDomainCountsBeforeTheUserAndTheUserBeforeTheSender() {
        var stage = routes(
                "a.example = domain.example",
                "user:me = user.example",
                "from:sender@example.org = nobody.example",
                "from:Sender@example.org = sender.example",
                "from:@example.org = everybody.example",
                "from:<> = null.example",
                "* = all.example");

        assertThat(stage.routes(FakeMail.to("a.example").by("me"))).containsExactly("smtp://domain.example:25");
        assertThat(stage.routes(FakeMail.to("b.example").by("me"))).containsExactly("smtp://user.example:25");
        assertThat(stage.routes(FakeMail.to("b.example").by("you"))).containsExactly("smtp://sender.example:25");
        assertThat(stage.routes(FakeMail.to("b.example").from("<x@EXAMPLE.org>")))
                .containsExactly("smtp://everybody.example:25");
        assertThat(stage.routes(FakeMail.to("b.example").from("<>"))).containsExactly("smtp://null.example:25");
        assertThat(stage.routes(FakeMail.to("b.example").from("<x@y.example>")))
                .containsExactly("smtp://all.example:25");
    }

    @Test
    void aRouteCountsBeforeTheSmartHostAndThatBeforeDns() {
        var stage = new Stage(
                folder, "routes", Configs.lines("a.example = route.example"), "smartHost", "smart.example:587");

        assertThat(stage.routes(FakeMail.to("a.example"))).containsExactly("smtp://route.example:25");
        assertThat(stage.routes(FakeMail.to("b.example"))).containsExactly("smtp://smart.example:587");
        assertThat(stage.dns.asked).isEmpty();
    }

    @Test
    void aLineMaySayThatDnsHoldsInSpiteOfTheSmartHost() {
        var stage = new Stage(
                folder, "routes", Configs.lines("a.example = mx"), "smartHost", "smart.example", "dns", false);
        stage.dns.with("a.example MX", "10 mx.a.example").with("mx.a.example A", "192.0.2.1");

        assertThat(stage.routes(FakeMail.to("a.example"))).containsExactly("smtp://mx.a.example:25 at 192.0.2.1");
    }

    @Test
    void withNeitherRouteNorSmartHostNorDnsTheMailWaits() {
        assertThat(routes().nowhere(FakeMail.to("a.example"))).startsWith("defer 451 4.4.4 ");
    }

    @Test
    void theSmartHostsPasswordComesFromItsFileAndStandsInNoText() throws IOException {
        Files.writeString(folder.resolve("smart.password"), "s3cret\n");
        var stage = new Stage(
                folder,
                "smartHost",
                "smtps://smart.example",
                "smartHostUser",
                "me",
                "smartHostPasswordFile",
                "smart.password");

        var hop = stage.hop(FakeMail.to("a.example"));

        assertThat(hop.user()).contains("me");
        assertThat(hop.secret()).contains("s3cret");
        assertThat(hop.toString()).isEqualTo("smtp://smart.example:465");
        assertThat(hop.tls().orElseThrow().isAtOnce()).isTrue();
    }

    @Test
    void withoutThePasswordMailForTheSmartHostWaits() {
        var stage = new Stage(
                folder, "smartHost", "smart.example", "smartHostUser", "me", "smartHostPasswordFile", "absent");

        assertThat(stage.nowhere(FakeMail.to("a.example"))).startsWith("defer 451 4.3.5 ");
    }

    @Test
    void aLineSaysFromWhereAndUnderWhichNameAndByWhichTls() {
        var stage = routes("a.example = mx.example bind=192.0.2.7 helo=out.example tls=verify certificate=own.example");

        var hop = stage.hop(FakeMail.to("a.example"));

        assertThat(hop)
                .isEqualTo(Route.to("mx.example", 25)
                        .withBindAddress(InetAddress.ofLiteral("192.0.2.7"))
                        .withHeloName("out.example")
                        .withTls(
                                RouteTls.VERIFIED.withCertificate("own.example").withReason("route")));
    }

    @Test
    void eachAttemptComesFromOneAddressOfThePool() {
        var stage = new Stage(
                folder,
                "pools",
                Configs.lines("bulk = 192.0.2.1/one.example 192.0.2.2/two.example"),
                "routes",
                Configs.lines("* = mx.example pool=bulk"));

        var seen = new HashSet<String>();
        for (int i = 0; i < 50; i++) {
            var hop = stage.hop(FakeMail.to("a.example"));
            seen.add(hop.bindAddress().orElseThrow().getHostAddress() + " "
                    + hop.heloName().orElseThrow());
            assertThat(hop.pool()).contains("bulk");
        }

        assertThat(seen).containsExactlyInAnyOrder("192.0.2.1 one.example", "192.0.2.2 two.example");
    }

    @Test
    void anAddressThatNoAddressOfThePoolReachesIsNotTried() {
        var stage = new Stage(
                folder, "pools", Configs.lines("four = 198.51.100.9"), "routes", Configs.lines("* = mx pool=four"));
        stage.dns.with("a.example MX", "10 mx.a.example").with("mx.a.example A", "2001:db8::1", "192.0.2.1");
        stage.dns.with("b.example MX", "10 mx.b.example").with("mx.b.example A", "2001:db8::2");

        assertThat(stage.routes(FakeMail.to("a.example"))).containsExactly("smtp://mx.a.example:25 at 192.0.2.1");
        assertThat(stage.nowhere(FakeMail.to("b.example"))).startsWith("defer 451 4.4.4 ");
    }

    @Test
    void newSettingsHoldForTheNextMail() {
        var stage = routes("* = one.example");
        stage.agent().modified(Configs.of(java.util.Map.of("routes", Configs.lines("* = two.example"))));

        assertThat(stage.routes(FakeMail.to("a.example"))).containsExactly("smtp://two.example:25");
    }
}
