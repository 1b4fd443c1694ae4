package org.tarishi.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.KeyAgreement;
import javax.crypto.ShortBufferException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CurveProviderTest {

    private static final String ALICES_KEY = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
    private static final String ALICES = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    private static final String BOBS_KEY = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
    private static final String BOBS = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
    private static final String SHARED = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";

    private final Provider ours = new CurveProvider("ours");
    private final Provider jdks = Security.getProvider("SunEC");

    /** RFC 7748 section 6.1. */
    @Test
    void whatTheRfcAgreesOnIsAgreedOn() throws GeneralSecurityException {
        assertThat(agreed(ours, secret(ALICES_KEY), point(BOBS))).isEqualTo(SHARED);
        assertThat(agreed(ours, secret(BOBS_KEY), point(ALICES))).isEqualTo(SHARED);
    }

    @Test
    void itAgreesWithTheJdk() throws GeneralSecurityException {
        for (int i = 0; i < 50; i++) {
            var one = pair(ours);
            var other = pair(jdks);
            var shared = agreed(ours, one.getPrivate(), other.getPublic());
            assertThat(shared).hasSize(64);
            assertThat(agreed(jdks, other.getPrivate(), one.getPublic())).isEqualTo(shared);
            assertThat(agreed(jdks, one.getPrivate(), other.getPublic())).isEqualTo(shared);
            assertThat(agreed(ours, other.getPrivate(), one.getPublic())).isEqualTo(shared);
        }
    }

    @Test
    void noTwoKeysAreTheSame() throws GeneralSecurityException {
        assertThat(pair(ours).getPublic()).isNotEqualTo(pair(ours).getPublic());
    }

    static Stream<BigInteger> pointsOfSmallOrder() {
        var p = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
        return Stream.of(
                BigInteger.ZERO,
                BigInteger.ONE,
                p.subtract(BigInteger.ONE),
                new BigInteger("325606250916557431795983626356110631294008115727848805560023387167927233504"),
                new BigInteger("39382357235489614581723060781553021112529911719440698176882885853963445705823"));
    }

    /** RFC 7748 section 6.1, RFC 8446 section 7.4.2: who listens would know the secret. */
    @ParameterizedTest
    @MethodSource("pointsOfSmallOrder")
    void aPointOfSmallOrderIsRefused(BigInteger u) throws GeneralSecurityException {
        var point = KeyFactory.getInstance("XDH").generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, u));
        assertThatThrownBy(() -> agreed(ours, secret(ALICES_KEY), point)).isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void keysOfAnotherCurveAndOfAnotherKindAreRefused() throws GeneralSecurityException {
        var others = KeyPairGenerator.getInstance("X448", jdks).generateKeyPair();
        var rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        var agreement = KeyAgreement.getInstance("XDH", ours);
        for (var pair : List.of(others, rsa)) {
            assertThatThrownBy(() -> agreement.init(pair.getPrivate())).isInstanceOf(InvalidKeyException.class);
        }
        assertThatThrownBy(() -> agreement.init(secret(ALICES_KEY), NamedParameterSpec.X25519))
                .isInstanceOf(InvalidAlgorithmParameterException.class);
        agreement.init(secret(ALICES_KEY));
        for (var pair : List.of(others, rsa)) {
            assertThatThrownBy(() -> agreement.doPhase(pair.getPublic(), true)).isInstanceOf(InvalidKeyException.class);
        }
    }

    @Test
    void aNumberThatIsNoCoordinateIsRefused() throws InvalidKeyException {
        var largest = BigInteger.TWO.pow(256).subtract(BigInteger.ONE);
        for (var number : List.of(BigInteger.ZERO, BigInteger.valueOf(128), largest)) {
            assertThat(Curve25519.number(Curve25519.octets(number))).isEqualTo(number);
        }
        for (var number : List.of(BigInteger.ONE.negate(), largest.add(BigInteger.ONE))) {
            assertThatThrownBy(() -> Curve25519.octets(number)).isInstanceOf(InvalidKeyException.class);
        }
    }

    @Test
    void theStepsComeInTheirOrder() throws GeneralSecurityException {
        var agreement = KeyAgreement.getInstance("XDH", ours);
        assertThatThrownBy(() -> agreement.doPhase(point(BOBS), true)).isInstanceOf(IllegalStateException.class);
        agreement.init(secret(ALICES_KEY));
        assertThatThrownBy(agreement::generateSecret).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> agreement.doPhase(point(BOBS), false)).isInstanceOf(IllegalStateException.class);
        agreement.doPhase(point(BOBS), true);
        assertThatThrownBy(() -> agreement.doPhase(point(BOBS), true)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> agreement.generateSecret(new byte[40], 10)).isInstanceOf(ShortBufferException.class);
        var into = new byte[40];
        assertThat(agreement.generateSecret(into, 8)).isEqualTo(32);
        assertThat(HexFormat.of().formatHex(into, 8, 40)).isEqualTo(SHARED);
        assertThatThrownBy(agreement::generateSecret).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 448})
    void keysOfAnotherSizeAreRefused(int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("XDH", ours);
        assertThatThrownBy(() -> generator.initialize(bits)).isInstanceOf(InvalidParameterException.class);
        generator.initialize(255);
        assertThat(agreed(jdks, secret(ALICES_KEY), generator.generateKeyPair().getPublic()))
                .hasSize(64);
    }

    @Test
    void whileItIsThereHandshakesTakeIt() throws Exception {
        assertThat(whose(NamedParameterSpec.X25519)).isEqualTo("SunEC");
        var first = new CurveProvider("first");
        var second = new CurveProvider("second");
        first.install();
        try {
            assertThat(whose(NamedParameterSpec.X25519)).isEqualTo("first");
            // two versions, for a moment
            second.install();
            first.remove();
            assertThat(whose(NamedParameterSpec.X25519)).isEqualTo("second");
            assertThat(whose(NamedParameterSpec.X448)).isEqualTo("SunEC");
            var agreement = KeyAgreement.getInstance("XDH");
            var others = KeyPairGenerator.getInstance("X448").generateKeyPair();
            agreement.init(others.getPrivate());
            agreement.doPhase(others.getPublic(), true);
            assertThat(agreement.generateSecret()).hasSize(56);
            assertThat(agreement.getProvider().getName()).isEqualTo("SunEC");
        } finally {
            first.remove();
            second.remove();
        }
        assertThat(whose(NamedParameterSpec.X25519)).isEqualTo("SunEC");
    }

    private static String whose(NamedParameterSpec curve) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("XDH");
        generator.initialize(curve);
        return generator.getProvider().getName();
    }

    private static KeyPair pair(Provider provider) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("XDH", provider);
        generator.initialize(NamedParameterSpec.X25519);
        return generator.generateKeyPair();
    }

    private static String agreed(Provider provider, PrivateKey own, PublicKey peers) throws GeneralSecurityException {
        var agreement = KeyAgreement.getInstance("XDH", provider);
        agreement.init(own);
        agreement.doPhase(peers, true);
        return HexFormat.of()
                .formatHex(agreement.generateSecret("TlsPremasterSecret").getEncoded());
    }

    private static PrivateKey secret(String hex) throws GeneralSecurityException {
        return KeyFactory.getInstance("XDH")
                .generatePrivate(new XECPrivateKeySpec(
                        NamedParameterSpec.X25519, HexFormat.of().parseHex(hex)));
    }

    private static PublicKey point(String hex) throws GeneralSecurityException {
        return KeyFactory.getInstance("XDH")
                .generatePublic(new XECPublicKeySpec(
                        NamedParameterSpec.X25519,
                        Curve25519.number(HexFormat.of().parseHex(hex))));
    }
}
