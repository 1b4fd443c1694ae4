package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tarishi.itests.blackbox.MailExchangers.ALONE;
import static org.tarishi.itests.blackbox.MailExchangers.BARE;
import static org.tarishi.itests.blackbox.MailExchangers.EXPIRED;
import static org.tarishi.itests.blackbox.MailExchangers.SECURED;
import static org.tarishi.itests.blackbox.MailExchangers.STRANGER;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/** DANE (RFC 7672) between this server and Postfix, by zones that NSD serves and Unbound validates. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DaneTest {

    private static final String FALSE_DIGEST = "0123456789abcdef".repeat(4);
    private static final String MARK = "fedcba9876543210".repeat(4);

    private final List<String> domains = new ArrayList<>();
    private final StringBuilder records = new StringBuilder();
    private MailExchangers exchangers;
    private int port;
    private SignedZones zones;
    private Deliveries deliveries;

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        var debian = new Debian(root.resolve("accounts"));
        var authority = new TestAuthority(root.resolve("ca"));
        exchangers = new MailExchangers(authority);
        port = exchangers.port();
        zones = new SignedZones(root.resolve("zones"), debian);
        makeZones(
                TestAuthority.keyDigest(exchangers.certificate(SECURED)),
                TestAuthority.keyDigest(authority.certificate()));
        zones.start();
        exchangers.start(debian, domains);
        var sender = Deliveries.sender(Instance.in(root.resolve("sender")), exchangers, zones, authority)
                .set("org.tarishi.core.delivery", "mtaSts", "false")
                .set(
                        "org.tarishi.core.delivery",
                        "routes",
                        "[ \"route.signed.example = mx-ee.signed.example:%d\", \"badroute.signed.example = mx-wrong.signed.example:%d\" ]"
                                .formatted(port, port))
                .set("org.tarishi.core.delivery", "tlsPolicies", policies());
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
        if (exchangers != null) {
            exchangers.close();
        }
        if (zones != null) {
            zones.close();
        }
    }

    /** Hosts whose certificate has something wrong with it. */
    private void addOthers(String authority) throws Exception {
        for (var other :
                Map.of("expired", EXPIRED, "stranger", STRANGER, "alone", ALONE).entrySet()) {
            var name = other.getKey();
            var address = other.getValue();
            host(name + "-ee", address, "3 1 1 " + TestAuthority.keyDigest(exchangers.certificate(address)));
            host(name + "-ta", address, "2 1 1 " + authority);
            host(name + "-verify", address);
            host(name + "-require", address);
            host(name + "-any", address);
        }
        host("good-verify", SECURED);
    }

    /** A domain of the signed zone with a mail exchanger of its own, and TLSA records of that. */
    private void host(String name, String address, String... tlsa) {
        records.append("%s MX 10 mx-%s\nmx-%s A %s\n".formatted(name, name, name, address));
        domains.add(name + ".signed.example");
        for (var record : tlsa) {
            records.append("_%d._tcp.mx-%s TLSA %s\n".formatted(port, name, record));
        }
    }

    private void makeZones(String own, String authority) throws Exception {
        addOthers(authority);
        var good = "3 1 1 " + own;
        host("ee", SECURED, good);
        host("ta", SECURED, "2 1 1 " + authority);
        host("one-of-two", SECURED, "3 1 1 " + FALSE_DIGEST, good);
        host("none", SECURED);
        host("wrong", SECURED, "3 1 1 " + FALSE_DIGEST);
        host("wrong-ta", SECURED, "2 1 1 " + FALSE_DIGEST);
        host("bare", BARE, good);
        host("unusable", SECURED, "0 0 1 " + FALSE_DIGEST);
        host("unusable-bare", BARE, "1 1 1 " + FALSE_DIGEST);
        host("forged-tlsa", SECURED, "3 1 1 " + MARK);
        host("forged-address", "127.0.0.77");
        // The TLSA record is an alias (RFC 7672 section 2.2.3).
        host("shared", SECURED);
        records.append("_%d._tcp.mx-shared CNAME keys\nkeys TLSA %s\n".formatted(port, good));
        // The host is an alias: of a name with records, of one without, of one in a zone that is not signed.
        records.append("""
                alias MX 10 mx-alias
                mx-alias CNAME mx-ee
                alias-own MX 10 mx-alias-own
                mx-alias-own CNAME mx-none
                _%d._tcp.mx-alias-own TLSA %s
                alias-out MX 10 mx-alias-out
                mx-alias-out CNAME mx.plain.example.
                _%d._tcp.mx-alias-out TLSA %s
                alias-out-wrong MX 10 mx-alias-out-wrong
                mx-alias-out-wrong CNAME mx.plain.example.
                _%d._tcp.mx-alias-out-wrong TLSA 3 1 1 %s
                out MX 10 mx.plain.example.
                forged-mx MX 10 mx-elsewhere
                mx-true A %s
                """.formatted(port, good, port, good, port, FALSE_DIGEST, SECURED));
        for (var name : new String[] {"alias", "alias-own", "alias-out", "alias-out-wrong", "out", "forged-mx"}) {
            domains.add(name + ".signed.example");
        }
        domains.addAll(List.of("route.signed.example", "badroute.signed.example"));
        zones.signed(
                "signed.example",
                records.toString(),
                text -> text.replace(MARK, own).replace("127.0.0.77", SECURED).replace("mx-elsewhere", "mx-true"));
        zones.signed(
                "expired.example",
                "@ MX 10 mx\nmx A %s\n_%d._tcp.mx TLSA %s\n".formatted(SECURED, port, good),
                text -> text,
                "-i",
                "20200101",
                "-e",
                "20200201");
        domains.add("expired.example");
        // Records of a zone that nobody vouches for say nothing, whatever they say.
        zones.plain("plain.example", """
                @ MX 10 mx
                mx A %s
                _%d._tcp.mx TLSA 3 1 1 %s
                bare MX 10 mx-bare
                mx-bare A %s
                _%d._tcp.mx-bare TLSA 3 1 1 %s
                """.formatted(SECURED, port, FALSE_DIGEST, BARE, port, FALSE_DIGEST));
        domains.addAll(List.of("plain.example", "bare.plain.example"));
    }

    private static String policies() {
        var lines = new ArrayList<String>();
        for (var name : new String[] {"good", "expired", "stranger", "alone"}) {
            lines.add("\"" + name + "-verify.signed.example = verify\"");
            lines.add("\"" + name + "-require.signed.example = require\"");
        }
        return "[ " + String.join(", ", lines) + " ]";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ee.signed.example",
                "ta.signed.example",
                "one-of-two.signed.example",
                "shared.signed.example",
                "alias.signed.example",
                "alias-own.signed.example",
                "alias-out.signed.example",
                "route.signed.example"
            })
    void aHostIsVerifiedByRecordsThatAreSigned(String domain) throws Exception {
        assertThat(deliveries.untilDelivered(domain, "verified (dane) TLSv1.3")).contains(" with ESMTPS ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wrong.signed.example",
                "wrong-ta.signed.example",
                "alias-out-wrong.signed.example",
                "badroute.signed.example"
            })
    void aHostThatIsNotTheOneOfItsRecordsGetsNoMailAndTheSenderHearsOfItAtLast(String domain) throws Exception {
        deliveries.untilFailed(domain, "5.7.5", "451 4.7.5", "tls=\"verified (dane)");
    }

    @ParameterizedTest
    @CsvSource({
        "bare.signed.example, verified (dane)",
        "unusable-bare.signed.example, required (dane-unusable)",
    })
    void aHostWithRecordsThatOffersNoTlsGetsNoMailInTheClear(String domain, String tls) throws Exception {
        deliveries.untilFailed(domain, "5.7.4", "451 4.7.4", "tls=\"" + tls);
    }

    @ParameterizedTest
    @CsvSource({
        "forged-tlsa.signed.example, 451 4.7.5",
        "forged-address.signed.example, 451 4.4.3",
        "forged-mx.signed.example, 451 4.4.3",
        "expired.example, 451 4.4.3",
    })
    void whatIsForgedOrNoLongerSignedIsNotKnownNow(String domain, String reply) throws Exception {
        deliveries.untilFailed(domain, reply.contains("4.7.") ? "5.7.5" : "4.4.7", reply);
    }

    @ParameterizedTest
    @CsvSource({
        "unusable.signed.example, required (dane-unusable) TLSv1.3",
        "none.signed.example, opportunistic (default) TLSv1.3",
        "out.signed.example, opportunistic (default) TLSv1.3",
        "plain.example, opportunistic (default) TLSv1.3",
        "bare.plain.example, opportunistic (default) without: STARTTLS is not offered",
    })
    void whatIsNotSignedOrOfNoUseVerifiesNobody(String domain, String tls) throws Exception {
        deliveries.untilDelivered(domain, tls);
    }

    @ParameterizedTest
    @CsvSource({
        "good-verify, verified (table) TLSv1.3",
        "expired-any, opportunistic (default) TLSv1.3",
        "expired-require, required (table) TLSv1.3",
        "expired-ee, verified (dane) TLSv1.3",
        "stranger-any, opportunistic (default) TLSv1.3",
        "stranger-require, required (table) TLSv1.3",
        "stranger-ee, verified (dane) TLSv1.3",
        "alone-any, opportunistic (default) TLSv1.3",
        "alone-require, required (table) TLSv1.3",
        "alone-ee, verified (dane) TLSv1.3",
    })
    void aCertificateThatNobodyVouchesForIsGoodEnoughWhereNobodyIsAskedOrItsKeyIsPublished(String name, String tls)
            throws Exception {
        var domain = name + ".signed.example";

        deliveries.untilDelivered(domain, tls);
    }

    @ParameterizedTest
    @CsvSource({
        "expired-verify, it has expired",
        "expired-ta, no TLSA record matches it",
        "stranger-verify, it does not hold the name",
        "stranger-ta, no TLSA record matches it",
        "alone-verify, no authority that is trusted here has signed it",
        "alone-ta, no TLSA record matches it",
    })
    void aCertificateIsNotWhereAuthoritiesAreAsked(String name, String why) throws Exception {
        var domain = name + ".signed.example";

        deliveries.untilFailed(domain, "5.7.5", "451 4.7.5", why);
    }

    /** They are written once a minute, and when the server stops. */
    @Test
    @Order(Integer.MAX_VALUE)
    void whatBecameOfTlsIsCountedForReports() throws Exception {
        deliveries.untilLogged("delivered to=<user@ee.signed.example>");
        deliveries.untilLogged("deferred to=<user@wrong.signed.example>");

        assertThat(deliveries.countedForReports())
                .contains("policy\tee.signed.example\tTLSA\tmx-ee.signed.example\t")
                .contains("problem\tVALIDATION_FAILURE\tmx-wrong.signed.example\t127.0.0.1\t");
    }
}
