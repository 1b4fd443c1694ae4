package org.tarishi.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where DNS sends mail (RFC 5321 section 5.1). */
class ExchangersTest {

    private static final FakeMail MAIL = FakeMail.to("a.example");

    @TempDir
    Path folder;

    private Stage stage(Object... settings) {
        return new Stage(folder, settings);
    }

    @Test
    void exchangersAreTriedByPreferenceEachAtItsAddresses() {
        var stage = stage();
        stage.dns
                .with("a.example MX", "20 far.example", "10 near.example")
                .with("near.example A", "192.0.2.1")
                .with("far.example A", "2001:db8::1", "192.0.2.2");

        assertThat(stage.routes(MAIL))
                .containsExactly(
                        "smtp://near.example:25 at 192.0.2.1",
                        "smtp://far.example:25 at 2001:db8:0:0:0:0:0:1",
                        "smtp://far.example:25 at 192.0.2.2");
    }

    @Test
    void equalPreferencesTakeTurnsByChance() {
        var stage = stage();
        stage.dns
                .with("a.example MX", "10 one.example", "10 two.example", "10 three.example")
                .with("one.example A", "192.0.2.1")
                .with("two.example A", "192.0.2.2")
                .with("three.example A", "192.0.2.3");

        var first = new HashSet<String>();
        var orders = new HashSet<List<String>>();
        for (int i = 0; i < 200; i++) {
            var routes = stage.routes(MAIL);
            assertThat(routes).hasSize(3);
            first.add(routes.getFirst());
            orders.add(routes);
        }

        assertThat(first).hasSize(3);
        assertThat(orders).as("each order there is").hasSize(6);
    }

    @Test
    void thePreferredFamilyComesFirstWithinAPreferenceAndNotBeforeABetterOne() {
        for (var preference : List.of("ipv4", "ipv6")) {
            var stage = stage("addressPreference", preference);
            stage.dns
                    .with("a.example MX", "10 one.example", "10 two.example", "20 far.example")
                    .with("one.example A", "2001:db8::1", "192.0.2.1")
                    .with("two.example A", "2001:db8::2", "192.0.2.2")
                    .with("far.example A", "2001:db8::3", "192.0.2.3");

            var isSix = stage.routes(MAIL).stream()
                    .map(route -> route.contains("db8"))
                    .toList();

            boolean first = preference.equals("ipv6");
            assertThat(isSix).containsExactly(first, first, !first, !first, first, !first);
        }
    }

    @Test
    void aFamilyThatIsNotWantedIsLeftOut() {
        var stage = stage("addressPreference", "ipv4-only");
        stage.dns.with("a.example MX", "10 one.example").with("one.example A", "2001:db8::1", "192.0.2.1");

        assertThat(stage.routes(MAIL)).containsExactly("smtp://one.example:25 at 192.0.2.1");
    }

    @Test
    void aDomainWithoutExchangersIsItsOwn() {
        var stage = stage("port", 2525);
        stage.dns.with("a.example A", "192.0.2.1");

        assertThat(stage.routes(MAIL)).containsExactly("smtp://a.example:2525 at 192.0.2.1");
    }

    @Test
    void exchangersWithoutAnAddressLeaveTheDomainsOwnAddressAlone() {
        var stage = stage();
        stage.dns.with("a.example MX", "10 mx.example").with("a.example A", "192.0.2.1");

        assertThat(stage.nowhere(MAIL)).startsWith("bounce 550 5.4.4 ");
    }

    @Test
    void aNullMxIsAnAnswer() {
        var stage = stage();
        stage.dns.with("a.example MX").with("a.example A", "192.0.2.1");

        assertThat(stage.nowhere(MAIL)).startsWith("bounce 556 5.1.10 ");
    }

    @Test
    void noSuchDomainIsAFailureForGood() {
        assertThat(stage().nowhere(MAIL)).startsWith("bounce 550 5.1.2 ");
    }

    @Test
    void aDomainWithNothingToDeliverToIsAFailureForGood() {
        var stage = stage();
        stage.dns.with("a.example TXT", "hello");

        assertThat(stage.nowhere(MAIL)).startsWith("bounce 550 5.1.2 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.example MX", "a.example A"})
    void whatCouldNotBeAskedIsTemporary(String question) {
        var stage = stage();
        stage.dns.with("a.example TXT", "hello").failing(question);

        assertThat(stage.nowhere(MAIL)).startsWith("defer 451 4.4.3 ");
    }

