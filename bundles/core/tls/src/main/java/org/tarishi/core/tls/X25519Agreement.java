package org.tarishi.core.tls;

import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.SecureRandom;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import javax.crypto.KeyAgreementSpi;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.jspecify.annotations.Nullable;

/** The key agreement of X25519 (RFC 7748 section 6.1); refuses keys of other curves, so that the JDK is asked about them. */
final class X25519Agreement extends KeyAgreementSpi {

    private byte @Nullable [] scalar;
    private byte @Nullable [] secret;

    @Override
    protected void engineInit(Key key, @Nullable SecureRandom random) throws InvalidKeyException {
        if (!(key instanceof XECPrivateKey own) || !Curve25519.isNamedBy(own.getParams())) {
            throw new InvalidKeyException("no private key of X25519");
        }
        var its = own.getScalar().orElseThrow(() -> new InvalidKeyException("its scalar is not told"));
        if (its.length != X25519.SCALAR_SIZE) {
            throw new InvalidKeyException("its scalar has " + its.length + " octets");
        }
        scalar = its;
        secret = null;
    }

    @Override
    protected void engineInit(Key key, @Nullable AlgorithmParameterSpec parameters, @Nullable SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        if (parameters != null) {
            throw new InvalidAlgorithmParameterException("X25519 has no parameters");
        }
        engineInit(key, random);
    }

    @Override
    protected @Nullable Key engineDoPhase(Key key, boolean isLast) throws InvalidKeyException {
        var own = scalar;
        if (own == null || secret != null || !isLast) {
            throw new IllegalStateException("X25519 takes a private key, and then one of the peer");
        }
        if (!(key instanceof XECPublicKey peers) || !Curve25519.isNamedBy(peers.getParams())) {
            throw new InvalidKeyException("no public key of X25519");
        }
        var shared = new byte[X25519.POINT_SIZE];
        // RFC 8446 section 7.4.2: a secret of zeros alone is none, for whoever listens knows it.
        if (!X25519.calculateAgreement(own, 0, Curve25519.octets(peers.getU()), 0, shared, 0)) {
            throw new InvalidKeyException("a point of small order");
        }
        secret = shared;
        return null;
    }

    @Override
    protected byte[] engineGenerateSecret() {
        var shared = secret;
        if (shared == null) {
            throw new IllegalStateException("nothing is agreed on");
        }
        secret = null;
        return shared;
    }

    @Override
    protected int engineGenerateSecret(byte[] into, int offset) throws ShortBufferException {
        if (secret != null && into.length - offset < secret.length) {
            throw new ShortBufferException("a secret of X25519 has " + secret.length + " octets");
        }
        var shared = engineGenerateSecret();
        System.arraycopy(shared, 0, into, offset, shared.length);
        return shared.length;
    }

    @Override
    protected SecretKey engineGenerateSecret(String algorithm) {
        var shared = engineGenerateSecret();
        try {
            return new SecretKeySpec(shared, algorithm);
        } finally {
            Arrays.fill(shared, (byte) 0);
        }
    }
}
