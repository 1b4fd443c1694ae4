package org.tarishi.core.tls;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidParameterException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGeneratorSpi;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.jspecify.annotations.Nullable;

/** Makes key pairs of X25519 (RFC 7748 section 6.1), in the JDK's form; refuses other curves, so that the JDK is asked for them. */
final class X25519KeyPairs extends KeyPairGeneratorSpi {

    private static final int BITS = 255;

    private @Nullable SecureRandom random;

    @Override
    public void initialize(int bits, @Nullable SecureRandom random) {
        if (bits != BITS) {
            throw new InvalidParameterException("X25519 alone: " + bits + " bits");
        }
        this.random = random;
    }

    @Override
    public void initialize(AlgorithmParameterSpec parameters, @Nullable SecureRandom random)
            throws InvalidAlgorithmParameterException {
        if (!Curve25519.isNamedBy(parameters)) {
            throw new InvalidAlgorithmParameterException("X25519 alone");
        }
        this.random = random;
    }

    @Override
    public KeyPair generateKeyPair() {
        var scalar = new byte[X25519.SCALAR_SIZE];
        var u = new byte[X25519.POINT_SIZE];
        try {
            X25519.generatePrivateKey(random == null ? new SecureRandom() : random, scalar);
            X25519.scalarMultBase(scalar, 0, u, 0);
            var keys = KeyFactory.getInstance("XDH");
            return new KeyPair(
                    keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, Curve25519.number(u))),
                    keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar)));
        } catch (GeneralSecurityException e) {
            throw new ProviderException(e);
        } finally {
            Arrays.fill(scalar, (byte) 0);
        }
    }
}