    @Test
    void anExchangerThatCanNotBeLookedUpIsPassedOverAndWithNoOtherTheMailWaits() {
        var stage = stage();
        stage.dns
                .with("a.example MX", "10 dark.example", "20 mx.example")
                .with("mx.example A", "192.0.2.1")
                .failing("dark.example A");

        assertThat(stage.routes(MAIL)).containsExactly("smtp://mx.example:25 at 192.0.2.1");

        stage.dns.without("mx.example A");
        assertThat(stage.nowhere(MAIL)).startsWith("defer 451 4.4.3 ");
    }

    @Test
    void anAddressLiteralIsGoneToAsItIs() {
        assertThat(stage().routes(FakeMail.to("[192.0.2.5]"))).containsExactly("smtp://192.0.2.5:25");
        assertThat(stage().routes(FakeMail.to("[IPv6:2001:db8::5]")))
                .containsExactly("smtp://[2001:db8:0:0:0:0:0:5]:25");
        assertThat(stage().nowhere(FakeMail.to("[127.0.0.1]"))).startsWith("bounce 550 5.4.6 ");
        assertThat(stage().nowhere(FakeMail.to("[10.0.0.1]"))).startsWith("bounce 550 5.4.4 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"own.example", "localhost", "also.example"})
    void whoIsAsNearAsThisHostByNameIsNotGoneTo(String name) {
        var stage = stage("ownNames", Configs.lines("also.example"));
        stage.dns
                .with("a.example MX", "10 mx.example", "20 " + name, "20 equal.example", "30 far.example")
                .with("mx.example A", "192.0.2.1")
                .with("equal.example A", "192.0.2.2")
                .with("far.example A", "192.0.2.3");

        assertThat(stage.routes(MAIL)).containsExactly("smtp://mx.example:25 at 192.0.2.1");
    }

    @ParameterizedTest
    @ValueSource(strings = {Stage.OWN, "127.0.0.1", "::1", "0.0.0.0", "203.0.113.5"})
    void whoIsAsNearAsThisHostByAddressIsNotGoneTo(String address) {
        var stage = stage("ownAddresses", Configs.lines("203.0.113.0/24"));
        stage.dns
                .with("a.example MX", "10 mx.example", "20 me.example", "20 equal.example")
                .with("mx.example A", "192.0.2.1")
                .with("me.example A", address)
                .with("equal.example A", "192.0.2.2");

        assertThat(stage.routes(MAIL)).containsExactly("smtp://mx.example:25 at 192.0.2.1");
    }

    @Test
    void mailThatWouldComeBackIsRefused() {
        var stage = stage();
        stage.dns.with("a.example MX", "10 own.example").with("own.example A", Stage.OWN);

        assertThat(stage.nowhere(MAIL)).startsWith("bounce 550 5.4.6 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.1.2.3", "192.168.1.1", "172.31.0.1", "169.254.1.1", "100.64.0.1", "fd00::1", "fe80::1"})
    void aPrivateAddressIsNobodysForTheWorld(String address) {
        var stage = stage();
        stage.dns.with("a.example MX", "10 mx.example").with("mx.example A", address);
        assertThat(stage.nowhere(MAIL)).startsWith("bounce 550 5.4.4 ");

        stage.dns.with("mx.example A", address, "192.0.2.1");
        assertThat(stage.routes(MAIL)).containsExactly("smtp://mx.example:25 at 192.0.2.1");
    }

    @Test
    void aSettingAllowsLocalAndPrivateExchangers() {
        var stage = stage("localMx", true);
        stage.dns
                .with("a.example MX", "10 localhost", "20 mx.example")
                .with("localhost A", "127.0.0.1")
                .with("mx.example A", "10.0.0.1");

        assertThat(stage.routes(MAIL))
                .containsExactly("smtp://localhost:25 at 127.0.0.1", "smtp://mx.example:25 at 10.0.0.1");
    }

    @Test
    void noMoreAddressesAreTriedThanIsSetAndNoMoreHostsLookedUp() {
        var stage = stage("maxAddresses", 3);
        stage.dns.with(
                "a.example MX",
                IntStream.range(0, 500).mapToObj(i -> "10 mx" + i + ".example").toArray(String[]::new));
        for (int i = 0; i < 500; i++) {
            stage.dns.with("mx" + i + ".example A", "192.0.2.1");
        }

        assertThat(stage.routes(MAIL)).hasSize(3);
        assertThat(stage.dns.asked.size()).isLessThan(60);
    }
}
