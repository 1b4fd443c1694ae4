package org.tarishi.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.core.spi.ClientCertificates;
import org.tarishi.core.spi.ClientTls;
import org.tarishi.core.spi.PeerTrust;

/** Which certificate is shown, when it is replaced, and who is trusted. */
final class TlsKeysTest {

    private static final Forge.Made CA = Forge.authority("CN=Test authority");
    private static final Forge.Made OTHER_CA = Forge.authority("CN=Other authority");
    private static final Forge.Made EC = Forge.by(CA, "EC", "mx.example.com");
    private static final Forge.Made RSA = Forge.by(CA, "RSA", "mx.example.com");
    private static final Forge.Made NEWER = Forge.by(CA, "EC", "mx.example.com");
    private static final Forge.Made OTHER = Forge.by(CA, "EC", "other.example.org");
    private static final Forge.Made WILD = Forge.by(CA, "EC", "*.wild.example");

    @TempDir
    Path root;

    private Desk desk;

    @BeforeEach
    void desk() {
        desk = new Desk(root);
    }

    private static X509Certificate shown(TlsKeys keys, String name, String... versions) throws SSLException {
        return Handshake.shown(Handshake.client(name, versions), keys.serverEngine(ClientCertificates.NONE));
    }

    // ---- which certificate

    @Test
    void haraksLayoutIsUnderstood() throws Exception {
        Forge.write(desk.tls("tls_key.pem"), EC.keyPem());
        Forge.write(desk.tls("tls_cert.pem"), EC.certificatesPem());
        assertThat(shown(desk.start(), "anything.example")).isEqualTo(EC.certificate());
    }

    @Test
    void theFolderWithTheNameThatIsAskedForCounts() throws Exception {
        Forge.write(desk.tls("default.pem"), EC.keyPem(), EC.certificatesPem());
        Forge.write(desk.tls("shop.example/key.pem"), OTHER.keyPem());
        Forge.write(desk.tls("shop.example/cert.crt"), OTHER.certificatesPem());
        var keys = desk.start();
        assertThat(shown(keys, "SHOP.example")).isEqualTo(OTHER.certificate());
        assertThat(shown(keys, "other.example.org")).isEqualTo(OTHER.certificate());
        assertThat(shown(keys, "elsewhere.example")).isEqualTo(EC.certificate());
        assertThat(shown(keys, "")).isEqualTo(EC.certificate());
    }

