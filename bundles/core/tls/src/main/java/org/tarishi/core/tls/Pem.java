package org.tarishi.core.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;

/**
 * The keys and certificates of a PEM file (RFC 7468): certificates, and keys as PKCS #8, PKCS #1 or SEC 1, encrypted or not. What else
 * stands there is left aside.
 */
final class Pem {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*+(?:-(?!----END)[^-]*+)*+)-----END \\1-----");

    /** What signs a handshake, by its names in the JDK. */
    private static final List<String> KINDS = List.of("EC", "RSA", "EdDSA", "RSASSA-PSS");

    private final Path file;
    private final char @Nullable [] password;
    private final List<PrivateKey> keys = new ArrayList<>();
    private final List<X509Certificate> certificates = new ArrayList<>();

    Pem(Path file, char @Nullable [] password) {
        this.file = file;
        this.password = password;
    }

    List<PrivateKey> keys() {
        return keys;
    }

    List<X509Certificate> certificates() {
        return certificates;
    }

    /**
     * Reads what a file says.
     *
     * @throws KeyFileException when a key or certificate in it can't be read, or there is none
     */
    void read(String text) throws KeyFileException {
        var blocks = BLOCK.matcher(text);
        while (blocks.find()) {
            var label = blocks.group(1);
            if (label.equals("CERTIFICATE")
                    || label.equals("X509 CERTIFICATE")
                    || label.equals("TRUSTED CERTIFICATE")) {
                certificates.add(certificate(blocks.group(2)));
            } else if (label.equals("PRIVATE KEY")) {
                // What is most common needs none of the library's classes, which take a while to load.
                keys.add(key(decode(blocks.group(2))));
            } else if (label.endsWith("PRIVATE KEY")) {
                keys.add(key(pkcs8(blocks.group())));
            }
        }
        if (keys.isEmpty() && certificates.isEmpty()) {
            throw new KeyFileException(file, "holds neither a key nor a certificate in PEM");
        }
    }

    private byte[] decode(String text) throws KeyFileException {
        try {
            return Base64.getMimeDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new KeyFileException(file, "has a block that is not base64");
        }
    }

    private X509Certificate certificate(String text) throws KeyFileException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(decode(text)));
        } catch (GeneralSecurityException e) {
            throw new KeyFileException(file, "has a certificate that can't be read: " + e.getMessage());
        }
    }

    private PrivateKey key(byte[] pkcs8) throws KeyFileException {
        for (var kind : KINDS) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException e) {
                // Another kind, maybe; if none, said below.
            }
        }
        throw new KeyFileException(
                file, "has a key that can't be read, or that is none of " + String.join(", ", KINDS));
    }

    /** The key of a block in another form as PKCS #8. The library's provider is asked here, and known to nobody else in this process. */
    private byte[] pkcs8(String block) throws KeyFileException {
        try (var parser = new PEMParser(new StringReader(block))) {
            var info = switch (parser.readObject()) {
                case PEMKeyPair pair -> pair.getPrivateKeyInfo();
                case PEMEncryptedKeyPair pair ->
                    pair.decryptKeyPair(new JcePEMDecryptorProviderBuilder()
                                    .setProvider(new BouncyCastleProvider())
                                    .build(secret()))
                            .getPrivateKeyInfo();
                case PKCS8EncryptedPrivateKeyInfo sealed ->
                    sealed.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                            .setProvider(new BouncyCastleProvider())
                            .build(secret()));
                case null, default -> throw new KeyFileException(file, "has a key of a form that is not known");
            };
            return info.getEncoded();
        } catch (KeyFileException e) {
            throw e;
        } catch (PEMException | PKCSException | OperatorCreationException e) {
            throw new KeyFileException(
                    file,
                    password == null
                            ? "has a key that can't be read"
                            : "has a key that can't be read, or its password is not that in " + file
                                    + KeyFile.PASSWORD);
        } catch (IOException e) {
            throw new KeyFileException(file, "has a key that can't be read");
        }
    }

    private char[] secret() throws KeyFileException {
        if (password == null) {
            throw new KeyFileException(
                    file, "has an encrypted key, whose password is to stand in " + file + KeyFile.PASSWORD);
        }
        return password;
    }
}
