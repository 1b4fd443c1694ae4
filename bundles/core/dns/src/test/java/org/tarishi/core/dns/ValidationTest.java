package org.tarishi.core.dns;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tarishi.api.Domain;
import org.tarishi.api.service.DnsAnswer.Kind;
import org.tarishi.api.service.LookupException;
import org.tarishi.testing.FakeConfiguration;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.DSRecord;
import org.xbill.DNS.Master;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** Answers of a root that is signed in the test, true and forged. */
@Timeout(60)
class ValidationTest {

    private static final String ROOT = """
            .                 600 SOA ns. host. 1 2 3 4 120
            .                 600 NS ns.
            insecure.         600 NS ns.insecure.
            mx.               600 A 192.0.2.1
            mx.               600 TXT "secure"
            """;

    private static final String INSECURE = """
            insecure.         600 SOA ns.insecure. host.insecure. 1 2 3 4 120
            a.insecure.       600 A 192.0.2.2
            """;

    private final Instant now = Instant.parse("2026-12-01T00:00:00Z");
    private StubNameServer server;
    private DNSKEYRecord key;
    private KeyPair pair;
    private Resolution resolution;

    @BeforeEach
    void start() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        pair = generator.generateKeyPair();
        key = new DNSKEYRecord(
                Name.root,
                DClass.IN,
                600,
                DNSKEYRecord.Flags.ZONE_KEY | DNSKEYRecord.Flags.SEP_KEY,
                DNSKEYRecord.Protocol.DNSSEC,
                DNSSEC.Algorithm.ECDSAP256SHA256,
                pair.getPublic());
        server = new StubNameServer();
        server.zone(INSECURE);
        sign(ROOT, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)));
        var anchor = new DSRecord(Name.root, DClass.IN, 600, DNSSEC.Digest.SHA256, key).toString();
        resolution = new Resolution(
                new Settings(FakeConfiguration.of(
                        Config.class,
                        Map.of(
                                "servers",
                                new String[] {server.address()},
                                "dnssec",
                                "validate",
                                "cacheBytes",
                                0,
                                "tryTimeout",
                                "PT10S",
                                "timeout",
                                "PT30S"))),
                List::<InetSocketAddress>of,
                System::nanoTime,
                Clock.fixed(now, java.time.ZoneOffset.UTC),
                () -> new ByteArrayInputStream((anchor + "\n").getBytes(US_ASCII)));
    }

    @AfterEach
    void stop() throws Exception {
        resolution.deactivate();
        server.close();
    }

    private void sign(String zone, Instant from, Instant to) throws Exception {
        server.records.removeIf(record -> !record.getName().subdomain(Name.fromConstantString("insecure.")));
        try (var master = new Master(new ByteArrayInputStream(zone.getBytes(US_ASCII)), Name.root, 600)) {
            for (var record = master.nextRecord(); record != null; record = master.nextRecord()) {
                server.records.add(record);
            }
        }
        server.records.add(key);
        var insecure = Name.fromConstantString("insecure.");
        var mx = Name.fromConstantString("mx.");
        server.records.add(new NSECRecord(
                Name.root, DClass.IN, 120, insecure, new int[] {Type.NS, Type.SOA, Type.RRSIG, Type.NSEC, Type.DNSKEY
                }));
        server.records.add(new NSECRecord(insecure, DClass.IN, 120, mx, new int[] {Type.NS, Type.RRSIG, Type.NSEC}));
        server.records.add(
                new NSECRecord(mx, DClass.IN, 120, Name.root, new int[] {Type.A, Type.TXT, Type.RRSIG, Type.NSEC}));
        for (var name : List.of(Name.root, insecure, mx)) {
            for (int type : new int[] {Type.SOA, Type.NS, Type.A, Type.TXT, Type.DNSKEY, Type.NSEC}) {
                boolean isDelegation = name.equals(insecure) && type != Type.NSEC;
                var set = new RRset();
                server.records.stream()
                        .filter(record -> record.getName().equals(name) && record.getType() == type)
                        .forEach(set::addRR);
                if (set.size() > 0 && !isDelegation) {
                    server.records.add(DNSSEC.sign(set, key, pair.getPrivate(), from, to));
                }
            }
        }
    }

    private void replace(Record record) {
        server.records.removeIf(old -> old.getName().equals(record.getName()) && old.getType() == record.getType());
        server.records.add(record);
    }

    @Test
    void whatTheRootHasSignedIsSecure() throws Exception {
        var answer = resolution.txt(Domain.parse("mx"));

        assertThat(answer.records()).containsExactly("secure");
        assertThat(answer.isSecure()).isTrue();
    }

    @Test
    void thatThereIsNothingIsSecureWhereItIsProved() throws Exception {
        var noData = resolution.mx(Domain.parse("mx"));
        assertThat(noData.kind()).isEqualTo(Kind.NO_DATA);
        assertThat(noData.isSecure()).isTrue();

        var noDomain = resolution.txt(Domain.parse("nobody"));
        assertThat(noDomain.kind()).isEqualTo(Kind.NO_DOMAIN);
        assertThat(noDomain.isSecure()).isTrue();
    }

    @Test
    void aForgedRecordIsNoAnswerAndTheReasonIsTold() throws Exception {
        replace(new org.xbill.DNS.ARecord(
                Name.fromConstantString("mx."), DClass.IN, 600, InetAddress.ofLiteral("203.0.113.1")));

        assertThatThrownBy(() -> resolution.records("mx", "A"))
                .isInstanceOf(LookupException.class)
                .hasMessageContaining("SERVFAIL, error 6");
    }

    @Test
    void aSignatureThatIsMissingIsNoAnswer() {
        server.records.removeIf(record ->
                record instanceof org.xbill.DNS.RRSIGRecord signature && signature.getTypeCovered() == Type.A);

        assertThatThrownBy(() -> resolution.records("mx", "A")).isInstanceOf(LookupException.class);
    }

    @Test
    void aSignatureThatHasExpiredIsNoAnswer() throws Exception {
        sign(ROOT, now.minus(Duration.ofDays(3)), now.minus(Duration.ofDays(2)));

        assertThatThrownBy(() -> resolution.records("mx", "A")).isInstanceOf(LookupException.class);
    }

    @Test
    void aLieThatThereIsNothingIsNoAnswer() {
        server.records.removeIf(record -> record.getType() == Type.NSEC
                || (record instanceof org.xbill.DNS.RRSIGRecord signature && signature.getTypeCovered() == Type.NSEC));

        assertThatThrownBy(() -> resolution.txt(Domain.parse("nobody"))).isInstanceOf(LookupException.class);
    }

    @Test
    void aZoneThatIsProvedToBeUnsignedIsAnsweredAndNotSecure() throws Exception {
        var answer = resolution.records("a.insecure", "A");

        assertThat(answer.records()).containsExactly("192.0.2.2");
        assertThat(answer.isSecure()).isFalse();
    }

    @Test
    void theBitOfAResolverIsNotBelievedWhereThisOneValidates() throws Exception {
        server.saysAuthenticated = true;

        assertThat(resolution.records("a.insecure", "A").isSecure()).isFalse();
    }

    @Test
    void theRootsKeysThatShipAreRead() throws Exception {
        var resolver = new org.xbill.DNS.dnssec.ValidatingResolver(
                new org.xbill.DNS.SimpleResolver(new InetSocketAddress(InetAddress.getLoopbackAddress(), 53)));
        resolver.loadTrustAnchors(RootAnchors.open());

        assertThat(resolver.getTrustAnchors().find(Name.root, DClass.IN).rrs())
                .extracting(record -> ((DSRecord) record).getFootprint())
                .containsExactlyInAnyOrder(20326, 38696);
    }
}
