package org.tarishi.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;

/** By which TLS the hosts that DNS names are spoken to. */
class TlsChoiceTest {

    private static final FakeMail MAIL = FakeMail.to("a.example");
    private static final String TLSA = "_25._tcp.mx.a.example TLSA";
    private static final String STS = "_mta-sts.a.example TXT";
    private static final String GOOD = "3 1 1 " + "ab".repeat(32);
    private static final String ENFORCED = "version: STSv1\r\nmode: enforce\r\nmx: mx.a.example\r\nmax_age: 86400\r\n";

    @TempDir
    Path folder;

    private Stage stage(Object... settings) {
        var stage = new Stage(folder, settings);
        stage.dns.with("a.example MX", "10 mx.a.example").with("mx.a.example A", "192.0.2.1");
        return stage;
    }

    private static String tls(Stage stage, FakeMail mail) {
        return stage.hop(mail).tls().orElseThrow().toString();
    }

    // ---- what the operator says

    @Test
    void withoutAnybodysWordTheSettingHolds() {
        assertThat(tls(stage(), MAIL)).isEqualTo("opportunistic (default)");
        assertThat(tls(stage("tls", "require"), MAIL)).isEqualTo("required (default)");
    }

    @Test
    void theTableKnowsDomainsAndHostsAndTheDomainCountsMore() {
        var byHost = Configs.lines("*.a.example = verify certificate=own.example");
        var byBoth = Configs.lines("*.a.example = verify", "a.example = none");

        var hop = stage("tlsPolicies", byHost).hop(MAIL).tls().orElseThrow();
        assertThat(hop.toString()).isEqualTo("verified (table)");
        assertThat(hop.certificate()).contains("own.example");
        assertThat(tls(stage("tlsPolicies", byBoth), MAIL)).isEqualTo("none (table)");
    }

    @Test
    void theTableCountsBeforeWhatIsPublished() {
        var stage = stage("tlsPolicies", Configs.lines("a.example = require"));
        stage.dns.signed().with(TLSA, GOOD);

        assertThat(tls(stage, MAIL)).isEqualTo("required (table)");
    }

    // ---- DANE (RFC 7672)

    @Test
    void aHostWithRecordsThatAreVouchedForIsVerifiedByThem() {
        var stage = stage();
        stage.dns.signed().with(TLSA, GOOD, "0 0 1 " + "cd".repeat(32));

        var tls = stage.hop(MAIL).tls().orElseThrow();

        assertThat(tls.toString()).isEqualTo("verified (dane)");
        assertThat(tls.judge())
                .contains(new DaneJudge(
                        List.of(TlsaRecord.parse(GOOD).orElseThrow()),
                        List.of("mx.a.example", "a.example"),
                        stage.clock));
    }

    @Test
    void recordsThatCanNotBeUsedDemandTlsAllTheSame() {
        var stage = stage();
        stage.dns.signed().with(TLSA, "0 0 1 " + "cd".repeat(32));

        assertThat(tls(stage, MAIL)).isEqualTo("required (dane-unusable)");

        var strict = stage("tls", "verify");
        strict.dns.signed().with(TLSA, "0 0 1 " + "cd".repeat(32));
        assertThat(tls(strict, MAIL)).as("never less than is set").isEqualTo("verified (default)");
    }

    @Test
    void whatDnssecDoesNotVouchForSaysNothing() {
        for (var insecure : List.of("a.example MX", "mx.a.example A", TLSA)) {
            var stage = stage();
            stage.dns.signed().with(TLSA, GOOD).insecure(insecure);
            assertThat(tls(stage, MAIL)).as(insecure).isEqualTo("opportunistic (default)");
        }
    }

    @Test
    void withoutSecureNamesNobodyIsAskedForRecords() {
        var stage = stage();

        stage.hop(MAIL);

        assertThat(stage.dns.asked).noneMatch(asked -> asked.endsWith("TLSA"));
    }

    @Test
    void aHostWhoseRecordsCanNotBeHadIsPassedOver() {
        var stage = stage();
        stage.dns
                .signed()
                .with("a.example MX", "10 mx.a.example", "20 two.example")
                .with("two.example A", "192.0.2.2")
                .failing(TLSA);
        assertThat(stage.routes(MAIL)).containsExactly("smtp://two.example:25 at 192.0.2.2");

        stage.dns.failing("_25._tcp.two.example TLSA");
        assertThat(stage.nowhere(MAIL)).startsWith("defer 451 4.7.5 the TLSA records of two.example");
    }

    @Test
    void aDomainWithoutExchangersHasItsRecordsAtItsOwnName() {
        var stage = stage("port", 2525);
        stage.dns.signed().with("b.example A", "192.0.2.3").with("_2525._tcp.b.example TLSA", GOOD);

        assertThat(tls(stage, FakeMail.to("b.example"))).isEqualTo("verified (dane)");
    }

