package org.tarishi.core.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Makes keys and certificates for tests. */
final class Forge {

    static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    private static final AtomicLong SERIAL = new AtomicLong(1);

    private Forge() {}

    /** A key with the certificates that vouch for it, its own first. */
    record Made(KeyPair pair, List<X509Certificate> chain) {

        X509Certificate certificate() {
            return chain.getFirst();
        }

        String keyPem() {
            return block("PRIVATE KEY", pair.getPrivate().getEncoded());
        }

        String certificatesPem() {
            return String.join("", chain.stream().map(Forge::pem).toList());
        }

        /** The key as PKCS #1 or SEC 1. */
        String oldKeyPem() {
            if (!(pair.getPrivate() instanceof java.security.interfaces.ECPrivateKey key)) {
                return written(pair.getPrivate());
            }
            try {
                return block(
                        "EC PRIVATE KEY",
                        new ECPrivateKey(256, key.getS(), SECObjectIdentifiers.secp256r1).getEncoded());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    static String written(Object what) {
        try {
            var out = new StringWriter();
            try (var pem = new JcaPEMWriter(out)) {
                pem.writeObject(what);
            }
            return out.toString();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static String pem(X509Certificate certificate) {
        try {
            return block("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String block(String label, byte[] bytes) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + label
                + "-----\n";
    }

    static Made authority(String name) {
        return make("EC", name, null, NOW.minus(Duration.ofDays(100)), NOW.plus(Duration.ofDays(3000)), true);
    }

    /** A server's or a client's, signed by itself. */
    static Made alone(String algorithm, String... names) {
        return make(
                algorithm,
                "CN=" + names[0],
                null,
                NOW.minus(Duration.ofDays(10)),
                NOW.plus(Duration.ofDays(80)),
                false,
                names);
    }

    static Made by(Made authority, String algorithm, String... names) {
        return make(
                algorithm,
                "CN=" + names[0],
                authority,
                NOW.minus(Duration.ofDays(10)),
                NOW.plus(Duration.ofDays(80)),
                false,
                names);
    }

    static Made make(
            String algorithm,
            String subject,
            @Nullable Made by,
            Instant from,
            Instant to,
            boolean isAuthority,
            String... names) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            if (!algorithm.equals("Ed25519")) {
                generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
            }
            var pair = generator.generateKeyPair();
            var name = new X500Name(subject);
            var issuer = by == null
                    ? name
                    : X500Name.getInstance(
                            by.certificate().getSubjectX500Principal().getEncoded());
            var builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    BigInteger.valueOf(SERIAL.getAndIncrement()),
                    Date.from(from),
                    Date.from(to),
                    name,
                    pair.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
            if (names.length > 0) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(Stream.of(names)
                                .map(each -> new GeneralName(GeneralName.dNSName, each))
                                .toArray(GeneralName[]::new)));
            }
            var signer = by == null ? pair : by.pair();
            var certificate = new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(
                                    switch (signer.getPrivate().getAlgorithm()) {
                                        case "RSA" -> "SHA256withRSA";
                                        case "EC" -> "SHA256withECDSA";
                                        default -> "Ed25519";
                                    })
                            .build(signer.getPrivate())));
            return new Made(
                    pair,
                    by == null
                            ? List.of(certificate)
                            : Stream.concat(Stream.of(certificate), by.chain().stream())
                                    .toList());
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A revocation list of an authority. */
    static X509CRL revoking(Made authority, Instant from, Instant to, X509Certificate... revoked) {
        try {
            var builder = new JcaX509v2CRLBuilder(authority.certificate().getSubjectX500Principal(), Date.from(from));
            builder.setNextUpdate(Date.from(to));
            for (var each : revoked) {
                builder.addCRLEntry(each.getSerialNumber(), Date.from(from), CRLReason.keyCompromise);
            }
            var signer = new JcaContentSignerBuilder("SHA256withECDSA")
                    .build(authority.pair().getPrivate());
            return new JcaX509CRLConverter().getCRL(builder.build(signer));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes a file that only its owner may read, in the place of what was there. */
    static Path write(Path file, String... parts) throws IOException {
        return write(file, "rw-------", parts);
    }

    static Path write(Path file, String permissions, String[] parts) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                String.join("", parts),
                StandardCharsets.US_ASCII,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }
}