    @Test
    void aWildcardIsOneLabel() throws Exception {
        Forge.write(desk.tls("default.pem"), EC.keyPem(), EC.certificatesPem());
        Forge.write(desk.tls("wild/both.pem"), WILD.keyPem(), WILD.certificatesPem());
        Forge.write(desk.tls("*.folder.example/both.pem"), OTHER.keyPem(), OTHER.certificatesPem());
        var keys = desk.start();
        assertThat(shown(keys, "a.wild.example")).isEqualTo(WILD.certificate());
        assertThat(shown(keys, "a.b.wild.example")).isEqualTo(EC.certificate());
        assertThat(shown(keys, "wild.example")).isEqualTo(EC.certificate());
        assertThat(shown(keys, "a.folder.example")).isEqualTo(OTHER.certificate());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aNameMayHaveAnEcAndAnRsaKeyAndTheClientsSignaturesChoose(String version) throws Exception {
        Forge.write(desk.tls("ec.pem"), EC.keyPem(), EC.certificatesPem());
        Forge.write(desk.tls("rsa.pem"), RSA.keyPem(), RSA.certificatesPem());
        var keys = desk.start();
        assertThat(shown(keys, "mx.example.com", version)).isEqualTo(EC.certificate());
        var old = Handshake.client("mx.example.com", version);
        var parameters = old.getSSLParameters();
        parameters.setSignatureSchemes(
                new String[] {"rsa_pss_rsae_sha256", "rsa_pkcs1_sha256", "ecdsa_secp384r1_sha384"});
        if (version.equals("TLSv1.2")) {
            parameters.setCipherSuites(new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
        }
        old.setSSLParameters(parameters);
        assertThat(Handshake.shown(old, keys.serverEngine(ClientCertificates.NONE)))
                .isEqualTo(RSA.certificate());
    }

    @Test
    void withoutADefaultTheFirstFolderIsIt() throws Exception {
        Forge.write(desk.tls("b.example/a.pem"), OTHER.keyPem(), OTHER.certificatesPem());
        Forge.write(desk.tls("a.example/a.pem"), EC.keyPem(), EC.certificatesPem());
        assertThat(shown(desk.start(), "c.example")).isEqualTo(EC.certificate());
    }

    @Test
    void filesThatAreNamedAreTheDefault() throws Exception {
        Forge.write(desk.tls("default.pem"), EC.keyPem(), EC.certificatesPem());
        var live = root.resolve("letsencrypt/live");
        Forge.write(live.resolve("fullchain.pem"), OTHER.certificatesPem());
        Forge.write(live.resolve("privkey.pem"), OTHER.keyPem());
        desk.settings.put("files", new String[] {live + "/fullchain.pem", live + "/privkey.pem"});
        assertThat(shown(desk.start(), "")).isEqualTo(OTHER.certificate());
    }

    @Test
    void theChainIsSentWithoutTheRootInWhateverOrderItLies() throws Exception {
        var middle = Forge.make("EC", "CN=Middle", CA, Forge.NOW.minusSeconds(9), Forge.NOW.plusSeconds(999_999), true);
        var leaf = Forge.by(middle, "EC", "deep.example");
        Forge.write(desk.tls("root.pem"), Forge.pem(CA.certificate()));
        Forge.write(desk.tls("middle.pem"), Forge.pem(middle.certificate()));
        Forge.write(desk.tls("zz.pem"), leaf.keyPem(), Forge.pem(leaf.certificate()));
        var client = Handshake.client("deep.example");
        Handshake.run(client, desk.start().serverEngine(ClientCertificates.NONE));
        assertThat(client.getSession().getPeerCertificates()).containsExactly(leaf.certificate(), middle.certificate());
    }

    // ---- forms of keys

    @Test
    void keysMayBePkcs1AndSec1() throws Exception {
        Forge.write(desk.tls("a.example/k.pem"), EC.oldKeyPem(), EC.certificatesPem());
        Forge.write(desk.tls("b.example/k.pem"), RSA.oldKeyPem(), RSA.certificatesPem());
        assertThat(EC.oldKeyPem()).contains("BEGIN EC PRIVATE KEY");
        assertThat(RSA.oldKeyPem()).contains("BEGIN RSA PRIVATE KEY");
        var keys = desk.start();
        assertThat(shown(keys, "a.example")).isEqualTo(EC.certificate());
        assertThat(shown(keys, "b.example")).isEqualTo(RSA.certificate());
    }

    @Test
    void keysMayBeEd25519() throws Exception {
        var made = Forge.alone("Ed25519", "ed.example");
        Forge.write(desk.tls("k.pem"), made.keyPem(), made.certificatesPem());
        assertThat(shown(desk.start(), "")).isEqualTo(made.certificate());
    }

    private static String encryptedPkcs8(Forge.Made made, String password) throws Exception {
        var encryptor = new JceOpenSSLPKCS8EncryptorBuilder(NISTObjectIdentifiers.id_aes256_CBC)
                .setProvider(new BouncyCastleProvider())
                .setPRF(PKCS8Generator.PRF_HMACSHA256)
                .setPassword(password.toCharArray())
                .build();
        return Forge.written(new JcaPKCS8Generator(made.pair().getPrivate(), encryptor));
    }

    @Test
    void keysMayBeEncryptedWithAPasswordBeside() throws Exception {
        Forge.write(desk.tls("a.example/k.pem"), encryptedPkcs8(EC, "secret"), EC.certificatesPem());
        Forge.write(desk.tls("a.example/k.pem.password"), "secret\n");
        var out = new java.io.StringWriter();
        try (var pem = new JcaPEMWriter(out)) {
            pem.writeObject(new JcaMiscPEMGenerator(
                    RSA.pair().getPrivate(),
                    new JcePEMEncryptorBuilder("AES-128-CBC")
                            .setProvider(new BouncyCastleProvider())
                            .build("old".toCharArray())));
        }
        assertThat(out.toString()).contains("DEK-Info");
        Forge.write(desk.tls("b.example/k.pem"), out.toString(), RSA.certificatesPem());
        Forge.write(desk.tls("b.example/k.pem.password"), "old");
        var keys = desk.start();
        assertThat(shown(keys, "a.example")).isEqualTo(EC.certificate());
        assertThat(shown(keys, "b.example")).isEqualTo(RSA.certificate());
    }

    private static void pkcs12(Path file, String password) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "key",
                EC.pair().getPrivate(),
                password.toCharArray(),
                EC.chain().toArray(Certificate[]::new));
        Files.createDirectories(file.getParent());
        try (var out = Files.newOutputStream(file)) {
            store.store(out, password.toCharArray());
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void keysMayLieInPkcs12() throws Exception {
        pkcs12(desk.tls("all.p12"), "geheim");
        Forge.write(desk.tls("all.p12.password"), "geheim\n");
        assertThat(shown(desk.start(), "")).isEqualTo(EC.certificate());
    }

    // ---- what is no good

    private void refused(String word) throws SSLException {
        try (var lines = new Lines()) {
            desk.look();
            desk.look();
            assertThat(lines.of(Level.ERROR))
                    .singleElement()
                    .asString()
                    .contains("is refused", word, "the one before stays in force")
                    .doesNotContain("secret", "PRIVATE");
        }
    }

    private TlsKeys good() throws Exception {
        Forge.write(desk.tls("k.pem"), EC.keyPem(), EC.certificatesPem());
        var keys = desk.start();
        assertThat(shown(keys, "")).isEqualTo(EC.certificate());
        return keys;
    }

    @Test
    void aKeyThatDoesNotFitIsRefusedInOneLine() throws Exception {
        var keys = good();
        Forge.write(desk.tls("k.pem"), NEWER.keyPem(), EC.certificatesPem());
        refused("that no certificate fits");
        assertThat(shown(keys, "")).isEqualTo(EC.certificate());
    }

    @Test
    void whatHasExpiredIsRefusedInOneLine() throws Exception {
        var keys = good();
        var expired = Forge.make("EC", "CN=x", CA, Forge.NOW.minusSeconds(99), Forge.NOW.minusSeconds(1), false, "x");
        Forge.write(desk.tls("k.pem"), expired.keyPem(), expired.certificatesPem());
        refused("expired at 2026-11-20T11:59:59Z");
        assertThat(shown(keys, "")).isEqualTo(EC.certificate());
    }

    @Test
    void whatIsNotValidYetIsRefusedAndTakenUpInItsTime() throws Exception {
        var keys = good();
        var early = Forge.make("EC", "CN=x", CA, Forge.NOW.plusSeconds(60), Forge.NOW.plusSeconds(9999), false, "x");
        Forge.write(desk.tls("k.pem"), early.keyPem(), early.certificatesPem());
        refused("valid from 2026-11-20T12:01:00Z only");
        desk.clock.pass(Duration.ofMinutes(2));
        desk.look();
        assertThat(shown(keys, "")).isEqualTo(early.certificate());
    }

    @Test
    void aKeyThatEverybodyMayReadIsRefusedUntilItIsNot() throws Exception {
        var keys = good();
        Forge.write(desk.tls("k.pem"), "rw-r--r--", new String[] {NEWER.keyPem(), NEWER.certificatesPem()});
        refused("by every user of this machine");
        assertThat(shown(keys, "")).isEqualTo(EC.certificate());
        Files.setPosixFilePermissions(desk.tls("k.pem"), PosixFilePermissions.fromString("rw-r-----"));
        desk.look();
        assertThat(shown(keys, "")).isEqualTo(NEWER.certificate());
    }

    @Test
    void aPasswordThatEverybodyMayReadIsRefused() throws Exception {
        var keys = good();
        Forge.write(desk.tls("k.pem.password"), "rw-rw-r--", new String[] {"secret"});
        refused("by every user of this machine");
        assertThat(shown(keys, "")).isEqualTo(EC.certificate());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                "-----BEGIN RSA PRIVATE KEY-----\n????\n-----END RSA PRIVATE KEY-----\n",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"
            })
    void whatIsNoKeyFileIsRefused(String text) throws Exception {
        var keys = good();
        Forge.write(desk.tls("k.pem"), text);
        refused("k.pem");
        assertThat(shown(keys, "")).isEqualTo(EC.certificate());
    }

    @Test
    void anEncryptedKeyWithoutOrWithAnotherPasswordIsRefused() throws Exception {
        var keys = good();
        Forge.write(desk.tls("k.pem"), encryptedPkcs8(NEWER, "secret"), NEWER.certificatesPem());
        refused("whose password is to stand in");
        Forge.write(desk.tls("k.pem.password"), "wrong");
        refused("its password is not that in");
        Forge.write(desk.tls("k.pem.password"), "secret");
        desk.look();
        assertThat(shown(keys, "")).isEqualTo(NEWER.certificate());
    }

    @Test
    void aPkcs12FileWithAnotherPasswordIsRefused() throws Exception {
        var keys = good();
        pkcs12(desk.tls("all.p12"), "geheim");
        refused("wants a password");
        Forge.write(desk.tls("all.p12.password"), "falsch");
        refused("its password is not that in");
        assertThat(shown(keys, "")).isEqualTo(EC.certificate());
    }

    @Test
    void aCertificateWithoutAKeyIsRefused() throws Exception {
        good();
        Forge.write(desk.tls("k.pem"), EC.certificatesPem());
        refused("has no key");
    }

    @Test
    void aBadFolderHarmsNoOther() throws Exception {
        Forge.write(desk.tls("a.example/k.pem"), "nonsense");
        Forge.write(desk.tls("b.example/k.pem"), OTHER.keyPem(), OTHER.certificatesPem());
        assertThat(shown(desk.start(), "b.example")).isEqualTo(OTHER.certificate());
    }

    // ---- renewal

    @Test
    void aRenewedCertificateIsTakenUpWhenItHasNotChangedForALookAndOpenEnginesKeepTheirs() throws Exception {
        var keys = good();
        var open = keys.serverEngine(ClientCertificates.NONE);
        try (var lines = new Lines()) {
            Forge.write(desk.tls("k.pem"), NEWER.keyPem(), NEWER.certificatesPem());
            keys.look();
            assertThat(shown(keys, "")).isEqualTo(EC.certificate());
            keys.look();
            assertThat(shown(keys, "")).isEqualTo(NEWER.certificate());
            assertThat(lines.of(Level.INFO)).singleElement().asString().contains("certificate for every name is now");
        }
        assertThat(Handshake.shown(Handshake.client(""), open)).isEqualTo(EC.certificate());
    }

    @Test
    void keyAndCertificateThatAreWrittenOneAfterTheOtherCauseNoLine() throws Exception {
        Forge.write(desk.tls("cert.pem"), EC.certificatesPem());
        Forge.write(desk.tls("key.pem"), EC.keyPem());
        var keys = desk.start();
        try (var lines = new Lines()) {
            Forge.write(desk.tls("cert.pem"), NEWER.certificatesPem());
            keys.look();
            Forge.write(desk.tls("key.pem"), NEWER.keyPem());
            keys.look();
            keys.look();
            assertThat(shown(keys, "")).isEqualTo(NEWER.certificate());
            assertThat(lines.of(Level.ERROR)).isEmpty();
        }
    }

    @Test
    void aFolderThatIsMadeFirstAndFilledSlowlyCausesNoLine() throws Exception {
        var keys = good();
        try (var lines = new Lines()) {
            Files.createDirectories(desk.tls("other.example.org"));
            desk.look();
            Forge.write(desk.tls("other.example.org/cert.pem"), OTHER.certificatesPem());
            keys.look();
            Forge.write(desk.tls("other.example.org/key.pem"), OTHER.keyPem());
            keys.look();
            assertThat(shown(keys, "other.example.org")).isEqualTo(EC.certificate());
            keys.look();
            assertThat(shown(keys, "other.example.org")).isEqualTo(OTHER.certificate());
            assertThat(lines.of(Level.ERROR)).isEmpty();
        }
    }

    @Test
    void aFolderThatIsEmptiedIsRefusedAndItsCertificateStaysInForce() throws Exception {
        Forge.write(desk.tls("other.example.org/k.pem"), OTHER.keyPem(), OTHER.certificatesPem());
        var keys = good();
        Files.delete(desk.tls("other.example.org/k.pem"));
        refused("other.example.org has no key");
        assertThat(shown(keys, "other.example.org")).isEqualTo(OTHER.certificate());
    }

    @Test
    void theFirstCertificateOfAnOperatorMayBeWrittenAfterItsKeyToo() throws Exception {
        var keys = desk.start();
        try (var lines = new Lines()) {
            Forge.write(desk.tls("key.pem"), EC.keyPem());
            keys.look();
            Forge.write(desk.tls("cert.pem"), EC.certificatesPem());
            desk.look();
            assertThat(shown(keys, "")).isEqualTo(EC.certificate());
            assertThat(lines.of(Level.ERROR)).isEmpty();
        }
    }

    @Test
    void aNameComesAndGoesWithItsFolder() throws Exception {
        var keys = good();
        Forge.write(desk.tls("other.example/k.pem"), OTHER.keyPem(), OTHER.certificatesPem());
        desk.look();
        assertThat(shown(keys, "other.example")).isEqualTo(OTHER.certificate());
        Files.delete(desk.tls("other.example/k.pem"));
        Files.delete(desk.tls("other.example"));
        desk.look();
        assertThat(shown(keys, "other.example")).isEqualTo(EC.certificate());
    }

    // ---- the development certificate

    @Test
    void withoutAnyCertificateOneIsMadeThatSaysWhatItIsAndIsItsOwnersAlone() throws Exception {
        try (var lines = new Lines()) {
            var keys = desk.start();
            var certificate = shown(keys, "");
            assertThat(certificate.getSubjectX500Principal().getName())
                    .contains("development certificate", "Not for production");
            assertThat(certificate.getPublicKey().getAlgorithm()).isEqualTo("EC");
            var file = desk.data.resolve("tls/development.pem");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                    .isEqualTo("rwx------");
            assertThat(lines.of(Level.INFO))
                    .filteredOn(line -> line.contains("for development:"))
                    .singleElement()
                    .asString()
                    .contains(file.toString());
            lines.forget();
            assertThat(String.valueOf(desk.start().get().get("lines"))).contains("development.pem");
            assertThat(shown(desk.start(), "")).isEqualTo(certificate);
            assertThat(lines.of(Level.INFO)).noneMatch(line -> line.contains("for development:"));
        }
    }

    @Test
    void aCertificateTakesThePlaceOfTheDevelopmentOne() throws Exception {
        var keys = desk.start();
        Forge.write(desk.tls("k.pem"), EC.keyPem(), EC.certificatesPem());
        desk.look();
        assertThat(shown(keys, "")).isEqualTo(EC.certificate());
    }

    @Test
    void theDevelopmentCertificateIsMadeAnewBeforeItEnds() throws Exception {
        var keys = desk.start();
        var first = shown(keys, "");
        desk.clock.pass(Duration.ofDays(720));
        desk.look();
        assertThat(shown(keys, "")).isNotEqualTo(first);
    }

    @Test
    void whereNoneCanBeMadeThereIsTrouble() throws Exception {
        Files.createDirectories(desk.data);
        Files.writeString(desk.data.resolve("tls"), "a file in the way");
        var keys = desk.start();
        assertThat(keys.trouble()).isPresent();
        assertThatThrownBy(() -> keys.serverEngine(ClientCertificates.NONE)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatExpiresSoonIsWarnedOfOnceADay() throws Exception {
        good();
        try (var lines = new Lines()) {
            desk.look();
            assertThat(lines.of(Level.WARN)).isEmpty();
            desk.clock.pass(Duration.ofDays(67));
            desk.look();
            assertThat(lines.of(Level.WARN))
                    .singleElement()
                    .asString()
                    .contains("expires in 13 days", "mx.example.com");
            desk.clock.pass(Duration.ofDays(1));
            desk.look();
            assertThat(lines.of(Level.WARN)).hasSize(2);
            desk.clock.pass(Duration.ofDays(20));
            desk.look();
            assertThat(lines.of(Level.ERROR)).singleElement().asString().contains("has expired and is still shown");
        }
    }

    // ---- versions, ciphers, groups

    /** The list is the promise: what a client with everything that the JDK knows can have. */
    @Test
    void onlyTheSetVersionsAndCiphersAreSpoken() throws Exception {
        Forge.write(desk.tls("ec.pem"), EC.keyPem(), EC.certificatesPem());
        Forge.write(desk.tls("rsa.pem"), RSA.keyPem(), RSA.certificatesPem());
        var keys = desk.start();
        var context = SSLContext.getDefault();
        var spoken = new java.util.ArrayList<String>();
        for (var version : context.getSupportedSSLParameters().getProtocols()) {
            for (var suite : context.getSupportedSSLParameters().getCipherSuites()) {
                var client = Handshake.client("");
                client.setEnabledProtocols(new String[] {version});
                client.setEnabledCipherSuites(new String[] {suite});
                try {
                    Handshake.run(client, keys.serverEngine(ClientCertificates.NONE));
                    spoken.add(version + " " + suite);
                } catch (SSLException | IllegalStateException e) {
                    // Not that one.
                }
            }
        }
        assertThat(spoken)
                .containsExactlyInAnyOrder(
                        "TLSv1.3 TLS_AES_128_GCM_SHA256",
                        "TLSv1.3 TLS_AES_256_GCM_SHA384",
                        "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256",
                        "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                        "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                        "TLSv1.2 TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                        "TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                        "TLSv1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                        "TLSv1.2 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
    }

    @Test
    void aServersOrderOfCiphersCounts() throws Exception {
        good();
        desk.settings.put("protocols", new String[] {"TLSv1.3"});
        desk.settings.put("ciphers", new String[] {"TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"});
        var client = Handshake.client("");
        Handshake.run(client, desk.start().serverEngine(ClientCertificates.NONE));
        assertThat(client.getSession().getCipherSuite()).isEqualTo("TLS_CHACHA20_POLY1305_SHA256");
    }

    @Test
    void aGroupThatIsNotSetIsNotSpoken() throws Exception {
        good();
        var client = Handshake.client("");
        var parameters = client.getSSLParameters();
        parameters.setNamedGroups(new String[] {"ffdhe2048"});
        client.setSSLParameters(parameters);
        assertThatThrownBy(() -> Handshake.run(client, desk.start().serverEngine(ClientCertificates.NONE)))
                .isInstanceOf(SSLException.class);
    }

    @Test
    void otherSettingsHoldForWhatBeginsLater() throws Exception {
        var keys = good();
        keys.take(new Settings(Desk.config(Map.of("protocols", new String[] {"TLSv1.2"}))));
        var client = Handshake.client("");
        Handshake.run(client, keys.serverEngine(ClientCertificates.NONE));
        assertThat(client.getSession().getProtocol()).isEqualTo("TLSv1.2");
    }

    @Test
    void filesThatAreNoGoodAreRefusedByKeyAndNothingHasChanged() throws Exception {
        var keys = good();
        for (var setting : List.of(
                Map.of("files", new String[] {"absent.pem"}),
                Map.of("clientAuthorities", new String[] {"absent.pem"}),
                Map.of("serverAuthorities", new String[] {"absent.pem"}))) {
            assertThatThrownBy(() -> keys.take(new Settings(Desk.config(setting))))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageStartingWith(setting.keySet().iterator().next() + ": ")
                    .hasMessageContaining("absent.pem is not there");
        }
        assertThat(shown(keys, "")).isEqualTo(EC.certificate());
    }

    // ---- clients' certificates

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whoRequiresACertificateLetsInOnlyWhomAnAuthorityVouchesFor(String version) throws Exception {
        Forge.write(desk.conf.resolve("ca.pem"), Forge.pem(CA.certificate()));
        desk.settings.put("clientAuthorities", new String[] {"ca.pem"});
        Forge.write(desk.tls("k.pem"), EC.keyPem(), EC.certificatesPem());
        var now = java.time.Instant.now();
        var day = Duration.ofDays(1);
        var mine = Forge.make("EC", "CN=user", CA, now.minus(day), now.plus(day), false, "user");
        var alien = Forge.make("EC", "CN=user", OTHER_CA, now.minus(day), now.plus(day), false, "user");
        var expired = Forge.make("EC", "CN=user", CA, now.minus(day), now.minusSeconds(9), false, "user");
        var keys = desk.start();

        var server = keys.serverEngine(ClientCertificates.REQUIRED);
        Handshake.run(Handshake.clientOf(mine, version), server);
        var shown = List.of((X509Certificate) server.getSession().getPeerCertificates()[0]);
        assertThat(keys.objectionToClient(shown)).isEmpty();
        for (var client : List.of(
                Handshake.clientOf(alien, version),
                Handshake.clientOf(expired, version),
                Handshake.client("", version))) {
            assertThatThrownBy(() -> Handshake.run(client, keys.serverEngine(ClientCertificates.REQUIRED)))
                    .isInstanceOf(SSLException.class);
        }
        // Asked only, all of them are let in.
        for (var client : List.of(
                Handshake.clientOf(alien, version),
                Handshake.clientOf(expired, version),
                Handshake.client("", version))) {
            Handshake.run(client, keys.serverEngine(ClientCertificates.ASKED));
        }
        assertThat(keys.objectionToClient(List.of(alien.certificate())))
                .contains("no authority that is trusted here has signed it");
        assertThat(keys.objectionToClient(List.of(expired.certificate()))).contains("it has expired");
    }

    @Test
    void withoutAuthoritiesNoClientIsTrusted() throws Exception {
        var keys = good();
        assertThat(keys.objectionToClient(List.of(EC.certificate())))
                .contains("there is no authority that could vouch for it");
    }

    // ---- as a client

    private TlsKeys withAuthority() throws Exception {
        Forge.write(desk.conf.resolve("ca.pem"), Forge.pem(CA.certificate()));
        desk.settings.put("serverAuthorities", new String[] {"ca.pem"});
        return good();
    }

    private static ClientTls to(String name, PeerTrust trust) {
        return new ClientTls(Optional.of(name), 25, trust, Optional.empty());
    }

    private static SSLEngine serverOf(Forge.Made made) throws Exception {
        var identity = Identity.of(made.pair().getPrivate(), Path.of("x"), made.chain());
        var context = SSLContext.getInstance("TLS");
        context.init(
                new KeyManager[] {new ServerKeys(new Index(Map.of(), List.of(identity)))},
                new TrustManager[] {new Trust(_ -> {}, List.of())},
                null);
        var engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setWantClientAuth(true);
        return engine;
    }

    private static Forge.Made server(Forge.Made by, String name) {
        var now = java.time.Instant.now();
        return Forge.make("EC", "CN=x", by, now.minusSeconds(999), now.plusSeconds(999), false, name);
    }

    @Test
    void anOpportunisticClientSpeaksToAnybodyAndCanJudgeAfterwards() throws Exception {
        var keys = withAuthority();
        var alien = server(OTHER_CA, "mx.example.net");
        var client = keys.clientEngine(to("mx.example.net", new PeerTrust.Any()));
        assertThat(Handshake.shown(client, serverOf(alien))).isEqualTo(alien.certificate());
        assertThat(keys.objectionToServer(List.of(alien.certificate()), List.of("mx.example.net")))
                .contains("no authority that is trusted here has signed it");
        var known = server(CA, "mx.example.net");
        assertThat(keys.objectionToServer(List.of(known.certificate()), List.of("mx.example.net")))
                .isEmpty();
    }

    @Test
    void aClientThatWantsAnAuthorityWantsOneOfTheNamesToo() throws Exception {
        var keys = withAuthority();
        var trust = new PeerTrust.Authorities(List.of("mx.example.net", ".pool.example"));
        for (var name : List.of("mx.example.net", "*.example.net", "a.pool.example")) {
            Handshake.run(keys.clientEngine(to("mx.example.net", trust)), serverOf(server(CA, name)));
        }
        for (var bad : List.of(
                server(CA, "mx.example.org"),
                server(CA, "pool.example"),
                server(CA, "a.b.pool.example"),
                server(OTHER_CA, "mx.example.net"))) {
            assertThatThrownBy(() -> Handshake.run(keys.clientEngine(to("mx.example.net", trust)), serverOf(bad)))
                    .isInstanceOf(SSLException.class);
        }
    }

    @Test
    void aJudgeDecidesAlone() throws Exception {
        var keys = withAuthority();
        var made = server(OTHER_CA, "whatever.example");
        var yes = new PeerTrust.Judged(chain -> assertThat(chain.getFirst()).isEqualTo(made.certificate()));
        Handshake.run(keys.clientEngine(to("mx.example.net", yes)), serverOf(made));
        var no = new PeerTrust.Judged(_ -> {
            throw new CertificateException("no TLSA record fits");
        });
        assertThatThrownBy(() -> Handshake.run(keys.clientEngine(to("mx.example.net", no)), serverOf(made)))
                .rootCause()
                .hasMessage("no TLSA record fits");
    }

    @Test
    void aClientShowsTheCertificateThatWasNamed() throws Exception {
        var keys = withAuthority();
        var server = serverOf(server(CA, "mx.example.net"));
        var wanted =
                new ClientTls(Optional.of("mx.example.net"), 25, new PeerTrust.Any(), Optional.of("mx.example.com"));
        Handshake.run(keys.clientEngine(wanted), server);
        assertThat(server.getSession().getPeerCertificates()[0]).isEqualTo(EC.certificate());
        assertThatThrownBy(() -> keys.clientEngine(
                        new ClientTls(Optional.empty(), 25, new PeerTrust.Any(), Optional.of("absent.example"))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void noKeyIsToldByAnything() throws Exception {
        var keys = good();
        var encoded = java.util.Base64.getEncoder()
                .encodeToString(EC.pair().getPrivate().getEncoded());
        var identity = Identity.of(EC.pair().getPrivate(), Path.of("x"), List.of(EC.certificate()));
        assertThat(identity.toString()).doesNotContain(encoded).contains("EC, expires");
        assertThat(keys.get().toString()).doesNotContain(encoded).contains("mx.example.com");
        assertThat(PrivateKeyInfo.getInstance(EC.pair().getPrivate().getEncoded()))
                .isNotNull();
    }
}