    // ---- aliases (RFC 7672 sections 2.1.3 and 2.2.2)

    private Stage aliased(Object... settings) {
        var stage = stage(settings);
        stage.dns
                .signed()
                .with("a.example MX", "10 alias.a.example")
                .with("alias.a.example CNAME", "real.example")
                .with("real.example A", "192.0.2.7");
        return stage;
    }

    private static final String AT_THE_END = "_25._tcp.real.example TLSA";
    private static final String AT_THE_ALIAS = "_25._tcp.alias.a.example TLSA";
    private static final String OTHER = "3 1 1 " + "cd".repeat(32);

    @Test
    void anAliasHasTheRecordsOfTheNameThatItStandsForAndIsAskedForThatName() {
        var stage = aliased();
        stage.dns.with(AT_THE_END, GOOD).with(AT_THE_ALIAS, OTHER);

        var tls = stage.hop(MAIL).tls().orElseThrow();

        assertThat(tls.serverName()).contains("real.example");
        assertThat(tls.judge())
                .contains(new DaneJudge(
                        List.of(TlsaRecord.parse(GOOD).orElseThrow()),
                        List.of("real.example", "alias.a.example", "a.example"),
                        stage.clock));
    }

    @Test
    void anAliasWhoseEndHasNoRecordsHasItsOwn() {
        var stage = aliased();
        stage.dns.with(AT_THE_ALIAS, GOOD);

        var tls = stage.hop(MAIL).tls().orElseThrow();

        assertThat(tls.toString()).isEqualTo("verified (dane)");
        assertThat(tls.serverName()).isEmpty();
    }

    @Test
    void aSignedAliasOfAnUnsignedNameHasItsOwnRecordsAlone() {
        var stage = aliased();
        stage.dns.insecure("real.example A").with(AT_THE_END, OTHER).with(AT_THE_ALIAS, GOOD);

        var tls = stage.hop(MAIL).tls().orElseThrow();
        assertThat(tls.toString()).isEqualTo("verified (dane)");
        assertThat(tls.judge().toString()).contains("abab").doesNotContain("cdcd");

        stage.dns.without(AT_THE_ALIAS);
        assertThat(tls(stage, MAIL)).isEqualTo("opportunistic (default)");
    }

    @Test
    void anAliasThatIsNotSignedSaysNothing() {
        var stage = aliased();
        stage.dns.insecure("alias.a.example CNAME").with(AT_THE_END, GOOD).with(AT_THE_ALIAS, GOOD);

        assertThat(tls(stage, MAIL)).isEqualTo("opportunistic (default)");
    }

    @Test
    void aDomainThatIsASignedAliasOfAnUnsignedNameHasItsOwnRecords() {
        var stage = stage();
        stage.dns
                .signed()
                .with("b.example CNAME", "real.example")
                .with("real.example A", "192.0.2.7")
                .insecure("real.example A")
                .with("_25._tcp.b.example TLSA", GOOD);

        assertThat(tls(stage, FakeMail.to("b.example"))).isEqualTo("verified (dane)");
    }

    // ---- next hops that are given by name (RFC 7672 section 2.2.2)

    private static List<String> spoken(Stage stage, Route... routes) {
        for (var _ : routes) {
            stage.client.then(ScriptedClient.fails(new ConnectException("refused")));
            stage.client.then(ScriptedClient.fails(new ConnectException("refused")));
        }
        stage.attempt(MAIL, routes);
        return stage.client.spokenTo.stream()
                .map(route -> route + " " + route.tls().map(Object::toString).orElse(""))
                .toList();
    }

    private static Route given(String host) {
        return Route.to(host, 587);
    }

    @Test
    void aGivenHostIsLookedUpAndVerifiedByItsRecords() {
        var stage = stage();
        stage.dns
                .signed()
                .with("smart.example A", "192.0.2.8", "2001:db8::8")
                .with("_587._tcp.smart.example TLSA", GOOD);

        assertThat(spoken(stage, given("smart.example")))
                .containsExactly(
                        "smtp://smart.example:587 at 2001:db8:0:0:0:0:0:8 verified (dane)",
                        "smtp://smart.example:587 at 192.0.2.8 verified (dane)");
    }

    @Test
    void whatTheRouteOrTheTableSaysOfAGivenHostCountsBeforeItsRecords() {
        var stage = stage("tlsPolicies", Configs.lines("table.example = require"));
        stage.dns.signed().with("smart.example A", "192.0.2.8").with("table.example A", "192.0.2.9");

        assertThat(spoken(
                        stage,
                        given("smart.example").withTls(RouteTls.NONE.withReason("route")),
                        given("table.example"),
                        given("smart.example").withLmtp()))
                .containsExactly(
                        "smtp://smart.example:587 at 192.0.2.8 none (route)",
                        "smtp://table.example:587 at 192.0.2.9 required (table)",
                        "lmtp://smart.example:587 at 192.0.2.8 opportunistic (default)");
        assertThat(stage.dns.asked).noneMatch(asked -> asked.endsWith("TLSA"));
    }

