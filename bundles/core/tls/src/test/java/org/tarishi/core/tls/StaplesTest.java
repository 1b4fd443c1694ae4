package org.tarishi.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.core.spi.ClientCertificates;

/** Which OCSP responses are stapled. */
final class StaplesTest {

    private static final Forge.Made CA = Forge.authority("CN=Test authority");
    private static final Forge.Made MIDDLE =
            Forge.make("EC", "CN=Middle", CA, Forge.NOW.minusSeconds(9), Forge.NOW.plusSeconds(999_999), true);
    private static final Forge.Made LEAF = Forge.by(MIDDLE, "EC", "mx.example.com");
    private static final Forge.Made OTHER = Forge.by(MIDDLE, "EC", "other.example.com");

    @TempDir
    Path root;

    private static byte[] response(Forge.Made about, @Nullable CertificateStatus status, Instant from, Instant to)
            throws Exception {
        var digests = new JcaDigestCalculatorProviderBuilder().build();
        var id = new CertificateID(
                digests.get(CertificateID.HASH_SHA1),
                new JcaX509CertificateHolder(MIDDLE.certificate()),
                about.certificate().getSerialNumber());
        var basic = new BasicOCSPRespBuilder(new RespID(new X500Name("CN=Middle")))
                .addResponse(id, status, Date.from(from), Date.from(to))
                .build(
                        new JcaContentSignerBuilder("SHA256withECDSA")
                                .build(MIDDLE.pair().getPrivate()),
                        null,
                        Date.from(from));
        return new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, basic).getEncoded();
    }

    private static List<byte[]> stapled(TlsKeys keys) throws Exception {
        var client = Handshake.client("mx.example.com");
        Handshake.run(client, keys.serverEngine(ClientCertificates.NONE));
        return ((ExtendedSSLSession) client.getSession()).getStatusResponses();
    }

    @Test
    void aResponseInAFileIsStapledWhileItHolds() throws Exception {
        var desk = new Desk(root);
        desk.settings.put("stapling", "files");
        var file = Forge.write(
                desk.tls("mx.pem"), LEAF.keyPem(), Forge.pem(LEAF.certificate()), Forge.pem(MIDDLE.certificate()));
        var keys = desk.start();
        assertThat(stapled(keys)).isEmpty();
        // The JDK looks at its own clock, too.
        var now = Instant.now();
        var response = response(LEAF, CertificateStatus.GOOD, Forge.NOW.minusSeconds(9), now.plusSeconds(999_999));
        Files.write(file.resolveSibling("mx.pem.ocsp"), response);
        keys.lookForStaples();
        assertThat(stapled(keys)).containsExactly(response);
        desk.clock.pass(Duration.between(Forge.NOW, now.plusSeconds(1_999_999)));
        keys.deactivate();
    }

    @Test
    void withoutTheSettingNothingIsStapled() throws Exception {
        var desk = new Desk(root);
        var file = Forge.write(
                desk.tls("mx.pem"), LEAF.keyPem(), Forge.pem(LEAF.certificate()), Forge.pem(MIDDLE.certificate()));
        Files.write(
                file.resolveSibling("mx.pem.ocsp"),
                response(
                        LEAF,
                        CertificateStatus.GOOD,
                        Forge.NOW.minusSeconds(9),
                        Instant.now().plusSeconds(999_999)));
        var keys = desk.start();
        keys.lookForStaples();
        assertThat(stapled(keys)).isEmpty();
    }

    private Identity identity(Forge.Made made, Path file) throws IOException {
        return Identity.of(made.pair().getPrivate(), file, made.chain());
    }

    @Test
    void whatIsNoGoodNewsIsToldOnceAndNotStapled() throws Exception {
        var clock = new TestClock();
        var staples = new Staples(clock);
        var file = root.resolve("mx.pem");
        var beside = root.resolve("mx.pem.ocsp");
        var identity = identity(LEAF, file);
        var hour = Duration.ofHours(1);
        var bad = List.of(
                response(LEAF, CertificateStatus.GOOD, Forge.NOW.minus(hour), Forge.NOW.minusSeconds(1)),
                response(LEAF, new RevokedStatus(Date.from(Forge.NOW), 1), Forge.NOW, Forge.NOW.plus(hour)),
                response(OTHER, CertificateStatus.GOOD, Forge.NOW, Forge.NOW.plus(hour)),
                new OCSPRespBuilder().build(OCSPRespBuilder.TRY_LATER, null).getEncoded(),
                new byte[] {1, 2, 3});
        for (var response : bad) {
            try (var lines = new Lines()) {
                Files.write(beside, response);
                staples.look(List.of(identity), Stapling.FILES);
                staples.look(List.of(identity), Stapling.FILES);
                assertThat(lines.of(Level.WARN)).singleElement().asString().contains("mx.pem.ocsp: ");
            }
        }
        try (var lines = new Lines()) {
            Files.write(beside, response(LEAF, CertificateStatus.GOOD, Forge.NOW, Forge.NOW.plus(hour)));
            staples.look(List.of(identity), Stapling.FILES);
            assertThat(lines.of(Level.INFO)).hasSize(1);
        }
    }

    /** The certificate with the address of its authority in it. */
    private static Forge.Made withResponder(String url) throws Exception {
        var builder = new JcaX509v3CertificateBuilder(
                X500Name.getInstance(
                        MIDDLE.certificate().getSubjectX500Principal().getEncoded()),
                LEAF.certificate().getSerialNumber(),
                LEAF.certificate().getNotBefore(),
                LEAF.certificate().getNotAfter(),
                new X500Name("CN=mx.example.com"),
                LEAF.pair().getPublic());
        builder.addExtension(
                Extension.authorityInfoAccess,
                false,
                new AuthorityInformationAccess(
                        AccessDescription.id_ad_ocsp, new GeneralName(GeneralName.uniformResourceIdentifier, url)));
        return new Forge.Made(
                LEAF.pair(),
                List.of(
                        new JcaX509CertificateConverter()
                                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(MIDDLE.pair().getPrivate()))),
                        MIDDLE.certificate()));
    }

    @Test
    void anAuthorityIsAskedInTimeAndLeftAloneOtherwise() throws Exception {
        var clock = new TestClock();
        var asked = new ArrayList<String>();
        var dead = new boolean[] {true};
        var staples = new Staples(clock, (url, question) -> {
            asked.add(url);
            if (dead[0]) {
                throw new IOException("dead");
            }
            try {
                assertThat(new OCSPReq(question).getRequestList()[0].getCertID().getSerialNumber())
                        .isEqualTo(LEAF.certificate().getSerialNumber());
                return response(
                        LEAF,
                        CertificateStatus.GOOD,
                        clock.instant(),
                        clock.instant().plus(Duration.ofDays(2)));
            } catch (Exception e) {
                throw new IOException(e);
            }
        });
        var identity = List.of(identity(withResponder("http://ocsp.example/"), root.resolve("mx.pem")));
        staples.look(identity, Stapling.FILES);
        assertThat(asked).isEmpty();
        staples.look(identity, Stapling.FETCH);
        staples.look(identity, Stapling.FETCH);
        assertThat(asked).containsExactly("http://ocsp.example/");
        dead[0] = false;
        clock.pass(Duration.ofMinutes(6));
        staples.look(identity, Stapling.FETCH);
        staples.look(identity, Stapling.FETCH);
        assertThat(asked).hasSize(2);
        clock.pass(Duration.ofHours(23));
        staples.look(identity, Stapling.FETCH);
        assertThat(asked).hasSize(2);
        clock.pass(Duration.ofHours(2));
        staples.look(identity, Stapling.FETCH);
        assertThat(asked).hasSize(3);
    }

    @Test
    void onlyHttpIsAsked() throws Exception {
        var staples = new Staples(new TestClock(), (url, _) -> {
            throw new AssertionError(url);
        });
        staples.look(List.of(identity(withResponder("file:///etc/passwd"), root.resolve("mx.pem"))), Stapling.FETCH);
    }
}
