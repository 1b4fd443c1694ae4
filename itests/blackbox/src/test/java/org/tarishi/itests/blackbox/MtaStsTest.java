package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tarishi.itests.blackbox.MailExchangers.ALONE;
import static org.tarishi.itests.blackbox.MailExchangers.BARE;
import static org.tarishi.itests.blackbox.MailExchangers.EXPIRED;
import static org.tarishi.itests.blackbox.MailExchangers.SECURED;
import static org.tarishi.itests.blackbox.MailExchangers.STRANGER;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MTA-STS (RFC 8461) between this server and Postfix, by a signed zone that NSD serves and policies that web servers hold. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MtaStsTest {

    private static final String ENFORCE = "version: STSv1\nmode: enforce\nmx: mx-%s.signed.example\nmax_age: 86400\n";
    private static final String OTHER_HOST = ENFORCE.replace("mx-%s", "other");
    private static final String DELIVERY = "org.tarishi.core.delivery";

    private final List<String> domains = new ArrayList<>();
    private final StringBuilder records = new StringBuilder();
    private MailExchangers exchangers;
    private PolicyServers web;
    private SignedZones zones;
    private Deliveries deliveries;

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        var debian = new Debian(root.resolve("accounts"));
        var authority = new TestAuthority(root.resolve("ca"));
        exchangers = new MailExchangers(authority);
        web = new PolicyServers();
        addDomains();
        web.start(authority);
        zones = new SignedZones(root.resolve("zones"), debian);
        zones.signed("signed.example", records.toString(), text -> text);
        // Whom notifications go to.
        zones.plain("plain.example", "@ MX 10 mx\nmx A %s\n".formatted(SECURED));
        domains.add("plain.example");
        zones.start();
        exchangers.start(debian, domains);
        var sender = Deliveries.sender(Instance.in(root.resolve("sender")), exchangers, zones, authority)
                .set(DELIVERY, "mtaStsPort", Integer.toString(web.port()))
                .set(DELIVERY, "mtaStsAuthorities", authority.certificate().toString())
                .knowingHosts(Files.writeString(root.resolve("hosts"), web.hosts()));
        deliveries = new Deliveries(sender, exchangers);
        sender.start();
        // One mail for each, and all at once: those that fail wait for the same seconds.
        for (var domain : domains) {
            deliveries.send(domain);
        }
    }

    @AfterAll
    void stop() throws IOException {
        if (deliveries != null) {
            deliveries.sender().close();
        }
        if (web != null) {
            web.close();
        }
        if (exchangers != null) {
            exchangers.close();
        }
        if (zones != null) {
            zones.close();
        }
    }

    /** A domain with one mail exchanger at this address, that says it has a policy. */
    private PolicyServers.Site domain(String name, String address) {
        bare(name, address);
        records.append("_mta-sts.%s TXT \"v=STSv1; id=1\"\n".formatted(name));
        return web.site(name + ".signed.example");
    }

    private void bare(String name, String address) {
        records.append("%s MX 10 mx-%s\nmx-%s A %s\n".formatted(name, name, name, address));
        domains.add(name + ".signed.example");
    }

    private void addDomains() throws Exception {
        domain("good", SECURED).says(ENFORCE.formatted("good"));
        domain("any", SECURED).says(ENFORCE.replace("mx-%s", "*"));
        domain("upper", SECURED).says(ENFORCE.formatted("UPPER").replace("\n", "\r\n"));
        domain("second", SECURED).says(ENFORCE.formatted("second"));
        records.append("second MX 5 other\nother A %s\n".formatted(SECURED));

        domain("unlisted", SECURED).says(OTHER_HOST);
        domain("expired", EXPIRED).says(ENFORCE.formatted("expired"));
        domain("stranger", STRANGER).says(ENFORCE.formatted("stranger"));
        domain("alone", ALONE).says(ENFORCE.formatted("alone"));
        domain("bare", BARE).says(ENFORCE.formatted("bare"));

        domain("testing-unlisted", SECURED).says(testing(OTHER_HOST));
        domain("testing-expired", EXPIRED).says(testing(ENFORCE.formatted("testing-expired")));
        domain("testing-bare", BARE).says(testing(ENFORCE.formatted("testing-bare")));
        domain("none", ALONE).says("version: STSv1\nmode: none\nmax_age: 86400\n");

        domain("absent", ALONE).answers(404, "text/plain", ENFORCE.formatted("absent"));
        domain("moved", ALONE).answers(301, "text/plain", ENFORCE.formatted("moved"));
        domain("html", ALONE).answers(200, "text/html", ENFORCE.formatted("html"));
        domain("large", ALONE).says(ENFORCE.formatted("large") + "x: y\n".repeat(20_000));
        domain("garbled", ALONE).says("version: STSv1\nmode: perhaps\nmx: *.signed.example\nmax_age: 86400\n");
        domain("hostless", ALONE).says("version: STSv1\nmode: enforce\nmax_age: 86400\n");
        domain("silent", ALONE).saysNothing();
        domain("web-expired", ALONE).at(PolicyServers.EXPIRED).says(ENFORCE.formatted("web-expired"));
        domain("web-stranger", ALONE).at(PolicyServers.STRANGER).says(ENFORCE.formatted("web-stranger"));
        domain("web-alone", ALONE).at(PolicyServers.ALONE).says(ENFORCE.formatted("web-alone"));
        domain("web-down", ALONE).at(PolicyServers.NOBODY).says(ENFORCE.formatted("web-down"));
        domain("web-unknown", ALONE).at(PolicyServers.NOWHERE).says(ENFORCE.formatted("web-unknown"));

        bare("no-record", ALONE);
        web.site("no-record.signed.example").says(ENFORCE.formatted("no-record"));
        domain("two-records", ALONE).says(ENFORCE.formatted("two-records"));
        records.append("_mta-sts.two-records TXT \"v=STSv1; id=2\"\n");
        bare("no-id", ALONE);
        records.append("_mta-sts.no-id TXT \"v=STSv1;\"\n");
        web.site("no-id.signed.example").says(ENFORCE.formatted("no-id"));

        // DANE goes first, whatever the policy says (RFC 8461 section 2).
        domain("both", SECURED).says(OTHER_HOST);
        records.append("_%d._tcp.mx-both TLSA 3 1 1 %s\n"
                .formatted(exchangers.port(), TestAuthority.keyDigest(exchangers.certificate(SECURED))));
    }

    private static String testing(String policy) {
        return policy.replace("enforce", "testing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"good", "any", "upper"})
    void aHostOfThePolicyIsVerified(String name) throws Exception {
        assertThat(deliveries.untilDelivered(name + ".signed.example", "verified (mta-sts) TLSv1.3"))
                .contains(" with ESMTPS ");
    }

    @Test
    void aHostThatThePolicyDoesNotNameIsPassedOver() throws Exception {
        deliveries.untilDelivered("second.signed.example", "verified (mta-sts) TLSv1.3");
        deliveries.untilLogged("delivered to=<user@second.signed.example>", "mx-second.signed.example");
    }

    @ParameterizedTest
    @CsvSource({
        "unlisted, mx-unlisted.signed.example is not in the MTA-STS policy of unlisted.signed.example",
        "expired, it has expired",
        "stranger, it does not hold the name",
        "alone, no authority that is trusted here has signed it",
    })
    void aHostThatIsNotTheOneOfThePolicyGetsNoMailAndTheSenderHearsOfItAtLast(String name, String why)
            throws Exception {
        deliveries.untilFailed(name + ".signed.example", "5.7.5", "451 4.7.5", why);
    }

    @Test
    void aHostOfThePolicyThatOffersNoTlsGetsNoMailInTheClear() throws Exception {
        deliveries.untilFailed("bare.signed.example", "5.7.4", "451 4.7.4", "tls=\"verified (mta-sts)");
    }

    @ParameterizedTest
    @CsvSource({
        "testing-unlisted, TLSv1.3",
        "testing-expired, TLSv1.3",
        "testing-bare, without: STARTTLS is not offered",
        "none, TLSv1.3",
        "no-record, TLSv1.3",
        "two-records, TLSv1.3",
        "no-id, TLSv1.3",
    })
    void whereNothingIsEnforcedNobodyIsVerified(String name, String tls) throws Exception {
        deliveries.untilDelivered(name + ".signed.example", "opportunistic (default) " + tls);
        assertThat(deliveries.sender().logged(0, " WARN ", "the MTA-STS policy of " + name + "."))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "absent, the server says 404",
        "moved, the server says 301",
        "html, the policy is not text/plain",
        "large, body exceeds capacity",
        "garbled, 'its mode is none of enforce, testing, none'",
        "hostless, it names 0 mail exchangers",
        "silent, no policy within PT20S",
        "web-expired, expired",
        "web-stranger, No subject alternative DNS name matching mta-sts.web-stranger.signed.example found",
        "web-alone, unable to find valid certification path",
        "web-down, 'its web server can''t be reached'",
        "web-unknown, its web server has no address",
    })
    void aPolicyThatCannotBeHadHoldsNobodyUpAndIsTold(String name, String why) throws Exception {
        deliveries.untilLogged(" WARN ", "the MTA-STS policy of " + name + ".signed.example can't be had", why);
        deliveries.untilDelivered(name + ".signed.example", "opportunistic (default) TLSv1.3");
    }

    @Test
    void daneGoesFirst() throws Exception {
        deliveries.untilDelivered("both.signed.example", "verified (dane) TLSv1.3");
    }

    /** Who keeps the web servers away gains nothing (RFC 8461 section 5.1). */
    @Test
    @Order(Integer.MAX_VALUE)
    void aPolicyThatWasHadHoldsBehindARestartWithoutItsWebServerAndAllIsCountedForReports() throws Exception {
        for (var domain : domains) {
            deliveries.untilLogged("to=<user@" + domain + ">");
        }
        assertThat(deliveries.countedForReports())
                .contains("policy\tgood.signed.example\tSTS\tgood.signed.example\t")
                .contains("problem\tVALIDATION_FAILURE\tmx-unlisted.signed.example\t127.0.0.1\t")
                .contains("problem\tCERTIFICATE_EXPIRED\tmx-expired.signed.example\t127.0.0.4\t127.0.0.1\t")
                .contains("problem\tCERTIFICATE_HOST_MISMATCH\tmx-stranger.signed.example\t")
                .contains("problem\tCERTIFICATE_NOT_TRUSTED\tmx-alone.signed.example\t")
                .contains("problem\tSTARTTLS_NOT_SUPPORTED\tmx-bare.signed.example\t")
                .contains("problem\tVALIDATION_FAILURE\tmx-testing-unlisted.signed.example\t")
                .contains("problem\tCERTIFICATE_EXPIRED\tmx-testing-expired.signed.example\t127.0.0.4\t127.0.0.1\t")
                .contains("problem\tSTARTTLS_NOT_SUPPORTED\tmx-testing-bare.signed.example\t127.0.0.3\t127.0.0.1\t")
                .contains("problem\tSTS_POLICY_FETCH_ERROR\t")
                .contains("problem\tSTS_POLICY_INVALID\t")
                .contains("problem\tSTS_WEBPKI_INVALID\t");
        web.close();
        long before = deliveries.sender().log().length();
        deliveries.sender().start();
        deliveries.send("good.signed.example");
        deliveries.send("unlisted.signed.example");

        deliveries.untilLoggedSince(
                before, "delivered to=<user@good.signed.example>", "tls=\"verified (mta-sts) TLSv1.3");
        deliveries.untilLoggedSince(
                before, "deferred to=<user@unlisted.signed.example>", "is not in the MTA-STS policy");
    }
}