    @Test
    void aGivenHostWhoseAddressesOrRecordsCanNotBeHadIsPassedOver() {
        var stage = stage();
        stage.dns
                .signed()
                .failing("one.example A")
                .with("two.example A", "192.0.2.8")
                .failing("_587._tcp.two.example TLSA")
                .with("three.example A", "192.0.2.9");

        assertThat(spoken(stage, given("one.example"), given("two.example"), given("three.example")))
                .containsExactly("smtp://three.example:587 at 192.0.2.9 opportunistic (default)");
        stage.client.spokenTo.clear();
        var attempt = stage.attempt(MAIL, given("one.example"), given("two.example"));
        assertThat(attempt.recipients().getFirst().reply().toString())
                .startsWith("451 4.7.5 the TLSA records of two.example");
        assertThat(stage.attempt(MAIL, given("one.example"))
                        .recipients()
                        .getFirst()
                        .reply()
                        .toString())
                .startsWith("451 4.4.3 DNS can't be asked about one.example now");
    }

    @Test
    void aGivenNameThatDnsDoesNotKnowIsLeftToTheSystemAndAnAddressIsNotAskedFor() {
        var stage = stage();

        assertThat(spoken(stage, given("box.internal"), given("192.0.2.7"), given("2001:db8::7")))
                .containsExactly(
                        "smtp://box.internal:587 opportunistic (default)",
                        "smtp://192.0.2.7:587 opportunistic (default)",
                        "smtp://[2001:db8::7]:587 opportunistic (default)");
        assertThat(stage.dns.asked).containsExactly("box.internal A");
    }

    @Test
    void aMailThatDemandsTlsHasItFromAGivenHostWhateverItPublishes() {
        var stage = stage();
        stage.dns
                .signed()
                .with("smart.example A", "192.0.2.8")
                .with("_587._tcp.smart.example TLSA", GOOD)
                .with("bare.example A", "192.0.2.9");
        stage.client.then(
                ScriptedClient.fails(new ConnectException("refused")),
                ScriptedClient.fails(new ConnectException("refused")));
        stage.attempt(FakeMail.to("a.example").keptToTls(), given("smart.example"), given("bare.example"));

        assertThat(stage.client.spokenTo.stream()
                        .map(route -> route.tls().orElseThrow().toString()))
                .containsExactly("verified (dane)", "verified (requiretls)");
    }

    @Test
    void daneCanBeLeftOut() {
        var stage = stage("dane", false);
        stage.dns.signed().with(TLSA, GOOD);

        assertThat(tls(stage, MAIL)).isEqualTo("opportunistic (default)");
    }

    // ---- MTA-STS (RFC 8461)

    private Stage published(String policy, Object... settings) {
        var stage = stage(settings);
        stage.dns.with(STS, "\"v=STSv1; id=1;\"");
        stage.policies.put("a.example", policy);
        return stage;
    }

    @Test
    void aPolicyThatIsEnforcedHasItsHostsVerifiedAndOthersPassedOver() {
        var stage = published(ENFORCED);
        stage.dns.with("a.example MX", "10 evil.example", "20 mx.a.example").with("evil.example A", "192.0.2.66");

        assertThat(stage.routes(MAIL)).containsExactly("smtp://mx.a.example:25 at 192.0.2.1");
        var tls = stage.hop(MAIL).tls().orElseThrow();
        assertThat(tls.toString()).isEqualTo("verified (mta-sts)");
        assertThat(tls.names()).containsExactly("mx.a.example");

        stage.dns.with("a.example MX", "10 evil.example");
        assertThat(stage.nowhere(MAIL)).startsWith("defer 451 4.7.5 evil.example is not in the MTA-STS policy");
    }

    @Test
    void aPolicyThatIsTestedOrTakenBackDemandsNothing() {
        assertThat(tls(published(ENFORCED.replace("enforce", "testing")), MAIL)).isEqualTo("opportunistic (default)");
        assertThat(tls(published("version: STSv1\nmode: none\nmax_age: 1\n"), MAIL))
                .isEqualTo("opportunistic (default)");
    }

    @Test
    void aPolicyIsFetchedOnceUntilItsIdChanges() {
        var stage = published(ENFORCED);
        stage.hop(MAIL);
        stage.hop(MAIL);
        assertThat(stage.fetches).isOne();

        stage.dns.with(STS, "\"v=STSv1; id=2\"");
        stage.policies.put("a.example", ENFORCED.replace("enforce", "testing"));
        assertThat(tls(stage, MAIL)).isEqualTo("opportunistic (default)");
        assertThat(stage.fetches).isEqualTo(2);
    }

