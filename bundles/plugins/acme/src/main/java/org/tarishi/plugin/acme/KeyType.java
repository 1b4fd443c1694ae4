package org.tarishi.plugin.acme;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.Optional;

/** The kinds of keys that a certificate may have. */
enum KeyType {
    EC_P256("ec-p256", "EC", new ECGenParameterSpec("secp256r1")),
    EC_P384("ec-p384", "EC", new ECGenParameterSpec("secp384r1")),
    RSA_2048("rsa-2048", "RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4)),
    RSA_3072("rsa-3072", "RSA", new RSAKeyGenParameterSpec(3072, RSAKeyGenParameterSpec.F4)),
    RSA_4096("rsa-4096", "RSA", new RSAKeyGenParameterSpec(4096, RSAKeyGenParameterSpec.F4));

    private final String word;
    private final String algorithm;
    // Only made of texts and numbers, and never changed.
    @SuppressWarnings("ImmutableEnumChecker")
    private final AlgorithmParameterSpec spec;

    KeyType(String word, String algorithm, AlgorithmParameterSpec spec) {
        this.word = word;
        this.algorithm = algorithm;
        this.spec = spec;
    }

    /** Returns the kind that a setting names. */
    static Optional<KeyType> of(String word) {
        return Arrays.stream(values()).filter(type -> type.word.equals(word)).findFirst();
    }

    /** Makes a key. */
    KeyPair generate() {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(spec);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }
}
