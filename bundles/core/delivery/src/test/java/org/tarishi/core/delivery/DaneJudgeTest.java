package org.tarishi.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates against TLSA records (RFC 7672 section 3). */
class DaneJudgeTest {

    private static final Stage.TestClock CLOCK = new Stage.TestClock();
    private static final Instant FROM = Stage.NOW.minus(Duration.ofDays(1));
    private static final Instant LONG_AGO = Stage.NOW.minus(Duration.ofDays(100));
    private static final String HOST = "mx.example";

    private static final Certificates.Made ROOT = Certificates.authority("Root", null, FROM);
    private static final Certificates.Made MIDDLE = Certificates.authority("Middle", ROOT, FROM);
    private static final Certificates.Made SERVER = Certificates.server(MIDDLE, FROM, HOST);
    private static final Certificates.Made OTHER = Certificates.server(MIDDLE, FROM, "other.example");

    private static String tlsa(int usage, int selector, int matching, X509Certificate certificate) {
        try {
            var bytes = selector == 0
                    ? certificate.getEncoded()
                    : certificate.getPublicKey().getEncoded();
            var data = switch (matching) {
                case 1 -> MessageDigest.getInstance("SHA-256").digest(bytes);
                case 2 -> MessageDigest.getInstance("SHA-512").digest(bytes);
                default -> bytes;
            };
            return usage + " " + selector + " " + matching + " "
                    + HexFormat.of().withUpperCase().formatHex(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DaneJudge judge(String... records) {
        return new DaneJudge(
                Stream.of(records)
                        .map(record -> TlsaRecord.parse(record).orElseThrow())
                        .toList(),
                List.of(HOST, "a.example"),
                CLOCK);
    }

    private static void approves(DaneJudge judge, List<X509Certificate> chain) {
        assertThatCode(() -> judge.check(chain)).doesNotThrowAnyException();
    }

    private static void refuses(DaneJudge judge, List<X509Certificate> chain) {
        assertThatThrownBy(() -> judge.check(chain))
                .isInstanceOf(CertificateException.class)
                .hasMessage("no TLSA record matches it");
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"0, 0", "0, 1", "0, 2", "1, 0", "1, 1", "1, 2"})
    void theServersOwnCertificateOrKeyIsMatched(int selector, int matching) {
        var judge = judge(tlsa(3, selector, matching, SERVER.certificate()));

        approves(judge, SERVER.chain());
        approves(judge, List.of(SERVER.certificate()));
        refuses(judge, OTHER.chain());
    }

    @Test
    void ofTheServersOwnNeitherNameNorTimeNorIssuerCounts() {
        var old = Certificates.server(null, LONG_AGO, "whatever.example");

        approves(judge(tlsa(3, 1, 1, old.certificate())), old.chain());
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"0, 0", "0, 1", "0, 2", "1, 0", "1, 1", "1, 2"})
    void anAuthorityAboveTheServerIsMatched(int selector, int matching) {
        for (var authority : List.of(ROOT, MIDDLE)) {
            var judge = judge(tlsa(2, selector, matching, authority.certificate()));

            approves(judge, SERVER.chain());
            refuses(judge, OTHER.chain());
            refuses(judge, Certificates.server(null, FROM, HOST).chain());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anAuthorityThatStandsWholeInTheRecordNeedNotBeSent(int selector) {
        approves(judge(tlsa(2, selector, 0, ROOT.certificate())), SERVER.chain().subList(0, 2));
    }

    @Test
    void anAuthorityOfWhichTheDigestAloneIsKnownMustBeSent() {
        refuses(judge(tlsa(2, 0, 1, ROOT.certificate())), SERVER.chain().subList(0, 2));
    }

    @Test
    void belowAnAuthorityTheTimeCounts() {
        var old = Certificates.server(MIDDLE, LONG_AGO, HOST);

        refuses(judge(tlsa(2, 0, 1, MIDDLE.certificate())), old.chain());
    }

    @Test
    void belowAnAuthorityTheDomainItselfAndAWildcardWillDo() {
        var judge = judge(tlsa(2, 0, 1, MIDDLE.certificate()));

        approves(judge, Certificates.server(MIDDLE, FROM, "a.example").chain());
        approves(judge, Certificates.server(MIDDLE, FROM, "*.example").chain());
        refuses(judge, Certificates.server(MIDDLE, FROM, "*.mx.example").chain());
    }

    @Test
    void anAuthorityThatIsOnlySentAlongVouchesForNobody() {
        var stranger = Certificates.server(null, FROM, HOST);
        var chain = List.of(stranger.certificate(), MIDDLE.certificate());

        refuses(judge(tlsa(2, 0, 1, MIDDLE.certificate())), chain);
    }

    @Test
    void theServersOwnCertificateIsNoAuthority() {
        var alone = Certificates.server(null, FROM, HOST);

        refuses(judge(tlsa(2, 0, 1, alone.certificate())), alone.chain());
    }

    @Test
    void oneRecordOfSeveralIsEnough() {
        approves(judge(tlsa(3, 1, 1, OTHER.certificate()), tlsa(3, 1, 1, SERVER.certificate())), SERVER.chain());
    }

    @Test
    void ofSeveralDigestsOfTheSameTheStrongestCounts() {
        refuses(judge(tlsa(3, 1, 1, SERVER.certificate()), tlsa(3, 1, 2, OTHER.certificate())), SERVER.chain());
        approves(judge(tlsa(3, 1, 1, OTHER.certificate()), tlsa(3, 1, 2, SERVER.certificate())), SERVER.chain());
        // Of something else, or the thing itself: both count.
        approves(judge(tlsa(3, 1, 1, SERVER.certificate()), tlsa(3, 0, 2, OTHER.certificate())), SERVER.chain());
        approves(judge(tlsa(2, 1, 1, MIDDLE.certificate()), tlsa(3, 1, 2, OTHER.certificate())), SERVER.chain());
        approves(judge(tlsa(3, 1, 0, SERVER.certificate()), tlsa(3, 1, 2, OTHER.certificate())), SERVER.chain());
    }

    @Test
    void thoseThatSayTheSameAreEqualSoThatConnectionsAreKept() {
        var one = tlsa(3, 1, 1, SERVER.certificate());
        var two = tlsa(2, 1, 1, MIDDLE.certificate());

        assertThat(judge(one, two)).isEqualTo(judge(two, one)).hasSameHashCodeAs(judge(two, one));
        assertThat(judge(one)).isNotEqualTo(judge(two));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0 1 1 " + "ab", // an authority's, by PKIX: of no use (RFC 7672 section 3.1.3)
                "1 1 1 ab",
                "3 2 1 ab",
                "3 1 3 ab",
                "3 1 1 ab", // a digest of one byte
                "3 1 1 xyz",
                "3 1 0 abc",
                "3 1 0",
                "3 1",
                "x 1 1 ab",
                ""
            })
    void whatIsOfNoUseIsNoRecord(String text) {
        assertThat(TlsaRecord.parse(text)).isEmpty();
    }

    @Test
    void digitsMayStandApart() {
        assertThat(TlsaRecord.parse("3 1 0 AB cd")).contains(new TlsaRecord(3, 1, 0, "abcd"));
    }
}