    @Test
    void aPolicyHoldsForItsTimeWhateverBecomesOfRecordAndServer() {
        var stage = published(ENFORCED);
        stage.hop(MAIL);
        stage.policies.clear();

        stage.dns.with(STS, "\"v=STSv1; id=2\"");
        assertThat(tls(stage, MAIL)).isEqualTo("verified (mta-sts)");
        stage.dns.without(STS);
        assertThat(tls(stage, MAIL)).isEqualTo("verified (mta-sts)");
        stage.dns.failing(STS);
        assertThat(tls(stage, MAIL)).isEqualTo("verified (mta-sts)");

        stage.clock.pass(Duration.ofDays(1));
        assertThat(tls(stage, MAIL)).isEqualTo("opportunistic (default)");
    }

    @Test
    void aPolicyIsFetchedAnewWhenHalfOfItsTimeIsOver() {
        var stage = published(ENFORCED);
        stage.hop(MAIL);
        stage.clock.pass(Duration.ofHours(12));
        stage.hop(MAIL);
        assertThat(stage.fetches).isEqualTo(2);

        stage.policies.clear();
        stage.clock.pass(Duration.ofHours(23));
        assertThat(tls(stage, MAIL)).as("from then on").isEqualTo("verified (mta-sts)");
    }

    @Test
    void aPolicyThatCanNotBeHadIsNotAskedForAgainAtOnce() {
        var stage = published(ENFORCED);
        stage.policies.clear();
        assertThat(tls(stage, MAIL)).isEqualTo("opportunistic (default)");
        assertThat(tls(stage, MAIL)).isEqualTo("opportunistic (default)");
        assertThat(stage.fetches).isOne();

        stage.policies.put("a.example", ENFORCED);
        stage.clock.pass(Duration.ofMinutes(5));
        assertThat(tls(stage, MAIL)).isEqualTo("verified (mta-sts)");
    }

    @Test
    void aPolicyOutlivesARestart() {
        published(ENFORCED).hop(MAIL);

        var again = stage();
        again.dns.with(STS, "\"v=STSv1; id=1;\"");

        assertThat(tls(again, MAIL)).isEqualTo("verified (mta-sts)");
        assertThat(again.fetches).isZero();
    }

    @Test
    void aRecordThatIsNoneAsksForNothing() {
        for (var records : List.of(
                new String[] {"\"v=STSv1; id=1\"", "\"v=STSv1; id=2\""},
                new String[] {"\"v=STSv1\""},
                new String[] {"\"v=STSv2; id=1\""},
                new String[] {"\"v=STSv1; id=a b\""})) {
            var stage = stage();
            stage.dns.with(STS, records);
            stage.hop(MAIL);
            assertThat(stage.fetches).as(records[0]).isZero();
        }
    }

    @Test
    void daneCountsBeforeAPolicy() {
        var stage = published(ENFORCED);
        stage.dns.signed().with(TLSA, GOOD);

        assertThat(tls(stage, MAIL)).isEqualTo("verified (dane)");
    }

    @Test
    void policiesCanBeLeftOut() {
        var stage = published(ENFORCED, "mtaSts", false);

        assertThat(tls(stage, MAIL)).isEqualTo("opportunistic (default)");
        assertThat(stage.fetches).isZero();
    }

    // ---- REQUIRETLS (RFC 8689)

    @Test
    void aMailWithRequireTlsGoesOnlyWhereSomebodyVouchesForTheHost() {
        var mail = FakeMail.to("a.example").keptToTls();

        assertThat(stage().nowhere(mail)).startsWith("defer 451 4.7.30 ");
        assertThat(tls(published(ENFORCED), mail)).isEqualTo("verified (mta-sts)");
    }

    @Test
    void aMailWithRequireTlsIsVerifiedWhereDnssecVouchesForTheHost() {
        var mail = FakeMail.to("a.example").keptToTls();
        var stage = stage();
        stage.dns.signed();
        assertThat(tls(stage, mail)).isEqualTo("verified (requiretls)");

        stage.dns.with(TLSA, "0 0 1 " + "cd".repeat(32));
        assertThat(tls(stage, mail)).isEqualTo("verified (requiretls)");
        stage.dns.with(TLSA, GOOD);
        assertThat(tls(stage, mail)).isEqualTo("verified (dane)");
    }

    @Test
    void routesThatAreGivenAreNotLookedUp() {
        var stage = stage("routes", Configs.lines("* = smart.example"));

        assertThat(stage.route(MAIL)).isInstanceOf(MxResult.Routes.class);
        assertThat(stage.dns.asked).isEmpty();
    }
}
